// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
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
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.Readout;
import org.purespark.model.TextClassifier;
import org.purespark.model.Training;
import org.purespark.model.engine.Engine;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;

/**
 * Makes a fine-tuned checkpoint from another one: reads it, adds a classifier, prunes, trains, writes. The record has
 * everything that is needed, so it can be sent to another machine.
 *
 * @param start the weights to start from
 * @param labels names of the C classes in id order
 * @param task what is learnt
 * @param objective the aim of training; its pruned heads are pruned in the written model too
 * @param output address of the directory to write
 * @param checkpoints address of a directory for training checkpoints, or null for none
 */
public record FineTuning(
        Start start,
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
        NEW,
        /** D classes, whose logits are the classifier's D inputs. */
        IDENTITY
    }

    /**
     * The weights that a training starts from.
     *
     * @param model the checkpoint
     * @param classifier whether the last projection is the checkpoint's own or new
     * @param changes made to the weights before the first step, in order
     */
    public record Start(ModelAddress model, Projection classifier, List<WeightChange> changes) implements Serializable {
        public Start {
            changes = List.copyOf(changes);
        }

        /** The checkpoint's weights as they are. */
        public Start(ModelAddress model, Projection classifier) {
            this(model, classifier, List.of());
        }

        Start absolute(Storage storage) throws IOException {
            List<WeightChange> absolute = new ArrayList<>();
            for (WeightChange change : changes) {
                absolute.add(change.absolute(storage));
            }
            return new Start(model.absolute(storage), classifier, absolute);
        }
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
                start.absolute(storage),
                labels,
                task,
                objective.absolute(storage),
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
        Checkpoint read = new CheckpointReader(storage).read(start.model());
        SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
        if (start.classifier() == Projection.NEW) {
            addNewProjection(read, tensors);
        } else if (start.classifier() == Projection.IDENTITY) {
            addIdentity(read, tensors);
        } else if (!read.hasClassifier()) {
            throw new IllegalStateException(start.model().directory() + " has no classifier of its own");
        }
        for (WeightChange change : start.changes()) {
            change.apply(read, tensors, storage);
        }
        Teacher teacher = Teacher.of(objective.method(), read.encoder(), storage, device);
        try {
            TextClassifier made = new TextClassifier(
                    read.encoder(), read.classifierKind(), training(read), labels.size(), tensors, device.engine());
            return new Loaded(storage, read.frame(), made, teacher);
        } catch (RuntimeException | Error e) {
            teacher.close();
            throw e;
        }
    }

    private Training training(Checkpoint read) {
        TrainingMethod method = objective.method();
        return new Training(
                classifierDropout(read),
                task.loss(),
                method instanceof TrainingMethod.EveryLayer ? Readout.EVERY_LAYER : Readout.LAST_LAYER,
                method instanceof TrainingMethod.Taught taught ? taught.weight() : 0);
    }

    /** The model in memory. */
    public final class Loaded implements AutoCloseable {
        private final Storage storage;
        private final Checkpoint.Frame frame;
        private final TextClassifier classifier;
        private final Teacher teacher;

        private Loaded(Storage storage, Checkpoint.Frame frame, TextClassifier classifier, Teacher teacher) {
            this.teacher = teacher;
            this.storage = storage;
            this.frame = frame;
            this.classifier = classifier;
        }

        /** What computes. */
        public Engine engine() {
            return classifier.engine();
        }

        /**
         * Trains it, from its last training checkpoint if there is one, and writes the result; if several tasks train
         * together, the first one writes.
         *
         * @param listener gets the steps of the checkpoint first, then each step when it is done
         */
        public void train(EncodedSplit texts, Exchange exchange, Consumer<Trainer.StepReport> listener)
                throws IOException {
            TreeSet<Head> pruned = new TreeSet<>(frame.prunedHeads());
            pruned.addAll(objective.pruned());
            Trainer.Pupil pupil = new Trainer.Pupil(classifier, teacher);
            Trainer.train(pupil, texts, objective.withPruned(pruned), checkpoints(storage), exchange, listener);
            if (exchange.rank() == 0) {
                new CheckpointWriter(storage)
                        .write(
                                frame.with(classifier.parameters().tensors(), labels, task.task(), pruned),
                                output,
                                form,
                                card);
            }
        }

        @Override
        public void close() {
            classifier.close();
            teacher.close();
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
    private double classifierDropout(Checkpoint read) {
        return read.classifierKind().hasDense()
                ? read.encoder().classifierDropout()
                : objective.settings().classifierDropout();
    }

    private void addNewProjection(Checkpoint read, SortedMap<String, Tensor> tensors) {
        SeededRandom random = SeededRandom.of(objective.seed(), SeededRandom.Purpose.CLASSIFIER);
        ParameterList parameters = ParameterList.of(read.encoder(), read.classifierKind(), labels.size());
        for (ParameterSpec parameter : parameters.of(EncoderPart.CLASSIFIER)) {
            tensors.put(parameter.name(), InitialWeights.of(parameter, read.encoder(), random));
        }
    }

    private void addIdentity(Checkpoint read, SortedMap<String, Tensor> tensors) {
        int hidden = read.encoder().hidden();
        if (labels.size() != hidden) {
            throw new IllegalArgumentException(
                    labels.size() + " labels for an identity of the encoder's " + hidden + " outputs");
        }
        Tensor weight = Tensor.zeros(hidden, hidden);
        for (int i = 0; i < hidden; i++) {
            weight.values()[i * hidden + i] = 1f;
        }
        tensors.put(EncoderPart.CLASSIFIER.weight(), weight);
        tensors.put(EncoderPart.CLASSIFIER.bias(), Tensor.zeros(hidden));
    }
}
