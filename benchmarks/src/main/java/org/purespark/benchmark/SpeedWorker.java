// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.Lanes;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.ModelWeights;
import org.purespark.model.Device;
import org.purespark.model.Example;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.random.DropoutMask;
import org.purespark.storage.Storage;
import org.purespark.task.Answers;
import org.purespark.task.Task;
import org.purespark.train.AdamW;
import org.purespark.train.Exchange;
import org.purespark.train.OptimizerStep;

/**
 * The project's side of the comparison with PyTorch: the same commands and answers as {@code pytorch/worker.py}.
 * {@code SpeedWorker MODEL BATCHES THREADS train|infer [float32|bfloat16]}; each mode holds in memory what it needs, as
 * a run does. Mode {@code profile} needs no commands: it prints what a training step spends its time on.
 */
public final class SpeedWorker {
    private static final int MICRO_BATCH = 32;
    private static final double LEARNING_RATE = 2e-5;
    private static final long SEED = 11;
    private static final int WARM_UP = 20;
    private static final int PROFILED = 20;

    private final Storage storage = new Storage(new Configuration(false));
    private final List<EncodedBatch> batches;
    /** Tokens of the longest text. */
    private final int maxLength;

    private Lanes lanes;
    private BlockingQueue<LoadedModel> models;
    private TextClassifier trained;
    private OptimizerStep optimizer;
    private int steps;

    private SpeedWorker(Path batches) throws IOException {
        this.batches = read(batches);
        this.maxLength = this.batches.stream()
                .flatMap(batch -> batch.texts().stream())
                .mapToInt(text -> text.length)
                .max()
                .orElseThrow();
    }

