// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.TrainSettings;
import org.purespark.encoder.EncoderPart;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.ModelWeights;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.Example;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.random.DropoutMask;
import org.purespark.storage.Storage;
import org.purespark.task.Task;
import org.purespark.text.EncodedText;
import org.purespark.text.TextTokenizer;
import org.purespark.train.AdamW;
import org.purespark.train.Exchange;
import org.purespark.train.OptimizerStep;
import org.purespark.train.Trainer;

/**
 * How the cost grows: seconds against the number of texts, their tokens, the heads pruned and the suspects of a sweep.
 * Started by {@code benchmarks/cost}; prints a table, and writes {@code cost.csv} and a chart of each quantity as SVG.
 */
public final class Cost {
    private static final int MICRO_BATCH = 32;
    private static final int MAX_LENGTH = 128;
    private static final long SEED = 11;
    private static final int WARM_UP_TEXTS = 12 * MICRO_BATCH;
    private static final int SUSPECT_TEXTS = 320;

    private final Storage storage = new Storage(new Configuration(false));
    private final Map<String, String> options;
    private final String model;
    private final int threads;
    private final int repeats;
    private final Path out;
    private final StringBuilder csv = new StringBuilder("quantity,value,work,median_seconds,smallest,largest\n");

    private Cost(Map<String, String> options) {
        this.options = options;
        this.model = options.get("--model");
        this.threads = Integer.parseInt(options.get("--threads"));
        this.repeats = Integer.parseInt(options.get("--repeats"));
        this.out = Path.of(options.get("--out"));
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>(Map.of(
                "--quantities", "texts,tokens,heads,suspects",
                "--texts", "1000,4000,16000",
                "--tokens", "16,32,64,96,128",
                "--heads", "0,12,24,36,48,60",
                "--suspects", "1,2,4,8",
                "--repeats", "5",
                "--threads", Integer.toString(Runtime.getRuntime().availableProcessors()),
                "--root", ".",
                "--out", "target/cost"));
        options.put("--model", null);
        options.put("--data", null);
        for (int i = 0; i < arguments.length; i += 2) {
            if (!options.containsKey(arguments[i]) || i + 1 == arguments.length) {
                System.err.println("unknown option, or one without its value: " + arguments[i] + "; there are "
                        + options.keySet());
                System.exit(2);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        options.putIfAbsent("--data", options.get("--root") + "/../shared/data/sst2/train.tsv");
        new Cost(options).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Files.createDirectories(out);
        for (String quantity : options.get("--quantities").split(",", -1)) {
            Map<String, List<LineChart.Point>> series =
                    switch (quantity) {
                        case "texts" -> texts(numbers("--texts"));
                        case "tokens" -> tokens(numbers("--tokens"));
                        case "heads" -> heads(numbers("--heads"));
                        case "suspects" -> suspects(numbers("--suspects"));
                        default -> throw new IllegalArgumentException("unknown quantity " + quantity);
                    };
            series.forEach((work, points) -> points.forEach(point -> csv.append(String.format(
                    Locale.ROOT,
                    "%s,%.0f,%s,%.4f,%.4f,%.4f%n",
                    quantity,
                    point.x(),
                    work,
                    point.median(),
                    point.smallest(),
                    point.largest()))));
            write("cost.csv", csv);
            write(
                    "cost-" + quantity + ".svg",
                    LineChart.of(title(quantity), quantity.equals("heads") ? "heads pruned" : quantity, series));
        }
    }

    private String title(String quantity) {
        return switch (quantity) {
            case "texts" -> "One pass over texts, " + threads + " threads";
            case "tokens" -> "A micro-batch of 32 texts of so many tokens, " + threads + " threads";
            case "heads" -> "A micro-batch with heads pruned, " + threads + " threads";
            default -> "A sweep over suspects, " + SUSPECT_TEXTS + " training texts each";
        };
    }

    private void write(String name, CharSequence content) throws IOException {
        Files.writeString(out.resolve(name), content, StandardCharsets.UTF_8);
    }

    private int[] numbers(String option) {
        return Arrays.stream(options.get(option).split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** A pass of training, of scoring and of evaluation, each in the way of a run's stage on one machine. */
    private Map<String, List<LineChart.Point>> texts(int[] counts) throws IOException {
        EncodedSplit all = encoded();
        Map<String, List<LineChart.Point>> series = new LinkedHashMap<>();
        Evaluator evaluator = new LocalEvaluator(storage, new Device.Cpu(threads));
        for (int i = -1; i < counts.length; i++) {
            int count = i < 0 ? WARM_UP_TEXTS : counts[i];
            EncodedSplit some = repeated(all, count);
            Evaluator.Pass pass = new Evaluator.Pass("cost", source(), some, MICRO_BATCH);
            double training;
            try (TextClassifier classifier = classifier()) {
                training = seconds(() -> train(classifier, some));
            }
            double scoring = seconds(() -> evaluator.statistics(pass, Collections.emptySortedSet(), MAX_LENGTH));
            double evaluation = seconds(() -> evaluator.logits(pass));
            if (i >= 0) {
                point(series, "texts", count, "training", List.of(training));
                point(series, "texts", count, "scoring", List.of(scoring));
                point(series, "texts", count, "evaluation", List.of(evaluation));
            }
        }
        return series;
    }

    private Map<String, List<LineChart.Point>> tokens(int[] lengths) throws IOException {
        Map<String, List<LineChart.Point>> series = new LinkedHashMap<>();
        batches(series, "tokens", lengths, length -> random(length), length -> new TreeSet<>());
        return series;
    }

    /** Heads go from the layers in turn, as many from each. */
    private Map<String, List<LineChart.Point>> heads(int[] counts) throws IOException {
        EncodedSplit all = encoded();
        Map<String, List<LineChart.Point>> series = new LinkedHashMap<>();
        int layers = new CheckpointReader(storage).read(model).encoder().layers();
        batches(series, "heads", counts, count -> repeated(all, MICRO_BATCH), count -> {
            TreeSet<Head> pruned = new TreeSet<>();
            for (int i = 0; i < count; i++) {
                pruned.add(new Head(i % layers, i / layers));
            }
            return pruned;
        });
        return series;
    }

    private interface OfNumber<T> {
        T of(int number) throws IOException;
    }

    /** One training step with penalty, one scoring and one evaluation batch, at each number. */
    private void batches(
            Map<String, List<LineChart.Point>> series,
            String quantity,
            int[] numbers,
            OfNumber<EncodedSplit> texts,
            OfNumber<SortedSet<Head>> pruned)
            throws IOException {
        try (TextClassifier classifier = classifier();
                ModelWeights weights = ModelWeights.read(storage, source(), new Device.Cpu(threads));
                LoadedModel loaded = weights.open(threads)) {
            double[] penalty = new double[classifier.config().layers()];
            Arrays.fill(penalty, 0.1);
            OptimizerStep warmUp = optimizer(classifier, new TreeSet<>(), penalty);
            for (EncodedBatch batch : EncodedBatch.of(repeated(encoded(), WARM_UP_TEXTS), MICRO_BATCH)) {
                step(warmUp, batch);
                BatchEvaluation.statistics(
                        loaded, batch, new Task.OneLabel(), Collections.emptySortedSet(), MAX_LENGTH);
            }
            for (int number : numbers) {
                EncodedSplit split = texts.of(number);
                SortedSet<Head> heads = pruned.of(number);
                EncodedBatch batch = EncodedBatch.of(split, MICRO_BATCH).get(0);
                OptimizerStep optimizer = optimizer(classifier, heads, penalty);
                point(series, quantity, number, "training step", times(() -> step(optimizer, batch)));
                point(
                        series,
                        quantity,
                        number,
                        "scoring batch",
                        times(() -> BatchEvaluation.statistics(loaded, batch, new Task.OneLabel(), heads, MAX_LENGTH)));
                point(
                        series,
                        quantity,
                        number,
                        "evaluation batch",
                        times(() -> BatchEvaluation.tallies(loaded, batch, new Task.OneLabel(), List.of(heads))));
            }
        }
    }

    /** Wall-clock of {@code bin/pure sweep} over copies of one suspect. */
    private Map<String, List<LineChart.Point>> suspects(int[] counts) throws Exception {
        Map<String, List<LineChart.Point>> series = new LinkedHashMap<>();
        Path work = Files.createTempDirectory("pure-cost");
        List<String> lines = Files.readAllLines(Path.of(options.get("--data")), StandardCharsets.UTF_8);
        Files.write(work.resolve("train.tsv"), lines.subList(0, Math.min(lines.size(), SUSPECT_TEXTS + 1)));
        for (int count : counts) {
            StringBuilder manifest = new StringBuilder("name,model\n");
            for (int i = 0; i < count; i++) {
                manifest.append("suspect-")
                        .append(i)
                        .append(',')
                        .append(Path.of(model).toAbsolutePath())
                        .append('\n');
            }
            Path file = work.resolve("suspects-" + count + ".csv");
            Files.writeString(file, manifest);
            double wall = seconds(() -> sweep(file, work.resolve("sweep-" + count), work.resolve("train.tsv")));
            point(series, "suspects", count, "sweep", List.of(wall));
        }
        System.out.println("runs are left in " + work);
        return series;
    }

    private void sweep(Path manifest, Path directory, Path train) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                        options.get("--root") + "/bin/pure",
                        "sweep",
                        "--manifest",
                        manifest.toString(),
                        "--out",
                        directory.toString(),
                        "--train",
                        train.toString(),
                        "--set",
                        "train.epochs=1",
                        "--set",
                        "probe.battery=none")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(directory
                        .resolveSibling(directory.getFileName() + ".log")
                        .toFile());
        command.environment().put("PURE_BUILD", "never");
        Process sweep = command.start();
        try {
            if (sweep.waitFor() != 0) {
                throw new IllegalStateException(
                        "the sweep ended with " + sweep.exitValue() + ": see " + directory + ".log");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sweep.destroy();
        }
    }

    // ---- What is worked on ------------------------------------------------------------------------------------------

    private ModelSource source() {
        return new ModelSource(model, null, "cost");
    }

    private TextClassifier classifier() throws IOException {
        Checkpoint start = new CheckpointReader(storage).read(model);
        int hidden = start.encoder().hidden();
        SortedMap<String, Tensor> tensors = new TreeMap<>(start.tensors());
        tensors.put(EncoderPart.CLASSIFIER.weight(), Tensor.zeros(2, hidden));
        tensors.put(EncoderPart.CLASSIFIER.bias(), Tensor.zeros(2));
        return new TextClassifier(start.encoder(), start.classifierKind(), 0.1, 2, tensors, new CpuEngine(threads));
    }

    /** One epoch, as a run's stage trains. */
    private static void train(TextClassifier classifier, EncodedSplit texts) throws IOException {
        TrainSettings settings = new TrainSettings(
                1, 2e-5, 0.01, 1.0, 0, MICRO_BATCH, 1, true, 0.9, 0.999, 1e-8, 0.1, Integer.MAX_VALUE);
        Trainer.train(
                classifier,
                texts,
                new Trainer.Objective(settings, SEED, new TreeSet<>(), new double[0]),
                Optional.empty(),
                Exchange.alone(),
                step -> {});
    }

    private static OptimizerStep optimizer(TextClassifier classifier, SortedSet<Head> pruned, double[] penalty) {
        AdamW adamW = new AdamW(
                new AdamW.Constants(0.9, 0.999, 1e-8, 0.01),
                AdamW.Owned.all(classifier.parameters().layout()),
                classifier.engine());
        return new OptimizerStep(
                classifier, adamW, new OptimizerStep.StepObjective(pruned, penalty, 1.0), Exchange.alone());
    }

    private static void step(OptimizerStep optimizer, EncodedBatch batch) {
        long[] keys = new long[batch.answers().size()];
        Arrays.setAll(keys, text -> DropoutMask.key(SEED, 0, text));
        Example example = new Example(PackedBatch.of(batch.texts()), batch.answers(), keys);
        optimizer.apply(1, OptimizerStep.Share.all(List.of(example)), 2e-5);
    }

    private EncodedSplit encoded() throws IOException {
        List<String> lines = Files.readAllLines(Path.of(options.get("--data")), StandardCharsets.UTF_8);
        List<String> texts = new ArrayList<>();
        int[] labels = new int[lines.size() - 1];
        for (int i = 0; i < labels.length; i++) {
            String[] columns = lines.get(i + 1).split("\t", -1);
            texts.add(columns[0]);
            labels[i] = Integer.parseInt(columns[1].strip());
        }
        try (TextTokenizer tokenizer = TextTokenizer.load(storage, model)) {
            return EncodedSplit.of(
                    tokenizer.encode(texts, MAX_LENGTH).stream()
                            .map(EncodedText::ids)
                            .toList(),
                    labels);
        }
    }

    private static EncodedSplit repeated(EncodedSplit all, int count) {
        List<int[]> texts = new ArrayList<>();
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            texts.add(all.ids(i % all.size()));
            labels[i] = all.label(i % all.size());
        }
        return EncodedSplit.of(texts, labels);
    }

    private static EncodedSplit random(int length) {
        Random random = new Random(SEED);
        List<int[]> texts = new ArrayList<>();
        int[] labels = new int[MICRO_BATCH];
        for (int i = 0; i < MICRO_BATCH; i++) {
            texts.add(random.ints(length, 1000, 20000).toArray());
            labels[i] = i % 2;
        }
        return EncodedSplit.of(texts, labels);
    }

    // ---- Time -------------------------------------------------------------------------------------------------------

    private interface CostWork {
        void run() throws IOException;
    }

    private static double seconds(CostWork work) throws IOException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds of each repetition, after one that is not counted. */
    private List<Double> times(CostWork work) throws IOException {
        work.run();
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < repeats; i++) {
            times.add(seconds(work));
        }
        return times;
    }

    private static void point(
            Map<String, List<LineChart.Point>> series, String quantity, int number, String work, List<Double> times) {
        List<Double> sorted = times.stream().sorted().toList();
        LineChart.Point point = new LineChart.Point(
                number, sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1));
        series.computeIfAbsent(work, none -> new ArrayList<>()).add(point);
        System.out.printf(
                Locale.ROOT,
                "%-9s %6d  %-17s %9.4f s (%.4f to %.4f)%n",
                quantity,
                number,
                work,
                point.median(),
                point.smallest(),
                point.largest());
    }
}
