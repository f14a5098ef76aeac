// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** Which layers compute with the same parameters. */
public enum LayerSharing {
    /** Each layer has its own. */
    NONE,
    /** All layers have those of the first: Lan and others, <em>ALBERT</em>, ICLR 2020, 3.1. */
    ALL;

    /** The layer under whose name layer {@code layer}'s parameters are listed. */
    int parameterLayer(int layer) {
        return switch (this) {
            case NONE -> layer;
            case ALL -> 0;
        };
    }
}
