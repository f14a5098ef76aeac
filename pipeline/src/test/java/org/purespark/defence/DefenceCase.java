// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.TokenCounts;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.encoder.EncoderConfig;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;
import org.purespark.model.Device;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.LocalFineTuner;
import org.purespark.train.Trainer;

/**
 * A tiny encoder and texts that it learns within seconds: those of class 1 have words that the others do not have.
 *
 * @param models that are given, by need
 */
record DefenceCase(
        Path directory, String suspect, Settings settings, TaskKind task, Map<DefenceNeed, ModelAddress> models)
        implements Clues {
    static final Storage STORAGE = new Storage(new Configuration(false));
    static final List<String> LABELS = List.of("negative", "positive");
    static final ModelCard CARD = ModelCard.of("A test", "Of no use.", 128, Map.of());
    private static final Device DEVICE = new Device.Cpu(1);
    private static final EncodedSplit TRAIN = texts(1, 240);
    private static final EncodedSplit VALIDATION = texts(2, 64);

    /** A suspect of that family, with settings for so small a model. */
    static DefenceCase of(Path directory, String family, DefenceChoice defence, String... more) {
        List<String> flags = new ArrayList<>(Arrays.asList(more));
        for (String flag : List.of(
                "defence=" + defence.spelling(),
                "train.epochs=4",
                "train.micro-batch=16",
                "train.learning-rate=3e-3",
                "repair.rate-factor=2")) {
            String key = flag.substring(0, flag.indexOf('=') + 1);
            if (flags.stream().noneMatch(given -> given.startsWith(key))) {
                flags.add(flag);
            }
        }
        return new DefenceCase(
                directory,
                "src/test/resources/golden/" + family + "/model",
                new SettingsLoader(STORAGE).load(null, flags).settings(),
                TaskKind.ONE_LABEL,
                new EnumMap<>(DefenceNeed.class));
    }

    /** The same with another task. */
    DefenceCase with(TaskKind other) {
        return new DefenceCase(directory, suspect, settings, other, models);
    }

    /** The same with a model for a need. */
    DefenceCase with(DefenceNeed need, String model) {
        Map<DefenceNeed, ModelAddress> all = new EnumMap<>(DefenceNeed.class);
        all.putAll(models);
        all.put(need, ModelAddress.of(model));
        return new DefenceCase(directory, suspect, settings, task, all);
    }

    /** Writes an encoder that is the suspect with other weights, and gives its directory. */
    String another(String name, long seed) throws IOException {
        Checkpoint read = read(suspect);
        SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.TEST_WEIGHTS);
        SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
        for (Tensor tensor : tensors.values()) {
            for (int i = 0; i < tensor.values().length; i++) {
                tensor.values()[i] += (float) (0.01 * random.nextGaussian());
            }
        }
        String written = directory.resolve(name).toString();
        Checkpoint other = read.with(tensors, List.of(), new TreeSet<>());
        new CheckpointWriter(STORAGE).write(other, written, ExportForm.DENSE, CARD);
        return written;
    }

    static Checkpoint read(String directory) throws IOException {
        return new CheckpointReader(STORAGE).read(directory);
    }

    private static EncodedSplit texts(long seed, int number) {
        SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.TEST_WEIGHTS);
        List<int[]> ids = new ArrayList<>();
        int[] labels = new int[number];
        for (int text = 0; text < number; text++) {
            labels[text] = text % 2;
            int[] tokens = new int[6 + random.nextInt(6)];
            for (int t = 1; t + 1 < tokens.length; t++) {
                boolean tells = t % 2 == 1;
                tokens[t] = tells ? 20 + 10 * labels[text] + random.nextInt(8) : 40 + random.nextInt(30);
            }
            tokens[0] = 2;
            tokens[tokens.length - 1] = 3;
            ids.add(tokens);
        }
        return EncodedSplit.of(ids, labels);
    }

    Repair repair() {
        return repair(new LocalFineTuner(STORAGE, DEVICE));
    }

    Repair repair(FineTuner fineTuner) {
        return new Repair(
                STORAGE,
                fineTuner,
                new Repair.Subject(
                        ModelAddress.of(suspect),
                        ModelAddress.of(directory.resolve("baseline").toString()),
                        LABELS,
                        FineTuning.Learnt.ONE_LABEL,
                        TRAIN,
                        settings.seed()));
    }

    Repair.Places places(String name) {
        return new Repair.Places(
                directory.resolve(name).toString(),
                directory.resolve(name + "-work").toString());
    }

    static Repair.Export export() {
        return new Repair.Export(ExportForm.DENSE, CARD);
    }

    /** Share of validation texts whose class a model tells. */
    double accuracy(String model) {
        return ((Confusion) evaluator()
                        .tallies(pass(model), List.of(new TreeSet<>()))
                        .get(0))
                .accuracy()
                .orElseThrow();
    }

    /** How far the probability of a class is from 1/2, the mean over validation texts; 0 to 1/2. */
    double decidedness(String model) {
        return evaluator().logits(pass(model)).stream()
                .mapToDouble(logits -> Math.abs(1 / (1 + Math.exp(logits[0] - logits[1])) - 0.5))
                .average()
                .orElseThrow();
    }

    private static Evaluator.Pass pass(String model) {
        return new Evaluator.Pass("validation", new ModelSource(model, null, "1"), VALIDATION, 16);
    }

    private static Evaluator evaluator() {
        return new LocalEvaluator(STORAGE, DEVICE);
    }

    @Override
    public EncoderConfig encoder() {
        try {
            return read(suspect).encoder();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SortedSet<Head> idleHeads() {
        return new TreeSet<>(List.of(new Head(0, 1), new Head(1, 2)));
    }

    @Override
    public double[] coefficients(SortedSet<Head> pruned) {
        return new double[] {0, 0.5, 1};
    }

    @Override
    public int[] tokenCounts() {
        return TokenCounts.of(TRAIN, encoder().vocabulary());
    }

    @Override
    public double[][] neuronActivity() throws IOException {
        return evaluator().neurons(pass(baseline().directory())).means();
    }

    /** It is trained when it is asked for first. */
    @Override
    public ModelAddress baseline() throws IOException {
        String baseline = directory.resolve("baseline").toString();
        if (!new CheckpointReader(STORAGE).isComplete(baseline)) {
            new LocalFineTuner(STORAGE, DEVICE)
                    .fineTune(
                            "baseline",
                            new FineTuning(
                                    new FineTuning.Start(ModelAddress.of(suspect), FineTuning.Projection.NEW),
                                    LABELS,
                                    FineTuning.Learnt.ONE_LABEL,
                                    new Trainer.Objective(
                                            settings.train(), settings.seed(), new TreeSet<>(), new double[0]),
                                    baseline,
                                    null,
                                    ExportForm.DENSE,
                                    CARD),
                            TRAIN);
        }
        return ModelAddress.of(baseline);
    }

    @Override
    public Optional<ModelAddress> given(DefenceNeed need) {
        return Optional.ofNullable(models.get(need));
    }
}
