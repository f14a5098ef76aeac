// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.util.Locale;

/** How a suspect is repaired. Each is described with its source at the class of its name in package {@code defence}. */
public enum DefenceChoice implements Spelt {
    /** The best of several, by what can be measured without the trigger. */
    AUTO,
    /** Head pruning and attention normalization (Zhao, Xu, Yuan, ICML 2024). */
    PURE,
    /** PURE's first half: head pruning, then plain fine-tuning. */
    PRUNE_ONLY,
    /** PURE's second half: no head is pruned, and the penalty normalizes all. */
    PENALTY_ONLY,
    /** Plain fine-tuning. */
    FT,
    /** Fine-tuning with a higher learning rate. */
    FTH,
    /** Maximum entropy first, then fine-tuning. */
    MEFT,
    /** Top layers anew, then fine-tuning. */
    RE_INIT,
    /** Dormant neurons pruned, then fine-tuning. */
    FINE_PRUNING,
    /** Mixed with clean pre-trained weights, then fine-tuning. */
    FINE_MIXING,
    /** The clean pre-trained model in the suspect's place, fine-tuned. */
    CLEAN_START,
    /** Averaged with other models, then fine-tuning. */
    WAG,
    /** Fine-tuning after the attention of a fine-tuned teacher. */
    NAD;

    @Override
    public String spelling() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
