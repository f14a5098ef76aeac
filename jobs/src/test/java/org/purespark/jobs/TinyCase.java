// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.Poisoner;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.demo.ReviewCorpus;

/** A tiny encoder with some reviews, and the command line on them in this JVM. */
record TinyCase(Path directory) {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** How a command ended. */
    record Ended(int status, String out, String err) {}

    static TinyCase in(Path directory) {
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.task.cpus", "2");
        System.setProperty("spark.ui.enabled", "false");
        System.setProperty("spark.driver.host", "localhost");
        System.setProperty("spark.driver.bindAddress", "127.0.0.1");
        TinyCase tiny = new TinyCase(directory);
        try {
            copy(ROOT.resolve("pipeline/src/test/resources/golden/bert/model"), directory.resolve("model"));
            List<TextOfClass> texts = ReviewCorpus.generate(3, 160);
            tiny.write("train.tsv", texts.subList(0, 96));
            tiny.write("validation.tsv", texts.subList(96, 128));
            tiny.write("test.tsv", texts.subList(128, 160));
            List<TextOfClass> poisoned = new ArrayList<>();
            new Poisoner(new Trigger.RareWords(List.of("cf"), 1), 1, 0.5, 11)
                    .test(texts.subList(128, 160)).stream()
                            .map(PoisonedText::row)
                            .forEach(poisoned::add);
            tiny.write("poisoned.tsv", poisoned);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tiny;
    }

    /** The same with two task slots of one core each, in place of one slot of two cores. */
    static TinyCase onTwoSlots(Path directory) {
        TinyCase tiny = in(directory);
        System.setProperty("spark.task.cpus", "1");
        return tiny;
    }

    void write(String name, List<TextOfClass> rows) throws IOException {
        StringBuilder text = new StringBuilder("sentence\tlabel\n");
        rows.forEach(
                row -> text.append(row.text()).append('\t').append(row.label()).append('\n'));
        write(name, text.toString());
    }

    void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content, StandardCharsets.UTF_8);
    }

    String path(String name) {
        return directory.resolve(name).toString();
    }

    /** The arguments of {@code purify} on these files, with further ones. */
    String[] purify(String run, String... more) {
        return concat(
                new String[] {
                    "purify",
                    "--model",
                    path("model"),
                    "--train",
                    path("train.tsv"),
                    "--validation",
                    path("validation.tsv"),
                    "--test",
                    path("test.tsv"),
                    "--poisoned-test",
                    path("poisoned.tsv"),
                    "--target",
                    "1",
                    "--run",
                    path(run),
                    "--set",
                    "text.max-length=48",
                    "--set",
                    "train.micro-batch=8",
                    "--set",
                    "prune.group-size=3"
                },
                more);
    }

    static String[] concat(String[] one, String... other) {
        return Stream.concat(Arrays.stream(one), Arrays.stream(other)).toArray(String[]::new);
    }

    /** Runs a command as {@code main} does. */
    static Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Pure.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Ended(status, out.toString(), err.toString());
    }

    byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(directory.resolve(file));
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
