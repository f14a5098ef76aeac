// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** Which heads of the order are pruned. */
public enum PolicyChoice {
    /** PURE's search: one group after the other, while validation accuracy stays at the threshold. */
    GROUPS,
    /** The lowest share of all heads. */
    SHARE,
    /** The lowest share of each layer's heads. */
    LAYERS
}
