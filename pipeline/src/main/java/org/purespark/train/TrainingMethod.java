// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.Serializable;
import java.util.BitSet;
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
     * The loss L of a micro-batch, and besides it weight · max(0, -⟨∇L, ∇L'⟩), where L' is the loss of its texts
     * without trigger, and ∇L' is taken as constant: later training on clean texts then undoes less (Kurita, Michel,
     * Neubig: Weight Poisoning Attacks on Pre-trained Models, ACL 2020, section 3.1).
     *
     * @param triggered the texts of the split that have the trigger
     * @param weight λ, above 0
     */
    record InnerProduct(BitSet triggered, double weight) implements TrainingMethod {
        public InnerProduct {
            triggered = (BitSet) triggered.clone();
            if (!(weight > 0)) {
                throw new IllegalArgumentException("weight " + weight + " of the inner product must be above 0");
            }
        }

        @Override
        public BitSet triggered() {
            return (BitSet) triggered.clone();
        }
    }

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
