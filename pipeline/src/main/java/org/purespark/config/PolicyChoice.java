// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** Which heads of the order are pruned. */
public enum PolicyChoice {
    /** PURE's search: one group after the other, while validation accuracy stays at the threshold. */
    GROUPS,
    /** The lowest share of all heads. */
    SHARE,
    /** The lowest share of each layer's heads. */
    LAYERS,
    /** A search by a policy gradient: validation accuracy against a price of the heads that are kept. */
    REINFORCE;

    /** Whether it prunes the share that the settings name, without a search. */
    public boolean takesShare() {
        return switch (this) {
            case GROUPS, REINFORCE -> false;
            case SHARE, LAYERS -> true;
        };
    }
}
