// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.config.TaskFit;
import org.purespark.encoder.EncoderConfig;
import org.purespark.evaluate.ModelSource;
import org.purespark.metrics.FlipTargets;
import org.purespark.parquet.ParquetTexts;
import org.purespark.probe.ProbeBattery;
import org.purespark.run.Fingerprints;
import org.purespark.run.InputFingerprint;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.ScratchFile;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.Grouping;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelSet;
import org.purespark.text.LabelSource;
import org.purespark.text.PairColumn;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextParts;
import org.purespark.text.TextRules;
import org.purespark.text.TextTokenizer;

/**
 * All inputs of a command, read once and checked as a whole before anything is written.
 *
 * @param given the inputs of the user
 * @param texts closed with this
 * @param encoder the model's encoder
 * @param modelNotes what a person should know who opens the model in transformers, one sentence each
 * @param suspectClassifies whether the suspect has a classifier for the classes of the texts
 * @param battery the triggers to try
 * @param unmeasurable what these texts cannot tell of an attack, one sentence each; said already
 * @param fingerprints of all inputs, by name
 */
record CheckedInputs(
        Inputs given,
        RunTexts texts,
        EncoderConfig encoder,
        List<String> modelNotes,
        boolean suspectClassifies,
        ProbeBattery battery,
        List<String> unmeasurable,
        SortedMap<String, InputFingerprint> fingerprints)
        implements AutoCloseable {

    /**
     * @param model address of the directory whose tokenizer and labels are used
     * @throws InputException if an input is wrong
     */
    static CheckedInputs read(Surroundings surroundings, Settings settings, Inputs given, String model)
            throws IOException {
        ReadDigests digests = new ReadDigests(surroundings.storage());
        ModelAddress address = address(model, given);
        CheckpointReader checkpoints = new CheckpointReader(digests.storage());
        Checkpoint checkpoint = checkpoints.read(address);
        checkpoint.warnings().forEach(surroundings.messages());
        requireEnoughPositions(checkpoint, model, settings);
        if (given.train().isPresent()) {
            CheckpointWriter.requireForm(
                    checkpoint.family(),
                    checkpoint.encoder(),
                    checkpoint.classifierKind(),
                    settings.export().form());
        }
        ProbeBattery battery = ProbeBattery.of(settings.probe(), digests.storage());
        ScratchFile scratch = new ScratchFile();
        TextTokenizer tokenizer = TextTokenizer.load(
                digests.storage(),
                checkpoints.tokenizerDirectory(address),
                settings.text().transformers());
        try {
            EmbeddingSize embedding = new EmbeddingSize(
                    model,
                    checkpoint.encoder().vocabulary(),
                    checkpoint.encoder().tokenTypes());
            embedding.warnings(tokenizer).forEach(surroundings.messages());
            TaskKind task = RunTask.kind(settings.task(), checkpoint);
            TaskFit.require(settings, task);
            List<String> checkpointLabels = labelsFor(task, checkpoint);
            LabelCells cells = new LabelCells(LabelForm.of(task), checkpointLabels);
            TextRules rules = TextRules.of(settings, cells);
            SplitEncoder.Encoding encoding = new SplitEncoder.Encoding(
                    tokenizer,
                    settings.text().maxLength(),
                    embedding,
                    cells.form(),
                    rules.labelColumn(),
                    grouping(settings));
            CleanData data = CleanData.read(
                    new CleanData.Encoder(ParquetTexts.andTextFiles(digests.storage(), rules), encoding, scratch::keep),
                    given,
                    checkpointLabels,
                    settings);
            if (data.form() == TextParts.Form.PAIR) {
                surroundings
                        .messages()
                        .accept("each row has two texts, which are classified as a pair (" + PairColumn.SETTING + ")");
                embedding.pairWarnings(tokenizer).forEach(surroundings.messages());
            }
            given.target().ifPresent(target -> requireTarget(target, data));
            List<String> unmeasurable = FlippableTexts.warnings(given, data);
            unmeasurable.forEach(surroundings.messages());
            return new CheckedInputs(
                    given,
                    new RunTexts(
                            data,
                            ParquetTexts.andTextFiles(surroundings.storage(), rules),
                            encoding,
                            scratch,
                            surroundings.messages()),
                    checkpoint.encoder(),
                    checkpoint.family().notices(checkpoint.encoder()),
                    suspectClassifies(task, checkpoint, model, data.labels(), surroundings.messages()),
                    battery,
                    unmeasurable,
                    fingerprints(digests, given, settings));
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            scratch.close();
            throw e;
        }
    }

    private static Grouping grouping(Settings settings) {
        return switch (settings.task().scoreMeasure()) {
            case SPEARMAN -> Grouping.NONE;
            case NDCG -> Grouping.BY_FIRST_TEXT;
        };
    }

    /** The names of the checkpoint's classes if its classifier can do the task, else none. */
    private static List<String> labelsFor(TaskKind task, Checkpoint checkpoint) {
        boolean oneLogit = checkpoint.labels().size() == 1;
        boolean fits = oneLogit == (task == TaskKind.SCORE) || task == TaskKind.MANY_LABELS;
        return fits ? checkpoint.labels() : List.of();
    }

    private static boolean suspectClassifies(
            TaskKind task, Checkpoint checkpoint, String model, LabelSet labels, Consumer<String> messages) {
        boolean classifies = checkpoint.hasClassifier() && labels.source() != LabelSource.TRAIN;
        if (labels.namesAreOtherNumbers()) {
            messages.accept("the labels are taken for the names of the classes of " + model + ", "
                    + Shown.list(labels.names()) + ", not for their numbers, 0 to " + (labels.size() - 1));
        }
        if (labels.source() == LabelSource.CHECKPOINT_SPELT) {
            messages.accept("the labels " + Shown.list(labels.labels()) + " are taken for the classes "
                    + Shown.list(labels.names()) + " of " + model);
        }
        if (checkpoint.hasClassifier() && !classifies) {
            messages.accept(
                    task == TaskKind.SCORE
                            ? "the classifier of " + model + " is not used: it has "
                                    + checkpoint.labels().size() + " logits for " + Shown.list(checkpoint.labels())
                                    + ", a score has one"
                            : "the " + (task == TaskKind.ONE_LABEL ? "classes" : "labels") + " of " + model + " ("
                                    + Shown.list(checkpoint.labels()) + ") are not those of the texts ("
                                    + Shown.list(labels.names()) + "): its classifier is not used");
        }
        return classifies;
    }

    /** The suspect with what belongs to it, or another model. */
    private static ModelAddress address(String model, Inputs given) {
        return Optional.of(model).equals(given.model()) ? given.modelAddress() : ModelAddress.of(model);
    }

    private static void requireEnoughPositions(Checkpoint checkpoint, String model, Settings settings) {
        if (settings.text().maxLength() > checkpoint.encoder().maxTokens()) {
            throw new InputException("text.max-length " + settings.text().maxLength() + ": the model " + model
                    + " has positions for " + checkpoint.encoder().maxTokens() + " tokens; lower text.max-length");
        }
    }

    private static void requireTarget(String target, CleanData data) {
        if (data.target(target).isEmpty()) {
            boolean classes = data.task() instanceof Task.OneLabel;
            throw new InputException("--target " + target + ": the " + (classes ? "labels" : "targets") + " are "
                    + Shown.list(
                            classes ? data.labels().labels() : data.targets().names())
                    + (classes ? "; '" + FlipTargets.NEXT_CLASS + "' is for an attack from all classes to all" : ""));
        }
    }

    private static SortedMap<String, InputFingerprint> fingerprints(
            ReadDigests digests, Inputs given, Settings settings) throws IOException {
        Map<String, String> addresses = new TreeMap<>(given.given());
        addresses.put(Inputs.PROBE_BATTERY, settings.probe().batteryFile());
        addresses.put(Inputs.VET_CALIBRATION, settings.purify().vetCalibration());
        addresses.values().removeIf(Objects::isNull);
        SortedMap<String, InputFingerprint> fingerprints = new TreeMap<>();
        Fingerprints of = new Fingerprints(digests);
        for (Map.Entry<String, String> input : addresses.entrySet()) {
            fingerprints.put(input.getKey(), of.input(input.getKey(), input.getValue()));
        }
        return fingerprints;
    }

    LabelSet labels() {
        return texts.labels();
    }

    Task task() {
        return texts.task();
    }

    /** The suspect, as the user gives it. */
    ModelSource suspect() {
        String own = fingerprints.get(Inputs.MODEL).digest();
        InputFingerprint base = fingerprints.get(Inputs.BASE_MODEL);
        return new ModelSource(given.modelAddress(), base == null ? own : own + ' ' + base.digest());
    }

    @Override
    public void close() {
        texts.close();
    }
}
