// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Map;
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
import org.purespark.evaluate.ModelSource;
import org.purespark.parquet.ParquetTexts;
import org.purespark.probe.ProbeBattery;
import org.purespark.run.Fingerprints;
import org.purespark.run.InputFingerprint;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.ScratchFile;
import org.purespark.storage.Storage;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.LabelSet;
import org.purespark.text.LabelSource;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;
import org.purespark.text.TextTokenizer;

/**
 * All inputs of a command, read once and checked as a whole before anything is written.
 *
 * @param given the inputs of the user
 * @param texts closed with this
 * @param suspectClassifies whether the suspect has a classifier for the classes of the texts
 * @param battery the triggers to try
 * @param fingerprints of all inputs, by name
 */
record CheckedInputs(
        Inputs given,
        RunTexts texts,
        boolean suspectClassifies,
        ProbeBattery battery,
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
            EmbeddingSize embedding =
                    new EmbeddingSize(model, checkpoint.encoder().vocabulary());
            embedding.warnings(tokenizer).forEach(surroundings.messages());
            SplitEncoder.Encoding encoding =
                    new SplitEncoder.Encoding(tokenizer, settings.text().maxLength(), embedding);
            CleanData data = CleanData.read(
                    new CleanData.Encoder(reader(digests.storage(), settings), encoding, scratch::keep),
                    given,
                    checkpoint.labels(),
                    settings);
            given.target().ifPresent(target -> requireLabel(target, data.labels()));
            return new CheckedInputs(
                    given,
                    new RunTexts(
                            data, reader(surroundings.storage(), settings), encoding, scratch, surroundings.messages()),
                    suspectClassifies(checkpoint, model, data.labels(), surroundings.messages()),
                    battery,
                    fingerprints(
                            digests, given, Optional.ofNullable(settings.probe().batteryFile())));
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            scratch.close();
            throw e;
        }
    }

    private static boolean suspectClassifies(
            Checkpoint checkpoint, String model, LabelSet labels, Consumer<String> messages) {
        boolean classifies = checkpoint.hasClassifier() && labels.source() != LabelSource.TRAIN;
        if (labels.source() == LabelSource.CHECKPOINT_SPELT) {
            messages.accept("the labels " + Shown.list(labels.labels()) + " are taken for the classes "
                    + Shown.list(labels.names()) + " of " + model);
        }
        if (checkpoint.hasClassifier() && !classifies) {
            messages.accept("the classes of " + model + " (" + Shown.list(checkpoint.labels())
                    + ") are not those of the texts (" + Shown.list(labels.names()) + "): its classifier is not used");
        }
        return classifies;
    }

    private static TextReader reader(Storage storage, Settings settings) {
        return ParquetTexts.andTextFiles(storage, TextRules.of(settings));
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

    private static void requireLabel(String target, LabelSet labels) {
        if (!labels.labels().contains(target) && !labels.names().contains(target)) {
            throw new InputException("--target " + target + ": the labels are " + Shown.list(labels.labels()));
        }
    }

    private static SortedMap<String, InputFingerprint> fingerprints(
            ReadDigests digests, Inputs given, Optional<String> batteryFile) throws IOException {
        Map<String, String> addresses = new TreeMap<>(given.given());
        batteryFile.ifPresent(address -> addresses.put(Inputs.PROBE_BATTERY, address));
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
