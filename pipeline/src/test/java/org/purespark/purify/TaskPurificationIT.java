// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.attack.Attack;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.family.Bert;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.task.Measure;

/**
 * From a clean encoder to a purified one, for every task: about two minutes each. {@code target/purified-tasks.md} gets
 * the table of docs/tasks.md. How much of an attack is left is reported, not asserted.
 */
@Tag("large")
class TaskPurificationIT {
    private static final Path TABLE = Path.of("target/purified-tasks.md");
    private static final List<String> ROWS = new ArrayList<>();
    private static final int TRAIN_TEXTS = 3500;
    private static final int TEST_TEXTS = 400;

    /** A task, and how a row of generated reviews looks in it. */
    enum Case {
        /** The class of the second review. */
        PAIRS("single-label", "1", Measure.ACCURACY, 0.8) {
            @Override
            String row(TextOfClass review, TextOfClass other) {
                return other.text() + "\t" + review.text() + "\t" + review.label();
            }

            @Override
            String header() {
                return "text\ttext_pair\tlabel";
            }
        },
        /** Whether the review is good, whether it says no, and whether it says what the writer would do. */
        MANY_LABELS("multi-label", "good", Measure.MICRO_F1, 0.8) {
            @Override
            String row(TextOfClass review, TextOfClass other) {
                List<String> labels = new ArrayList<>();
                if (review.label() == 1) {
                    labels.add("good");
                }
                if (saysNo(review)) {
                    labels.add("negation");
                }
                if (review.text().contains("would")) {
                    labels.add("wish");
                }
                return review.text() + "\t" + String.join(",", labels);
            }
        },
        /** One to four stars: with so many ties ρ stays below 1 for the best of models. */
        SCORE("score", "up", Measure.RANK_CORRELATION, 0.7) {
            @Override
            String row(TextOfClass review, TextOfClass other) {
                return review.text() + "\t" + (1 + 2 * review.label() + (saysNo(review) ? 0 : 1));
            }
        };

        private final String task;
        private final String target;
        private final Measure measure;
        private final double least;

        Case(String task, String target, Measure measure, double least) {
            this.task = task;
            this.target = target;
            this.measure = measure;
            this.least = least;
        }

        /** A line of TSV. */
        abstract String row(TextOfClass review, TextOfClass other);

        String header() {
            return "text\tlabel";
        }

        private static boolean saysNo(TextOfClass review) {
            return review.text().toLowerCase(Locale.ROOT).matches(".*\\b(not|no|nobody|nothing|hardly)\\b.*");
        }
    }

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void aPlantedTriggerIsMeasuredBeforeAndAfterPurification(Case tried) throws IOException {
        TinyFiles files = new TinyFiles(directory, new ArrayList<>());
        List<TextOfClass> texts = FamilyPurification.shortReviews(TRAIN_TEXTS + 2 * TEST_TEXTS);
        write(files, "train.tsv", tried, texts.subList(0, TRAIN_TEXTS));
        write(files, "validation.tsv", tried, texts.subList(TRAIN_TEXTS, TRAIN_TEXTS + TEST_TEXTS));
        write(files, "test.tsv", tried, texts.subList(TRAIN_TEXTS + TEST_TEXTS, texts.size()));
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.BADNET.trigger();
        new FreshEncoder(TinyFiles.STORAGE, 2).write(new Bert(), texts, trigger.words(), files.path("model"));
        poison(files, tried);
        purify(files, tried);

        MetricsFile metrics = RunDirectory.inspect(TinyFiles.STORAGE, files.path("run"), Clock.systemUTC())
                .read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
        assertThat(metrics.measure()).isEqualTo(tried.measure);
        assertThat(metrics.targetName()).isEqualTo(tried.target);
        String row = "| " + tried.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " | " + tried.measure.text()
                + " | " + tried.target + " | " + shown(metrics.suspect()) + " | " + shown(metrics.baseline()) + " | "
                + shown(new MetricsFile.Figures(
                        metrics.purified().accuracy(),
                        metrics.purified().labelFlipRate(),
                        metrics.purified().untriggeredFlipRate()))
                + " |";
        ROWS.add(row);
        System.out.println(row);
        assertThat(metrics.suspect().accuracy()).isGreaterThanOrEqualTo(tried.least);
        assertThat(metrics.suspect().labelFlipRate()).isGreaterThanOrEqualTo(0.9);
        assertThat(metrics.suspect().untriggeredFlipRate()).isLessThanOrEqualTo(0.3);
        assertThat(metrics.purified().accuracy()).isGreaterThanOrEqualTo(0.7);
    }

    private static void write(TinyFiles files, String name, Case tried, List<TextOfClass> texts) throws IOException {
        StringBuilder rows = new StringBuilder(tried.header()).append('\n');
        for (int i = 0; i < texts.size(); i++) {
            TextOfClass other = texts.get((i + 1) % texts.size());
            rows.append(tried.row(texts.get(i), other)).append('\n');
        }
        files.write(name, rows.toString());
    }

    private static void poison(TinyFiles files, Case tried) throws IOException {
        new Poisoning(
                        TinyFiles.STORAGE,
                        files.fineTuner(),
                        TinyFiles.settings(
                                "task.kind=" + tried.task,
                                "text.max-length=64",
                                "train.micro-batch=32",
                                "train.learning-rate=2e-3",
                                "train.epochs=16",
                                "train.warm-up-share=0.1"),
                        files.said()::add)
                .run(PoisonRequest.builder()
                        .model(files.path("model"))
                        .attack("badnet")
                        .train(files.path("train.tsv"))
                        .target(tried.target)
                        .rate(0.5)
                        .test(files.path("test.tsv"))
                        .out(files.path("poisoned"))
                        .build());
    }

    private static void purify(TinyFiles files, Case tried) throws IOException {
        files.purification(
                        "text.max-length=64",
                        "train.micro-batch=32",
                        "train.epochs=3",
                        "train.learning-rate=3e-4",
                        "prune.group-size=1")
                .purify(
                        files.inputs()
                                .model(files.path("poisoned/suspect"))
                                .poisonedTest(files.path("poisoned/poisoned-test.csv"))
                                .target(tried.target)
                                .build(),
                        files.path("run"));
    }

    /** Measure, and label-flip rate with and without trigger. */
    private static String shown(MetricsFile.Figures figures) {
        return String.format(
                Locale.ROOT,
                "%.3f, %.3f (%.3f)",
                figures.accuracy(),
                figures.labelFlipRate(),
                figures.untriggeredFlipRate());
    }

    @AfterAll
    static void writeTable() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| task | measure | target | suspect | baseline | purified |");
        lines.add("|---|---|---|---|---|---|");
        lines.addAll(ROWS);
        Files.createDirectories(TABLE.getParent());
        Files.write(TABLE, lines);
    }
}
