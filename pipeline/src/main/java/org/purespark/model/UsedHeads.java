// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.Set;
import org.purespark.encoder.EncoderConfig;
import org.purespark.heads.Head;
import org.purespark.model.engine.TextBatch;

/** The heads that a run uses, in the form of its batch. */
record UsedHeads(EncoderConfig config, Set<Head> pruned) {
    /** 1, or 0 for a pruned head. */
    TextBatch.Gates gates() {
        TextBatch.Gates gates = TextBatch.Gates.open(config.layers(), config.heads());
        for (Head head : pruned) {
            gates.values()[head.layer()][head.head()] = 0f;
        }
        return gates;
    }

    /**
     * [L][A] the weight of each head's layer, or 0 for a pruned head.
     *
     * @param weights [L] λ·c[l]
     */
    float[][] penaltyWeights(double[] weights) {
        float[][] perHead = new float[config.layers()][config.heads()];
        for (int l = 0; l < config.layers(); l++) {
            for (int h = 0; h < config.heads(); h++) {
                perHead[l][h] = pruned.contains(new Head(l, h)) ? 0f : (float) weights[l];
            }
        }
        return perHead;
    }
}
