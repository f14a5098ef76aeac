// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.List;
import java.util.SortedSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.random.DropoutSamples;
import org.purespark.task.Task;

/**
 * Passes over texts with a model that does not change, in this process or on a cluster. Results do not depend on the
 * number of tasks.
 */
public interface Evaluator {
    /**
     * One pass.
     *
     * @param label name of the pass, for the display of progress
     * @param task what the model's logits answer
     * @param batchTexts texts that go through the model at once
     */
    record Pass(String label, ModelSource model, Task task, EncodedSplit texts, int batchTexts) {
        /** A pass of a model that gives one label. */
        public Pass(String label, ModelSource model, EncodedSplit texts, int batchTexts) {
            this(label, model, new Task.OneLabel(), texts, batchTexts);
        }
    }

    /**
     * Head variances over all texts, and the tally of the labelled ones.
     *
     * @param pruned heads that are not used, besides those that the checkpoint declares
     * @param maxLength N + 1 of the variance's definition
     */
    Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength);

    /**
     * Gradients of the labelled texts' losses by the gates of heads: how much each text's loss depends on each head.
     *
     * @throws org.purespark.InputException if the model has no classifier
     */
    GateSums gateGradients(Pass pass);

    /**
     * The same gradients in some passes with dropout, at the rates of the encoder's layers. A text's masks depend on
     * the samples' seed, the number of the pass and the text's place among the texts, and on nothing else.
     *
     * @throws org.purespark.InputException if the model has no classifier
     */
    GateSamples gateSamples(Pass pass, DropoutSamples samples);

    /**
     * Gradients of the labelled texts' losses by the embeddings of the tokens in their slots: which way each embedding
     * would have to move.
     *
     * @throws IllegalArgumentException if a text is too short for the slots
     * @throws org.purespark.InputException if the model has no classifier
     */
    SlotGradients slotGradients(Pass pass, SlotRange slots);

    /**
     * One tally of the labelled texts for each set of pruned heads, in their order. Layers below the first one in which
     * two sets differ are computed once for both, if they fit into one call.
     */
    List<Tally> tallies(Pass pass, List<SortedSet<Head>> prunedSets);

    /**
     * How many sets a search should put into one call of {@link #tallies} if it may stop after any of them: just
     * enough to keep all slots busy. Results do not depend on it.
     *
     * @return at least 1
     */
    int setsAtOnce(Pass pass);

    /**
     * Sums of the absolute activations of each feed-forward neuron, after the activation function and, in gated parts,
     * after the product of both halves. They are over all tokens of the texts, special ones too; in the last layer over
     * those that the classifier reads, where the others are not computed.
     *
     * @throws NullPointerException if there are no texts
     */
    NeuronSums neurons(Pass pass);

    /** Class scores [C] of each text, in the order of the texts. */
    List<float[]> logits(Pass pass);
}
