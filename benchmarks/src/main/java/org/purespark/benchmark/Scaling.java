// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How scoring and training scale from one executor to two, of one core each, on standalone clusters of separate JVMs
 * with authentication and encryption on: {@code benchmarks/scaling MODEL TRAIN-FILE [ROUNDS]}. Each executor is bound
 * to a core of its own: unbound, the compiler and collector threads of a single one would use the other core too.
 *
 * <p>Scoring: rounds of one and of two executors alternate. Training: both clusters train at the same time, and their
 * executors are stopped and continued in turns of some seconds (SIGSTOP, SIGCONT), so that what else the machine does,
 * and how fast it is at the moment, hits both; steps in which an executor was stopped do not count. Before each round
 * it measures what the machine itself gives: a loop of fused multiply-adds in one thread, and in two at once. Prints
 * what docs/scaling.md tells of. For Linux.
 */
public final class Scaling {
    private static final int MICRO_BATCHES_PER_STEP = 8;
    private static final int TEXTS_OF_STEP = 32 * MICRO_BATCHES_PER_STEP;

    /** Steps of a training, by its executors: about as many seconds for one executor as for two. */
    private static final Map<Integer, Integer> STEPS = Map.of(1, 32, 2, 54);

    /** Micro-batches of each executor while its JVM is still compiling, which takes a fifth of a core until then. */
    private static final int WARM_UP_MICRO_BATCHES = 64;

    /** How long one cluster computes while the other one is stopped; more than any step takes. */
    private static final int TURN_SECONDS = 14;

    /** Enough that a second in which an executor reads the model and compiles the forward pass is no matter. */
    private static final int SCORE_TEXTS = 18_432;

    private static final int TEST_TEXTS = 64;

    private final Path root = Path.of("").toAbsolutePath();
    private final Path work;
    private final String model;
    private final Map<Integer, String> train = new TreeMap<>();
    private String score;
    private String test;
    private final Map<Integer, List<Double>> scoring = new TreeMap<>();
    private final Map<Integer, List<MeasuredStep>> training = new TreeMap<>();
    private final List<Double> ratios = new ArrayList<>();

    /** One training step, in seconds and bytes. */
    private record MeasuredStep(double all, double exchange, double waiting, double denseBytes, double wordBytes) {}

