// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.Engine;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.train.WeightChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights of a checkpoint, in memory once for all threads. Each thread opens its own model on them. Any thread may
 * call {@link #open}; one thread closes the weights when no model is open.
 */
public final class ModelWeights implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelWeights.class);
    private static final int STAND_IN_CLASSES = 2;
    private static final int CLOSED = -1;

    private final String name;
    private final EncoderConfig config;
    private final ClassifierKind kind;
    private final Parameters parameters;
    private final Device device;
    private final Engine memory;
    private final SortedSet<Head> prunedHeads;
    private final boolean classifies;
    /** Models that are open on these weights, or {@link #CLOSED}. */
    private final AtomicInteger open = new AtomicInteger();

    private ModelWeights(String name, Checkpoint checkpoint, Parameters parameters, Device device, Engine memory) {
        this.name = name;
        this.config = checkpoint.encoder();
        this.kind = checkpoint.classifierKind();
        this.parameters = parameters;
        this.device = device;
        this.memory = memory;
        this.prunedHeads = checkpoint.prunedHeads();
        this.classifies = checkpoint.hasClassifier();
    }

    /**
     * @param device in whose memory the weights are, and on which the models compute
     * @throws org.purespark.InputException if the checkpoint is not valid, or a change of its weights does not fit it
     */
    public static ModelWeights read(Storage storage, ModelSource source, Device device) {
        try {
            long start = System.nanoTime();
            Checkpoint checkpoint = new CheckpointReader(storage).read(source.address());
            SortedMap<String, Tensor> tensors = new TreeMap<>(checkpoint.tensors());
            for (WeightChange change : source.changes()) {
                change.apply(checkpoint, tensors, storage);
            }
            long read = System.nanoTime();
            Engine memory = device.engine(1);
            Parameters parameters = parameters(checkpoint, tensors, memory);
            // The first layout in a process starts the native library, which takes seconds.
            LOG.info(
                    "model {}: {} bytes of weights, read from the file system in {} ms, laid out in native memory "
                            + "in {} ms",
                    source.directory(),
                    (long) Float.BYTES * parameters.layout().size(),
                    (read - start) / 1_000_000,
                    (System.nanoTime() - read) / 1_000_000);
            return new ModelWeights(source.directory(), checkpoint, parameters, device, memory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model " + source.directory(), e);
        }
    }

    private static Parameters parameters(Checkpoint checkpoint, SortedMap<String, Tensor> tensors, Engine memory) {
        int classes = checkpoint.labels().size();
        if (!checkpoint.hasClassifier()) {
            // The graph ends in a classifier; its outputs are not used.
            classes = STAND_IN_CLASSES;
            ParameterList.of(checkpoint.encoder(), checkpoint.classifierKind(), classes)
                    .of(EncoderPart.CLASSIFIER)
                    .forEach(parameter -> tensors.put(parameter.name(), Tensor.zeros(parameter.shape())));
        }
        return Parameters.of(
                new ParameterLayout(checkpoint.encoder(), checkpoint.classifierKind(), classes), tensors, memory);
    }

    /**
     * A model on these weights; it must be closed before the weights.
     *
     * @param threads that it may use
     * @throws IllegalStateException if the weights are closed
     */
    public LoadedModel open(int threads) {
        if (open.getAndUpdate(models -> models == CLOSED ? CLOSED : models + 1) == CLOSED) {
            throw new IllegalStateException("the weights of " + name + " are closed");
        }
        try {
            TextClassifier classifier = new TextClassifier(config, kind, parameters, device.engine(threads));
            Function<LossKind, TextClassifier> learner =
                    loss -> new TextClassifier(config, kind, loss, parameters, device.engine(threads));
            return new LoadedModel(name, classifier, prunedHeads, classifies, learner, open::decrementAndGet);
        } catch (RuntimeException | Error e) {
            open.decrementAndGet();
            throw e;
        }
    }

    public boolean closed() {
        return open.get() == CLOSED;
    }

    /** @throws IllegalStateException if models are open on these weights, or the weights are closed already */
    @Override
    public void close() {
        if (!open.compareAndSet(0, CLOSED)) {
            throw new IllegalStateException("the weights of " + name
                    + (closed() ? " are closed already" : " cannot be closed: " + open.get() + " models use them"));
        }
        parameters.close();
        memory.close();
    }
}
