// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.TextClassifier;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;

/**
 * Makes a fine-tuned checkpoint from another one: reads it, adds a classifier, prunes, trains, writes. The record has
 * everything that is needed, so it can be sent to another machine.
 *
 * @param model the model to start from
 * @param classifier whether the last projection is the checkpoint's own or new
 * @param labels names of the C classes in id order
 * @param task what is learnt
 * @param objective the aim of training; its pruned heads are pruned in the written model too
 * @param output address of the directory to write
 * @param checkpoints address of a directory for training checkpoints, or null for none
 */
public record FineTuning(
        ModelAddress model,
        Projection classifier,
        List<String> labels,
        Learnt task,
        Trainer.Objective objective,
        String output,
        String checkpoints,
        ExportForm form,
        ModelCard card)
        implements Serializable {

    /** The origin of the last projection. */
    public enum Projection {
        OWN,
        NEW
    }

    /** What is learnt. */
    public record Learnt(TaskKind task, LossKind loss) implements Serializable {
        /** One label for each text. */
        public static final Learnt ONE_LABEL = of(new Task.OneLabel());

        /** What a task asks for. */
        public static Learnt of(Task task) {
            return new Learnt(task.kind(), task.loss());
        }
    }

    /** The same with absolute addresses: on another machine the working directory is another one. */
    public FineTuning absolute(Storage storage) throws IOException {
        return new FineTuning(
                model.absolute(storage),
                classifier,
                labels,
                task,
                objective,
                storage.qualified(output),
                checkpoints == null ? null : storage.qualified(checkpoints),
                form,
                card);
    }

    /**
     * Reads the checkpoint and makes the model to train.
     *
     * @param device the device of the training
     * @throws org.purespark.InputException if the checkpoint is not valid
     */
    public Loaded load(Storage storage, Device device) throws IOException {
        Checkpoint start = new CheckpointReader(storage).read(model);
        SortedMap<String, Tensor> tensors = new TreeMap<>(start.tensors());
        if (classifier == Projection.NEW) {
            addNewProjection(start, tensors);
        } else if (!start.hasClassifier()) {
            throw new IllegalStateException(model.directory() + " has no classifier of its own");
        }
        TextClassifier made = new TextClassifier(
                start.encoder(),
                start.classifierKind(),
                new TextClassifier.Training(classifierDropout(start), task.loss()),
                labels.size(),
                tensors,
                device.engine());
        return new Loaded(storage, start.frame(), made);
    }

    /** The model in memory. */
    public final class Loaded implements AutoCloseable {
        private final Storage storage;
        private final Checkpoint.Frame start;
        private final TextClassifier classifier;

        private Loaded(Storage storage, Checkpoint.Frame start, TextClassifier classifier) {
            this.storage = storage;
            this.start = start;
            this.classifier = classifier;
        }

        /**
         * Trains it, from its last training checkpoint if there is one, and writes the result; if several tasks train
         * together, the first one writes.
         *
         * @param listener gets the steps of the checkpoint first, then each step when it is done
         */
        public void train(EncodedSplit texts, Exchange exchange, Consumer<Trainer.StepReport> listener)
                throws IOException {
            TreeSet<Head> pruned = new TreeSet<>(start.prunedHeads());
            pruned.addAll(objective.pruned());
            Trainer.Objective all =
                    new Trainer.Objective(objective.settings(), objective.seed(), pruned, objective.penaltyWeights());
            Trainer.train(classifier, texts, all, checkpoints(storage), exchange, listener);
            if (exchange.rank() == 0) {
                new CheckpointWriter(storage)
                        .write(
                                start.with(classifier.parameters().tensors(), labels, task.task(), pruned),
                                output,
                                form,
                                card);
            }
        }

        @Override
        public void close() {
            classifier.close();
        }
    }

    /** Number of steps in the last training checkpoint; 0 if there is none. */
    public int stepsDone(Storage storage) throws IOException {
        Optional<TrainingCheckpoints> kept = checkpoints(storage);
        return kept.isPresent() ? kept.get().stepsDone() : 0;
    }

    private Optional<TrainingCheckpoints> checkpoints(Storage storage) {
        return Optional.ofNullable(checkpoints)
                .map(directory -> new TrainingCheckpoints(
                        storage, directory, objective.settings().checkpointIntervalSteps()));
    }

    /** The rate of a plain linear classifier is a setting; a sequence classifier has its own. */
    private double classifierDropout(Checkpoint start) {
        return start.classifierKind().hasDense()
                ? start.encoder().classifierDropout()
                : objective.settings().classifierDropout();
    }

    private void addNewProjection(Checkpoint start, SortedMap<String, Tensor> tensors) {
        SeededRandom random = SeededRandom.of(objective.seed(), SeededRandom.Purpose.CLASSIFIER);
        ParameterList parameters = ParameterList.of(start.encoder(), start.classifierKind(), labels.size());
        for (ParameterSpec parameter : parameters.of(EncoderPart.CLASSIFIER)) {
            tensors.put(parameter.name(), initial(parameter, start.encoder(), random));
        }
    }

    /** What transformers puts into a new tensor. */
    private static Tensor initial(ParameterSpec parameter, EncoderConfig encoder, SeededRandom random) {
        Tensor tensor = Tensor.zeros(parameter.shape());
        float[] values = tensor.values();
        switch (parameter.role().initial()) {
            case ZERO -> {}
            case ONE -> Arrays.fill(values, 1f);
            case NORMAL -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * encoder.initializerRange());
                }
            }
        }
        return tensor;
    }
}
