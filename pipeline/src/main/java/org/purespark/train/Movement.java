// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;

/** Which parameters a training moves. Gradients of the others are left out of norm and update. */
final class Movement {
    private final TrainingMethod method;
    private final ParameterLayout layout;
    /** Norms of the word rows that keep theirs, by word. */
    private final SortedMap<Integer, Double> norms = new TreeMap<>();

    /** @param parameters as they are before the first step */
    Movement(TrainingMethod method, Parameters parameters) {
        this.method = method;
        this.layout = parameters.layout();
        if (method instanceof TrainingMethod.WordRows rows) {
            rows.words().forEach(word -> norms.put(word, norm(row(parameters, word))));
        }
    }

    /** End of the parameters with dense gradients that move, as a flat offset. */
    int denseEnd() {
        if (method instanceof TrainingMethod.WordRows) {
            return layout.denseStart();
        }
        return method instanceof TrainingMethod.FrozenProjection
                ? layout.slice(EncoderPart.CLASSIFIER.weight()).offset()
                : layout.size();
    }

    /** Removes the gradients of words that do not move. */
    void restrict(GradientSum gradients) {
        if (method instanceof TrainingMethod.WordRows rows) {
            BitSet kept = new BitSet();
            rows.words().forEach(kept::set);
            gradients.keepWords(kept);
        }
    }

    /** Nothing decays if only some words move. */
    AdamUpdate ofWords(AdamUpdate update) {
        return method instanceof TrainingMethod.WordRows ? update.withoutDecay() : update;
    }

    /** After an update: gives rows their norms again. */
    void restoreNorms(Parameters parameters) {
        norms.forEach((word, norm) -> {
            float[] row = row(parameters, word);
            double moved = norm(row);
            double factor = moved == 0 ? 0 : norm / moved;
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (row[i] * factor);
            }
            parameters.memory().put((long) word * row.length, row, 0, row.length);
        });
    }

    private float[] row(Parameters parameters, int word) {
        int width = layout.slice(EncoderPart.WORD_EMBEDDINGS.weight()).shape()[1];
        float[] row = new float[width];
        parameters.memory().get((long) word * width, row, 0, width);
        return row;
    }

    private static double norm(float[] row) {
        double squares = 0;
        for (float value : row) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
