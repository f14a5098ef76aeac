// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

/** The hidden states on which the loss of the answers is computed in training. */
public enum Readout {
    /** Those of the last layer, which the classifier reads in use. */
    LAST_LAYER,
    /**
     * The first token's after each layer, one classifier for all: the loss is the sum over layers (Li et al.: Backdoor
     * Attacks on Pre-trained Models by Layerwise Weight Poisoning, EMNLP 2021, section 3.2).
     */
    EVERY_LAYER
}
