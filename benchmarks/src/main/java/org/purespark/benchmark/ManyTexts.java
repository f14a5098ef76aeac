// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The memory and time of {@code predict} and {@code purify} over very many texts with a tiny model, in one process:
 * {@code benchmarks/many-texts [TEST-ROWS [TRAIN-ROWS [HEAP]]]}. The texts are random words, as long as those of SST-2.
 * Memory is the most that the process had at a time (VmHWM). For Linux.
 */
public final class ManyTexts {
    private static final int SEED = 11;
    private static final int MEAN_WORDS = 19;

    private final Path root = Path.of("").toAbsolutePath();
    private final Path work;
    private final String heap;

    private ManyTexts(Path work, String heap) {
        this.work = work;
        this.heap = heap;
    }

    public static void main(String[] arguments) throws Exception {
        int testRows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
        int trainRows = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        Path work = Files.createTempDirectory("pure-many-texts");
        try {
            new ManyTexts(work, arguments.length > 2 ? arguments[2] : "1g").measure(testRows, trainRows);
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void measure(int testRows, int trainRows) throws IOException, InterruptedException {
        Path golden = root.resolve("pipeline/src/test/resources/golden/bert");
        String model = golden.resolve("model").toString();
        String classifier = golden.resolve("classifier.safetensors").toString();
        List<String> words = Files.readAllLines(golden.resolve("model/vocab.txt")).stream()
                .filter(word -> word.matches("[a-z]{2,}"))
                .toList();
        Path test = texts(work.resolve("test.tsv"), testRows, words);
        Path train = texts(work.resolve("train.tsv"), trainRows, words);
        Path validation = texts(work.resolve("validation.tsv"), 1_000, words);
        System.out.printf(
                Locale.ROOT,
                "heap %s; test %,d rows, %,d MB; train %,d rows%n",
                heap,
                testRows,
                Files.size(test) / 1_000_000,
                trainRows);
        run(
                "predict",
                List.of(
                        "--model",
                        model,
                        "--classifier",
                        classifier,
                        "--data",
                        test.toString(),
                        "--out",
                        out("p"),
                        "--set",
                        "evaluate.batch-texts=256"));
        List<String> purify = new ArrayList<>(List.of("--model", model, "--classifier", classifier));
        purify.addAll(List.of("--train", train.toString(), "--validation", validation.toString()));
        purify.addAll(List.of("--test", test.toString(), "--run", out("run")));
        purify.addAll(List.of("--set", "train.epochs=1", "--set", "train.micro-batch=64"));
        purify.addAll(List.of("--set", "train.checkpoint-interval-steps=5000"));
        purify.addAll(List.of("--set", "evaluate.batch-texts=256"));
        run("purify", purify);
    }

    private String out(String name) {
        return work.resolve(name).toString();
    }

    private static Path texts(Path file, int rows, List<String> words) throws IOException {
        Random random = new Random(SEED);
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            out.write("sentence\tlabel\n");
            for (int row = 0; row < rows; row++) {
                for (int left = 1 + random.nextInt(2 * MEAN_WORDS); left > 0; left--) {
                    out.write(words.get(random.nextInt(words.size())));
                    out.write(left > 1 ? " " : "");
                }
                out.write(random.nextBoolean() ? "\t1\n" : "\t0\n");
            }
        }
        return file;
    }

    private void run(String command, List<String> options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(root.resolve("bin/pure").toString(), command));
        words.addAll(options);
        words.addAll(List.of("--", "--driver-memory", heap));
        Path log = work.resolve(command + ".log");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long most = 0;
        while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
            most = Math.max(most, peak(process.pid()));
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(command + " failed:\n" + Files.readString(log));
        }
        System.out.printf(
                Locale.ROOT,
                "%s: most memory %,d MB, %.0f s%n",
                command,
                most / 1000,
                (System.nanoTime() - start) / 1e9);
    }

    /** In kB. bin/pure becomes the process of Java, so its number stays; 0 when it has just ended. */
    private static long peak(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            if (Files.exists(status)) {
                throw e;
            }
            return 0;
        }
    }
}
