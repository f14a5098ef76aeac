// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier;
import org.purespark.task.LossKind;

/**
 * A checkpoint that is ready to classify, with its own graph on {@link ModelWeights}, and the heads that the checkpoint
 * declares pruned. For one thread at a time.
 */
public final class LoadedModel implements AutoCloseable {
    private final String address;
    private final TextClassifier classifier;
    private final SortedSet<Head> prunedHeads;
    private final boolean classifies;
    private final Function<LossKind, TextClassifier> learner;
    private final Runnable whenClosed;
    private TextClassifier sensing;
    private LossKind loss;

    LoadedModel(
            String address,
            TextClassifier classifier,
            SortedSet<Head> prunedHeads,
            boolean classifies,
            Function<LossKind, TextClassifier> learner,
            Runnable whenClosed) {
        this.address = address;
        this.classifier = classifier;
        this.prunedHeads = prunedHeads;
        this.classifies = classifies;
        this.learner = learner;
        this.whenClosed = whenClosed;
    }

    /** The model's directory, for messages. */
    String address() {
        return address;
    }

    public TextClassifier classifier() {
        return classifier;
    }

    /** Whether the checkpoint has a classifier; without one its logits have no meaning. */
    public boolean classifies() {
        return classifies;
    }

    /**
     * The same model with a loss, for gradients by gates. It is made at the first call, and stays until {@link #rest}.
     *
     * @throws InputException if the checkpoint has no classifier
     */
    TextClassifier sensing(LossKind ofLoss) {
        if (!classifies) {
            throw new InputException("the model " + address + " has no classifier, so texts have no loss by which heads"
                    + " could be scored: give one with --classifier, run the stage baseline first, or set score.scorer"
                    + " to one that needs no loss, such as cls-variance");
        }
        if (sensing == null || loss != ofLoss) {
            rest();
            sensing = learner.apply(ofLoss);
            loss = ofLoss;
        }
        return sensing;
    }

    /** Releases what passes with gradients need; the next such pass makes it again. */
    public void rest() {
        if (sensing != null) {
            sensing.close();
            sensing = null;
        }
    }

    /** {@code heads} with those that the checkpoint itself declares pruned. */
    public SortedSet<Head> prunedWith(SortedSet<Head> heads) {
        SortedSet<Head> all = new TreeSet<>(prunedHeads);
        all.addAll(heads);
        return all;
    }

    /** Releases the graph and its activations; the weights stay. */
    @Override
    public void close() {
        rest();
        classifier.close();
        whenClosed.run();
    }
}
