package org.purespark.purify;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.Settings;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.probe.ProbeBattery;
import org.purespark.run.Fingerprints;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunContext;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.storage.Storage;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelSource;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;
import org.purespark.train.Trainer;

/** What the stages of one invocation share: the checked inputs, and where results are read and written. */
final class Workshop implements AutoCloseable {
    /** The splits that texts are encoded from. */
    enum Split {
        TRAIN,
        VALIDATION,
        TEST,
        POISONED_TEST
    }

    private final Surroundings surroundings;
    private final Settings settings;
    private final Inputs inputs;
    private final RunDirectory run;
    private final RunContext context;
    private final EventLog events;
    private final CleanData data;
    private final boolean suspectClassifies;
    private final ProbeBattery battery;
    private final TextTokenizer tokenizer;
    private final Map<Split, EncodedSplit> encoded = new EnumMap<>(Split.class);

    /**
     * Reads and checks all inputs, and opens the run directory only then.
     *
     * @param model address of the directory whose tokenizer and labels count
     * @throws InputException where an input is wrong
     */
    Workshop(Surroundings surroundings, Settings settings, Inputs inputs, String model, String runAddress)
            throws IOException {
        this.surroundings = surroundings;
        this.settings = settings;
        this.inputs = inputs;
        Checkpoint checkpoint = readCheckpoint(surroundings.storage(), model, inputs, inputs.model());
        checkpoint.warnings().forEach(surroundings.said());
        if (settings.text().maxLength() > checkpoint.encoder().maxTokens()) {
            throw new InputException("text.max-length " + settings.text().maxLength() + ": the model " + model
                    + " has positions for " + checkpoint.encoder().maxTokens() + " tokens; lower text.max-length");
        }
        this.data = CleanData.read(surroundings.reader(), inputs, checkpoint.labels(), settings);
        this.suspectClassifies = checkpoint.hasClassifier() && data.labels().source() != LabelSource.TRAIN;
        if (checkpoint.hasClassifier() && !suspectClassifies) {
            surroundings
                    .said()
                    .accept("the classes of " + model + " (" + String.join(", ", checkpoint.labels())
                            + ") are not those of the texts (" + String.join(", ", labelNames())
                            + "): its classifier is not used");
        }
        checkTarget();
        this.battery = ProbeBattery.of(settings.probe(), surroundings.storage());
        this.tokenizer = TextTokenizer.load(surroundings.storage(), model);
        SortedMap<String, InputFingerprint> fingerprints = new TreeMap<>();
        Fingerprints of = new Fingerprints(surroundings.storage());
        for (Map.Entry<String, String> input : inputs.given().entrySet()) {
            fingerprints.put(input.getKey(), of.input(input.getKey(), input.getValue()));
        }
        String ownProbes = settings.probe().batteryFile();
        if (ownProbes != null) {
            fingerprints.put(Inputs.PROBE_BATTERY, of.input(Inputs.PROBE_BATTERY, ownProbes));
        }
        this.context = new RunContext(surroundings.versions(), settings, fingerprints);
        this.run = RunDirectory.open(surroundings.storage(), runAddress, surroundings.clock());
        this.events = new EventLog(surroundings.storage(), run.file(RunDirectory.EVENTS), surroundings.clock());
    }

    private static Checkpoint readCheckpoint(Storage storage, String model, Inputs inputs, String suspect)
            throws IOException {
        CheckpointReader reader = new CheckpointReader(storage);
        boolean withFile = inputs.classifier() != null && model.equals(suspect);
        return withFile ? reader.read(model, inputs.classifier()) : reader.read(model);
    }

    private void checkTarget() {
        if (inputs.target() != null
                && !data.labels().labels().contains(inputs.target())
                && !data.labels().names().contains(inputs.target())) {
            throw new InputException("--target " + inputs.target() + ": the labels are "
                    + String.join(", ", data.labels().labels()));
        }
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Storage storage() {
        return surroundings.storage();
    }

    Settings settings() {
        return settings;
    }

    Inputs inputs() {
        return inputs;
    }

    RunDirectory run() {
        return run;
    }

    RunContext context() {
        return context;
    }

    EventLog events() {
        return events;
    }

    CleanData data() {
        return data;
    }

    JsonFiles files() {
        return new JsonFiles(surroundings.storage());
    }

    /** Whether the suspect came with a classifier for these labels. */
    boolean suspectClassifies() {
        return suspectClassifies;
    }

    /** Class names in id order. */
    List<String> labelNames() {
        return data.labels().names();
    }

    EncodedSplit encoded(Split split) {
        return encoded.computeIfAbsent(split, this::encode);
    }

    private EncodedSplit encode(Split split) {
        TextTable table =
                switch (split) {
                    case TRAIN -> data.train();
                    case VALIDATION -> data.validation();
                    case TEST -> data.test();
                    case POISONED_TEST -> data.poisonedTest();
                };
        return new SplitEncoder(tokenizer, settings.text().maxLength(), data.labels(), surroundings.said())
                .encode(table);
    }

    /** Token ids of further texts, each cut to the longest length. */
    List<EncodedText> encode(List<String> texts) {
        return tokenizer.encode(texts, settings.text().maxLength());
    }

    /** The triggers to be tried. */
    ProbeBattery battery() {
        return battery;
    }

    /** The suspect, as it was given. */
    ModelSource suspect() {
        return new ModelSource(
                inputs.model(),
                inputs.classifier(),
                context.inputs().get(Inputs.MODEL).digest());
    }

    /** What a stage upstream has written into {@code directory}. */
    ModelSource ofStage(StageName stage, String directory) throws IOException {
        return new ModelSource(run.file(directory), null, run.upstream(stage));
    }

    /** Where a training stage keeps its checkpoints until it is finished. */
    String checkpoints(StageName stage) {
        return Storage.child(run.workDirectory(stage), "checkpoints");
    }

    Evaluator.Pass pass(String label, ModelSource model, Split split) {
        return new Evaluator.Pass(
                label, model, encoded(split), settings.evaluate().batchTexts());
    }

    /** Steps of a fine-tuning into the event log. */
    void log(StageName stage, List<Trainer.StepReport> steps, double lambda) {
        double epochLoss = 0;
        double epochSeconds = 0;
        int stepsOfEpoch = 0;
        for (int i = 0; i < steps.size(); i++) {
            Trainer.StepReport step = steps.get(i);
            double penalty = lambda == 0 ? 0 : step.result().penalty() / lambda;
            events.log(new Event.StepLoss(
                    stage,
                    step.epoch(),
                    step.step(),
                    step.result().loss(),
                    step.result().crossEntropy(),
                    penalty,
                    step.result().gradientNorm(),
                    step.learningRate(),
                    step.seconds()));
            if (step.exchange() != null) {
                events.log(new Event.StepExchange(
                        stage,
                        step.step(),
                        step.exchange().tasks(),
                        step.exchange().denseBytes(),
                        step.exchange().wordBytes(),
                        step.exchange().seconds(),
                        step.exchange().waitingSeconds()));
            }
            epochLoss += step.result().loss();
            epochSeconds += step.seconds();
            stepsOfEpoch++;
            if (i + 1 == steps.size() || steps.get(i + 1).epoch() != step.epoch()) {
                events.log(new Event.EpochFinished(stage, step.epoch(), epochLoss / stepsOfEpoch, null, epochSeconds));
                epochLoss = 0;
                epochSeconds = 0;
                stepsOfEpoch = 0;
            }
        }
    }

    void warn(StageName stage, String message) {
        surroundings.said().accept(message);
        events.log(new Event.Warning(stage, message));
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
