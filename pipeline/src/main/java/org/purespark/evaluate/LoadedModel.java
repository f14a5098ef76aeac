package org.purespark.evaluate;

import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier;

/**
 * A checkpoint ready to classify, with the heads that it declares pruned: a graph of its own on {@link ModelWeights}.
 * One thread at a time.
 */
public final class LoadedModel implements AutoCloseable {
    private final TextClassifier classifier;
    private final SortedSet<Head> prunedHeads;
    private final boolean classifies;
    private final Runnable whenClosed;

    LoadedModel(TextClassifier classifier, SortedSet<Head> prunedHeads, boolean classifies, Runnable whenClosed) {
        this.classifier = classifier;
        this.prunedHeads = prunedHeads;
        this.classifies = classifies;
        this.whenClosed = whenClosed;
    }

    public TextClassifier classifier() {
        return classifier;
    }

    /** Whether the checkpoint has a classifier, so that its logits mean something. */
    public boolean classifies() {
        return classifies;
    }

    /** {@code heads} with those that the checkpoint itself declares pruned. */
    public SortedSet<Head> prunedWith(SortedSet<Head> heads) {
        SortedSet<Head> all = new TreeSet<>(prunedHeads);
        all.addAll(heads);
        return all;
    }

    /** Gives back the graph and its activations; the weights stay. */
    @Override
    public void close() {
        classifier.close();
        whenClosed.run();
    }
}
