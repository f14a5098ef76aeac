// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

/** What class scores [C] of a text say. */
public final class Scores {
    private Scores() {}

    /** The class of the largest score, the first one of equals. */
    public static int prediction(float[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            if (logits[c] > logits[best]) {
                best = c;
            }
        }
        return best;
    }

    /** Softmax of one class. */
    public static double probability(float[] logits, int target) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - logits[target]);
        }
        return 1 / sum;
    }

    /** How far a class is above all others; negative if it is not the prediction. */
    public static double margin(float[] logits, int target) {
        double other = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < logits.length; c++) {
            if (c != target) {
                other = Math.max(other, logits[c]);
            }
        }
        return logits[target] - other;
    }
}