    public static void main(String[] arguments) throws IOException {
        // The answers alone go to standard output.
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        if (arguments.length != 4 && arguments.length != 5) {
            System.err.println("usage: SpeedWorker MODEL BATCHES THREADS train|infer|profile [float32|bfloat16]");
            System.exit(2);
        }
        String precision = arguments.length == 5 ? arguments[4] : "float32";
        Device.Cpu device = new Device.Cpu(
                Integer.parseInt(arguments[2]), Device.Factors.valueOf(precision.toUpperCase(Locale.ROOT)));
        device.seat(); // of a process that ends with its work
        SpeedWorker worker = new SpeedWorker(Path.of(arguments[1]));
        switch (arguments[3]) {
            case "train" -> worker.prepareTraining(arguments[0], device);
            case "infer" -> worker.prepareInference(arguments[0], device);
            case "profile" -> {
                worker.prepareTraining(arguments[0], device);
                worker.profile(PROFILED);
                return;
            }
            default -> throw new IllegalArgumentException(
                    "unknown mode " + arguments[3] + "; there are train, infer, profile");
        }
        answers.println("ready java " + System.getProperty("java.version"));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(worker.answer(line.split(" ")));
        }
        System.exit(0);
    }

    private void prepareTraining(String directory, Device device) throws IOException {
        this.trained = classifier(new CheckpointReader(storage).read(directory), device);
        AdamW adamW = new AdamW(
                new AdamW.Constants(0.9, 0.999, 1e-8, 0.01),
                AdamW.Owned.all(trained.parameters().layout()),
                trained.engine());
        double[] noPenalty = new double[trained.config().layers()];
        this.optimizer = new OptimizerStep(
                trained, adamW, new OptimizerStep.StepObjective(Set.of(), noPenalty, 1.0), Exchange.alone());
    }

    private static TextClassifier classifier(Checkpoint start, Device device) {
        return new TextClassifier(
                start.encoder(), start.classifierKind(), 0.1, start.labels().size(), start.tensors(), device.engine());
    }

    private void prepareInference(String directory, Device device) {
        int threads = device.threads();
        ModelWeights weights = ModelWeights.read(storage, new ModelSource(directory, null, "benchmark"), device);
        this.lanes = new Lanes(threads);
        this.models = new LinkedBlockingQueue<>();
        for (int lane = 0; lane < threads; lane++) {
            models.add(weights.open(1));
        }
    }

    private static List<EncodedBatch> read(Path file) throws IOException {
        List<EncodedBatch> batches = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        for (int first = 0; first < lines.size(); first += MICRO_BATCH) {
            List<String> part = lines.subList(first, Math.min(lines.size(), first + MICRO_BATCH));
            List<int[]> texts = new ArrayList<>();
            int[] labels = new int[part.size()];
            for (int i = 0; i < labels.length; i++) {
                int[] numbers = Arrays.stream(part.get(i).split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                labels[i] = numbers[0];
                texts.add(Arrays.copyOfRange(numbers, 1, numbers.length));
            }
            batches.add(new EncodedBatch(texts, new Answers.Classes(labels)));
        }
        return batches;
    }

    /** Milliseconds and calls of each operation of the graph in a training step, the longest first, and of the step. */
    private void profile(int steps) {
        Map<String, long[]> operations = new TreeMap<>();
        for (int index = 0; index < WARM_UP; index++) {
            train(batches.get(index % batches.size()), index);
        }
        trained.tell((operation, nanos) -> {
            long[] sum = operations.computeIfAbsent(operation, none -> new long[2]);
            sum[0] += nanos;
            sum[1]++;
        });
        long start = System.nanoTime();
        for (int index = WARM_UP; index < WARM_UP + steps; index++) {
            train(batches.get(index % batches.size()), index);
        }
        double whole = (System.nanoTime() - start) / 1e6 / steps;
        long inside = operations.values().stream().mapToLong(sum -> sum[0]).sum();
        operations.entrySet().stream()
                .sorted(Comparator.comparing(operation -> -operation.getValue()[0]))
                .forEach(operation -> row(
                        operation.getKey(),
                        operation.getValue()[0] / 1e6 / steps,
                        operation.getValue()[1] / steps,
                        whole));
        row("AdamW, norm, sums, graph's own", whole - inside / 1e6 / steps, 1, whole);
        row("the whole step", whole, 1, whole);
    }

    private static void row(String name, double milliseconds, long calls, double whole) {
        System.err.printf(
                Locale.ROOT, "%-30s %8.1f ms %5.1f %%  %4d%n", name, milliseconds, 100 * milliseconds / whole, calls);
    }

    private String answer(String[] words) {
        if (words[0].equals("logits")) {
            StringJoiner logits = new StringJoiner(" ");
            EncodedBatch batch = batches.get(Integer.parseInt(words[1]));
            for (float[][] rows : lanes.map(List.of(batch), this::lend, BatchEvaluation::logits)) {
                for (float[] row : rows) {
                    for (float value : row) {
                        logits.add(Float.toString(value));
                    }
                }
            }
            return logits.toString();
        }
        int first = Integer.parseInt(words[1]);
        int count = Integer.parseInt(words[2]);
        StringJoiner seconds = new StringJoiner(" ");
        if (words[0].equals("train")) {
            for (int index = first; index < first + count; index++) {
                long start = System.nanoTime();
                train(batches.get(index % batches.size()), index);
                seconds.add(seconds(System.nanoTime() - start));
            }
            return seconds.toString();
        }
        List<EncodedBatch> some = new ArrayList<>();
        for (int index = first; index < first + count; index++) {
            some.add(batches.get(index % batches.size()));
        }
        long start = System.nanoTime();
        pass(words[0], some);
        // Several are on their way at once, as in a run: each is told an equal share.
        long each = (System.nanoTime() - start) / count;
        some.forEach(batch -> seconds.add(seconds(each)));
        return seconds.toString();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
    }

    private void pass(String work, List<EncodedBatch> some) {
        switch (work) {
            case "score" -> lanes.map(
                    some,
                    this::lend,
                    (model, batch) -> BatchEvaluation.statistics(
                            model, batch, new Task.OneLabel(), Collections.emptySortedSet(), maxLength));
            case "evaluate" -> lanes.map(some, this::lend, BatchEvaluation::logits);
            default -> throw new IllegalArgumentException("unknown command " + work);
        }
    }

    /** There are as many models as lanes. */
    private void lend(Consumer<LoadedModel> lane) {
        LoadedModel model = models.remove();
        lane.accept(model);
        models.add(model);
    }

    private void train(EncodedBatch batch, int index) {
        long[] keys = new long[batch.answers().size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = DropoutMask.key(SEED, 0, index * MICRO_BATCH + i);
        }
        Example example = new Example(PackedBatch.of(batch.texts()), batch.answers(), keys);
        optimizer.apply(++steps, OptimizerStep.Share.all(List.of(example)), LEARNING_RATE);
    }
}
