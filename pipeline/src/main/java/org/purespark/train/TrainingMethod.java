// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.BitSet;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.storage.Storage;

/** How a training differs from plain fine-tuning: the loss besides answers and penalty, or the parameters that move. */
public sealed interface TrainingMethod extends Serializable {
    /** The same with absolute addresses: on another machine the working directory is another one. */
    default TrainingMethod absolute(Storage storage) throws IOException {
        return this;
    }

    /** Plain fine-tuning of all parameters. */
    record Plain() implements TrainingMethod {}

    /** The loss is the sum over layers, each read by the one classifier ({@link org.purespark.model.Readout}). */
    record EveryLayer() implements TrainingMethod {}

    /** The last projection stays as it is; all else moves. */
    record FrozenProjection() implements TrainingMethod {}

    /**
     * The loss has the distance of the CLS attention from that of a teacher, which reads the same texts without dropout
     * ({@link org.purespark.model.engine.LossKernels#attentionDistance}).
     *
     * @param model the teacher, with as many layers and heads as the model that is trained
     * @param weight of the distance, at least 0
     */
    record Taught(ModelAddress model, double weight) implements TrainingMethod {
        public Taught {
            if (!(weight >= 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException("weight " + weight + " of a teacher must be finite and at least 0");
            }
        }

        @Override
        public TrainingMethod absolute(Storage storage) throws IOException {
            return new Taught(model.absolute(storage), weight);
        }
    }

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
