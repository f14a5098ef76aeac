// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier;

/**
 * A checkpoint that is ready to classify, with its own graph on {@link ModelWeights}, and the heads that the checkpoint
 * declares pruned. For one thread at a time.
 */
public final class LoadedModel implements AutoCloseable {
    private final String address;
    private final TextClassifier classifier;
    private final SortedSet<Head> prunedHeads;
    private final boolean classifies;
    private final Runnable whenClosed;

    LoadedModel(
            String address,
            TextClassifier classifier,
            SortedSet<Head> prunedHeads,
            boolean classifies,
            Runnable whenClosed) {
        this.address = address;
        this.classifier = classifier;
        this.prunedHeads = prunedHeads;
        this.classifies = classifies;
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

    /** {@code heads} with those that the checkpoint itself declares pruned. */
    public SortedSet<Head> prunedWith(SortedSet<Head> heads) {
        SortedSet<Head> all = new TreeSet<>(prunedHeads);
        all.addAll(heads);
        return all;
    }

    /** Releases the graph and its activations; the weights stay. */
    @Override
    public void close() {
        classifier.close();
        whenClosed.run();
    }
}