    private Scaling(String model, Path work) {
        this.model = model;
        this.work = work;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2 || arguments.length > 3) {
            System.err.println("usage: java benchmarks/Scaling.java MODEL TRAIN-FILE [ROUNDS]");
            System.exit(2);
        }
        Path work = Files.createTempDirectory("pure-scaling");
        try {
            Scaling scaling = new Scaling(arguments[0], work);
            scaling.cut(Path.of(arguments[1]));
            int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
            for (int round = 1; round <= rounds; round++) {
                scaling.measureMachine();
                scaling.measureTraining(round);
                for (int executors : new int[] {1, 2}) {
                    scaling.measureScoring(round, executors);
                }
            }
            scaling.print();
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Multiply-adds a second of one thread that has a core to itself, and of each of two that run at once. */
    private void measureMachine() throws Exception {
        loops(1);
        double one = loops(1);
        double two = loops(2);
        System.out.printf(
                Locale.ROOT, "the machine: two threads do %.2f times what one does (multiply-adds)%n", two / one);
    }

    private static double loops(int threads) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Double>> loops = Collections.nCopies(threads, Scaling::loop);
            double sum = 0;
            for (Future<Double> rate : pool.invokeAll(loops)) {
                sum += rate.get();
            }
            return sum;
        } finally {
            pool.shutdown();
        }
    }

    private static double loop() {
        float[] sums = new float[4096];
        long rounds = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 4_000_000_000L) {
            for (int again = 0; again < 100; again++) {
                multiplyAndAdd(sums);
            }
            rounds++;
        }
        if (sums[0] > 1) {
            throw new IllegalStateException("the loop went wrong");
        }
        return rounds / ((System.nanoTime() - start) / 1e9);
    }

    /** As many operations to an entry as make the unit that multiplies the limit, as it is in matrix products. */
    private static void multiplyAndAdd(float[] sums) {
        for (int i = 0; i < sums.length; i++) {
            float x = sums[i];
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            x = Math.fma(x, 0.5f, 0.25f);
            sums[i] = x;
        }
    }

    /** The head of the user's file, for training, and as often as it takes for scoring. */
    private void cut(Path data) throws IOException {
        List<String> lines = Files.readAllLines(data, StandardCharsets.UTF_8);
        String ending = data.toString().substring(data.toString().lastIndexOf('.'));
        for (int executors : new int[] {1, 2}) {
            train.put(executors, write("train" + executors + ending, lines, STEPS.get(executors) * TEXTS_OF_STEP));
        }
        this.score = write("score" + ending, lines, SCORE_TEXTS);
        this.test = write("test" + ending, lines, TEST_TEXTS);
    }

    /** A file of that many rows, over and over again the same where the user's has fewer. */
    private String write(String name, List<String> lines, int rows) throws IOException {
        List<String> written = new ArrayList<>(lines.subList(0, 1));
        for (int row = 0; row < rows; row++) {
            written.add(lines.get(1 + row % (lines.size() - 1)));
        }
        return Files.write(work.resolve(name), written).toString();
    }

    private void measureScoring(int round, int executors) throws Exception {
        try (Cluster cluster = new Cluster("score", executors)) {
            Path run = work.resolve("score-" + round + "-" + executors);
            cluster.await(cluster.start("score", run));
            for (String event : Files.readAllLines(run.resolve("events.jsonl"))) {
                if (event.contains("\"stage-finished\"")) {
                    scoring.computeIfAbsent(executors, none -> new ArrayList<>())
                            .add(number(event, "seconds"));
                }
            }
        }
    }

    /** Both at once, in turns. */
    private void measureTraining(int round) throws Exception {
        try (Cluster one = new Cluster("one", 1);
                Cluster two = new Cluster("two", 2)) {
            Path ofOne = work.resolve("train-" + round + "-1");
            Path ofTwo = work.resolve("train-" + round + "-2");
            Process first = one.start("baseline", ofOne);
            Process second = two.start("baseline", ofTwo);
            boolean turnOfOne = true;
            while (first.isAlive() && second.isAlive()) {
                (turnOfOne ? two : one).signal("STOP");
                (turnOfOne ? one : two).signal("CONT");
                (turnOfOne ? first : second).waitFor(TURN_SECONDS, TimeUnit.SECONDS);
                turnOfOne = !turnOfOne;
            }
            one.signal("CONT");
            two.signal("CONT");
            one.await(first);
            two.await(second);
            training.computeIfAbsent(1, none -> new ArrayList<>()).addAll(steps(ofOne, 1));
            training.computeIfAbsent(2, none -> new ArrayList<>()).addAll(steps(ofTwo, 2));
            ratios.add(median(steps(ofOne, 1).stream().map(MeasuredStep::all).toList())
                    / median(steps(ofTwo, 2).stream().map(MeasuredStep::all).toList()));
        }
    }

    /** A standalone cluster, and what runs on it. */
    private final class Cluster implements AutoCloseable {
        private final int executors;
        private final Path directory;
        private final Path settings;
        private final Path said;
        private final String master;

        Cluster(String name, int executors) throws Exception {
            this.executors = executors;
            this.directory = work.toRealPath().resolve("cluster-" + name);
            this.settings = work.resolve(name + ".conf");
            this.said = work.resolve(name + ".out");
            Files.writeString(
                    settings,
                    String.join(
                            "\n",
                            "spark.authenticate true",
                            "spark.authenticate.secret " + Long.toHexString(System.nanoTime()),
                            "spark.network.crypto.enabled true",
                            "spark.io.encryption.enabled true",
                            "spark.executor.cores 1",
                            "spark.executor.memory 1g",
                            "spark.executor.memoryOverhead 2g",
                            "spark.driver.memory 1g",
                            "spark.ui.enabled false",
                            "spark.driver.host localhost",
                            "spark.driver.bindAddress 127.0.0.1",
                            ""));
            this.master = cluster(
                    "start",
                    "--workers",
                    Integer.toString(executors),
                    "--cores",
                    "1",
                    "--memory",
                    "3g",
                    "--bind",
                    "cores",
                    "--port",
                    "0",
                    "--properties-file",
                    settings.toString(),
                    "--directory",
                    directory.toString());
        }

        Process start(String stage, Path run) throws IOException {
            List<String> line = new ArrayList<>(List.of(
                    root.resolve("bin/pure").toString(),
                    stage,
                    "--model",
                    model,
                    "--train",
                    train.get(executors),
                    "--validation",
                    score,
                    "--test",
                    test,
                    "--run",
                    run.toString(),
                    "--set",
                    "train.epochs=1",
                    "--set",
                    "probe.battery=none",
                    "--set",
                    "train.micro-batches-per-step=" + MICRO_BATCHES_PER_STEP,
                    "--",
                    "--master",
                    master,
                    "--properties-file",
                    settings.toString()));
            return new ProcessBuilder(line)
                    .redirectOutput(said.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        void await(Process process) throws InterruptedException {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("bin/pure ended with " + process.exitValue());
            }
        }

        /** Sends a signal to the executors, which run below the cluster's directory. */
        void signal(String name) throws Exception {
            for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
                Path proc = Path.of("/proc", Long.toString(process.pid()));
                try {
                    if (Files.readSymbolicLink(proc.resolve("cwd")).startsWith(directory)
                            && Files.readString(proc.resolve("cmdline")).contains("CoarseGrainedExecutorBackend")) {
                        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                                .start()
                                .waitFor();
                    }
                } catch (NoSuchFileException | AccessDeniedException e) {
                    // It has ended meanwhile, or is another user's.
                }
            }
        }

        @Override
        public void close() throws Exception {
            signal("CONT");
            cluster("stop", "--directory", directory.toString());
        }
    }

    /** Runs deploy/standalone/cluster; its first line. */
    private String cluster(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(
                List.of(root.resolve("deploy/standalone/cluster").toString()));
        line.addAll(List.of(arguments));
        Path out = work.resolve("cluster.out");
        int status = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException(line + " ended with " + status);
        }
        return Files.readString(out).strip();
    }

    /**
     * The steps after warm-up in which no executor was stopped: a step with a stop lasts as long as the stop, at least.
     */
    private static List<MeasuredStep> steps(Path run, int executors) throws IOException {
        List<MeasuredStep> steps = new ArrayList<>();
        for (String event : Files.readAllLines(run.resolve("events.jsonl"))) {
            if (event.contains("\"step-loss\"")) {
                steps.add(new MeasuredStep(number(event, "seconds"), 0, 0, 0, 0));
            } else if (event.contains("\"step-exchange\"")) {
                MeasuredStep last = steps.remove(steps.size() - 1);
                steps.add(new MeasuredStep(
                        last.all(),
                        number(event, "exchangeSeconds"),
                        number(event, "waitingSeconds"),
                        number(event, "denseBytes"),
                        number(event, "wordBytes")));
            }
        }
        int warmUp = WARM_UP_MICRO_BATCHES * executors / MICRO_BATCHES_PER_STEP;
        return steps.subList(warmUp, steps.size()).stream()
                .filter(step -> step.all() < TURN_SECONDS)
                .toList();
    }

    private static double number(String event, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":([-0-9.E]+)").matcher(event);
        if (!found.find()) {
            throw new IllegalStateException("no " + name + " in " + event);
        }
        return Double.parseDouble(found.group(1));
    }

    private void print() {
        List<Double> one = scoring.get(1);
        List<Double> two = scoring.get(2);
        System.out.printf(
                Locale.ROOT, "scoring %d texts, seconds: 1 executor %s, 2 executors %s%n", SCORE_TEXTS, one, two);
        System.out.printf(Locale.ROOT, "scoring, 1 / 2 executors: %s%n", ratios(one, two));
        System.out.printf(
                Locale.ROOT,
                "training, M = %d, seconds per step (median, and smallest to largest)%n",
                MICRO_BATCHES_PER_STEP);
        training.forEach((executors, steps) -> System.out.printf(
                Locale.ROOT,
                "  %d executors, %d steps: all %s, compute %s, exchange %s, waiting %s; bytes in: dense %.0f, "
                        + "word rows %.0f%n",
                executors,
                steps.size(),
                spread(steps.stream().map(MeasuredStep::all).toList()),
                spread(steps.stream()
                        .map(s -> s.all() - s.exchange() - s.waiting())
                        .toList()),
                spread(steps.stream().map(MeasuredStep::exchange).toList()),
                spread(steps.stream().map(MeasuredStep::waiting).toList()),
                median(steps.stream().map(MeasuredStep::denseBytes).toList()),
                median(steps.stream().map(MeasuredStep::wordBytes).toList())));
        System.out.printf(Locale.ROOT, "training, 1 / 2 executors, by medians, a round each: %s%n", spread(ratios));
        System.out.printf(
                Locale.ROOT,
                "training, 1 / 2 executors, by medians of all steps: %.2f%n",
                median(training.get(1).stream().map(MeasuredStep::all).toList())
                        / median(training.get(2).stream().map(MeasuredStep::all).toList()));
    }

    private static String ratios(List<Double> one, List<Double> two) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < one.size(); i++) {
            ratios.add(one.get(i) / two.get(i));
        }
        return spread(ratios);
    }

    private static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "%.2f (%.2f to %.2f)", median(values), sorted.get(0), sorted.get(sorted.size() - 1));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
