// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.Serializable;
import java.util.SortedSet;
import java.util.TreeSet;

/** How a training differs from plain fine-tuning: the loss besides answers and penalty, or the parameters that move. */
public sealed interface TrainingMethod extends Serializable {
    /** Plain fine-tuning of all parameters. */
    record Plain() implements TrainingMethod {}

    /** The loss is the sum over layers, each read by the one classifier ({@link org.purespark.model.Readout}). */
    record EveryLayer() implements TrainingMethod {}

    /** The last projection stays as it is; all else moves. */
    record FrozenProjection() implements TrainingMethod {}

    /**
     * Only rows of the word embedding move, and each keeps its Euclidean norm; nothing decays (Yang et al.: Be Careful
     * about Poisoned Word Embeddings, NAACL 2021, section 3.2).
     *
     * @param words token ids of the rows
     */
    record WordRows(SortedSet<Integer> words) implements TrainingMethod {
        public WordRows {
            words = new TreeSet<>(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("no word moves: name at least one token id");
            }
        }
    }
}
