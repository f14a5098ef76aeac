package org.purespark.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.checkpoint.TensorLayout;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier;
import org.purespark.storage.Storage;

/** A checkpoint ready to classify, with the heads that it declares pruned. One thread at a time. */
public final class LoadedModel implements AutoCloseable {
    private static final int STAND_IN_CLASSES = 2;

    private final TextClassifier classifier;
    private final SortedSet<Head> prunedHeads;
    private final boolean classifies;

    private LoadedModel(TextClassifier classifier, SortedSet<Head> prunedHeads, boolean classifies) {
        this.classifier = classifier;
        this.prunedHeads = prunedHeads;
        this.classifies = classifies;
    }

    /**
     * @param threads that it may use
     * @throws org.purespark.InputException where the checkpoint is not a good one
     */
    public static LoadedModel load(Storage storage, ModelSource source, int threads) {
        try {
            CheckpointReader reader = new CheckpointReader(storage);
            Checkpoint checkpoint = source.classifierFile() == null
                    ? reader.read(source.directory())
                    : reader.read(source.directory(), source.classifierFile());
            return of(checkpoint, threads);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model " + source.directory(), e);
        }
    }

    private static LoadedModel of(Checkpoint checkpoint, int threads) {
        SortedMap<String, Tensor> tensors = new TreeMap<>(checkpoint.tensors());
        int classes = checkpoint.labels().size();
        if (!checkpoint.hasClassifier()) {
            // The graph ends in a classifier; its outputs are not used.
            classes = STAND_IN_CLASSES;
            tensors.put(
                    TensorLayout.CLASSIFIER_WEIGHT,
                    Tensor.zeros(classes, checkpoint.encoder().hidden()));
            tensors.put(TensorLayout.CLASSIFIER_BIAS, Tensor.zeros(classes));
        }
        TextClassifier classifier =
                new TextClassifier(checkpoint.encoder(), checkpoint.classifierKind(), 0, classes, tensors, threads);
        return new LoadedModel(classifier, checkpoint.prunedHeads(), checkpoint.hasClassifier());
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

    @Override
    public void close() {
        classifier.close();
    }
}
