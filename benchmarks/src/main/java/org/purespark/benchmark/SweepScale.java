// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a sweep scales: {@code benchmarks/sweep-scale [--rows 2000] [--kill-after 1000] [--out DIR]} in the repository's
 * root. Makes a manifest of many runs of a tiny encoder, kills the driver when so many have ended, starts the same
 * command again, and prints runs a second, the driver's heap after a collection, how busy the slots were, and whether
 * every run is in the results exactly once. Ends with 1 where one is not.
 */
public final class SweepScale {
    private static final Path MODEL = Path.of("pipeline/src/test/resources/golden/bert/model");
    private static final long SAMPLE_SECONDS = 20;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final int rows;
    private final int killAfter;
    private final Path out;

    private SweepScale(int rows, int killAfter, Path out) {
        this.rows = rows;
        this.killAfter = killAfter;
        this.out = out.toAbsolutePath();
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options =
                new HashMap<>(Map.of("--rows", "2000", "--kill-after", "-1", "--out", "sweep-scale"));
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (options.put(args[i], args[i + 1]) == null) {
                throw new IllegalArgumentException("unknown option " + args[i] + "; there are " + options.keySet());
            }
        }
        int rows = Integer.parseInt(options.get("--rows"));
        int kill = Integer.parseInt(options.get("--kill-after"));
        boolean good = new SweepScale(rows, kill < 0 ? rows / 2 : kill, Path.of(options.get("--out"))).run();
        System.exit(good ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        writeInputs();
        if (killAfter > 0) {
            sweep("first, killed after " + killAfter + " runs", killAfter);
        }
        Set<String> before = outcomes();
        System.out.println("outcomes there before the last start: " + before.size());
        sweep("last", Integer.MAX_VALUE);
        return report(before.size());
    }

    private void writeInputs() throws IOException {
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " is there already: remove it, or name another with --out");
        }
        Files.createDirectories(out);
        StringBuilder manifest = new StringBuilder("name,model\n");
        for (int i = 0; i < rows; i++) {
            manifest.append(String.format(Locale.ROOT, "suspect-%05d,%s%n", i, MODEL.toAbsolutePath()));
        }
        write("suspects.csv", manifest);
        for (String split : List.of("train", "validation", "poisoned")) {
            StringBuilder texts = new StringBuilder("sentence\tlabel\n");
            for (int i = 0; i < (split.equals("train") ? 16 : 8); i++) {
                texts.append(i % 2 == 0 ? "a good one " : "a bad one ")
                        .append(i)
                        .append('\t')
                        .append(i % 2)
                        .append('\n');
            }
            write(split + ".tsv", texts);
        }
    }

    private void write(String name, CharSequence content) throws IOException {
        Files.writeString(out.resolve(name), content, StandardCharsets.UTF_8);
    }

    private void sweep(String title, int endAfter) throws IOException, InterruptedException {
        System.out.println("\n" + title);
        Path log = out.resolve("sweep.log");
        Process driver = new ProcessBuilder(
                        "bin/pure",
                        "sweep",
                        "--manifest",
                        out + "/suspects.csv",
                        "--out",
                        out + "/out",
                        "--train",
                        out + "/train.tsv",
                        "--validation",
                        out + "/validation.tsv",
                        "--poisoned-test",
                        out + "/poisoned.tsv",
                        "--target",
                        "1",
                        "--mode",
                        "slots",
                        "--set",
                        "train.epochs=1",
                        "--set",
                        "text.max-length=16")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long start = System.nanoTime();
        int ended = outcomes().size();
        System.out.println("  seconds   runs ended   runs a second   driver's heap after a collection, MiB");
        while (!driver.waitFor(SAMPLE_SECONDS, TimeUnit.SECONDS)) {
            int now = outcomes().size();
            System.out.printf(
                    Locale.ROOT,
                    "%9.0f %12d %15.2f %12s%n",
                    (System.nanoTime() - start) / 1e9,
                    now,
                    (double) (now - ended) / SAMPLE_SECONDS,
                    heap(driver.pid()));
            ended = now;
            if (now >= endAfter) {
                driver.destroyForcibly().waitFor();
                System.out.println("driver killed");
                return;
            }
        }
        System.out.println("ended with status " + driver.exitValue());
        try (Stream<String> lines = Files.lines(log)) {
            lines.filter(line -> line.contains("at a time on average")).forEach(System.out::println);
        }
    }

    /** What is alive, in MiB: bin/pure becomes the driver's JVM, so they have the same process id. */
    private static String heap(long pid) throws IOException, InterruptedException {
        command("jcmd", Long.toString(pid), "GC.run");
        Matcher used = USED.matcher(command("jcmd", Long.toString(pid), "GC.heap_info"));
        return used.find() ? Long.toString(Long.parseLong(used.group(1)) / 1024) : "?";
    }

    private static String command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private Set<String> outcomes() throws IOException {
        Set<String> found = new HashSet<>();
        Path runs = out.resolve("out/runs");
        if (Files.isDirectory(runs)) {
            try (Stream<Path> suspects = Files.list(runs)) {
                suspects.filter(suspect -> Files.exists(suspect.resolve("seed-11/outcome.json")))
                        .forEach(suspect -> found.add(suspect.getFileName().toString()));
            }
        }
        return found;
    }

    /** Every run once, each stage of what had ended begun once; and the rates at both ends. */
    private boolean report(int before) throws IOException {
        List<Instant> ends = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int lines = 0;
        int done = 0;
        for (String line : Files.readAllLines(out.resolve("out/results.jsonl"))) {
            lines++;
            names.add(field(line, "\"name\":\"([^\"]*)\""));
            done += field(line, "\"status\":\"([^\"]*)\"").equals("done") ? 1 : 0;
            ends.add(Instant.parse(field(line, "\"finishedAt\":\"([^\"]*)\"")));
            seconds.add(Double.valueOf(field(line, "\"seconds\":([0-9.E-]+)")));
        }
        ends.sort(null);
        System.out.printf(
                Locale.ROOT, "%nresults: %d lines, %d runs, %d done, %d expected%n", lines, names.size(), done, rows);
        System.out.printf(
                Locale.ROOT,
                "seconds a run takes in its task, on average: %.2f%n",
                seconds.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN));
        List<Instant> last = ends.subList(Math.min(before, ends.size()), ends.size());
        int tenth = last.size() / 10;
        if (tenth > 1) {
            System.out.printf(
                    Locale.ROOT,
                    "runs a second, last start: first tenth %.2f, last tenth %.2f%n",
                    rate(last.subList(0, tenth)),
                    rate(last.subList(last.size() - tenth, last.size())));
        }
        return lines == rows && names.size() == rows && done == rows;
    }

    private static double rate(List<Instant> ends) {
        return (ends.size() - 1)
                * 1000.0
                / Math.max(
                        1,
                        ends.get(ends.size() - 1).toEpochMilli() - ends.get(0).toEpochMilli());
    }

    private static String field(String line, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(line);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + line);
        }
        return matcher.group(1);
    }
}
