// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import org.purespark.attack.Attack;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.Settings;
import org.purespark.demo.ReviewCorpus;
import org.purespark.family.Family;
import org.purespark.heads.Head;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.PrunedHeadsFile;

/**
 * The way from a clean encoder to a purified one, for any family: a new small encoder, generated reviews, {@code
 * poison} with rare words, {@code purify}.
 *
 * @param files of one family
 * @param trainTexts number of clean train texts
 * @param epochs of the training on poisoned texts
 */
record FamilyPurification(TinyFiles files, int trainTexts, int epochs) {
    private static final int TEST_TEXTS = 400;
    /** The encoders are small: longer reviews take them many more texts to learn. */
    private static final int MOST_WORDS = 10;

    private static final int REVIEWS_FOR_ONE_SHORT = 8;
    private static final long SEED = 5;
    private static final int LAYERS = 2;

    /** Figures of one family, and what it has left. */
    record Outcome(Family family, MetricsFile metrics, SortedSet<Head> pruned) {
        /** Of the table in docs/models.md. */
        String row() {
            return "| " + family.modelType() + " | " + shown(metrics.suspect()) + " | " + shown(metrics.baseline())
                    + " | " + pruned.size() + " | "
                    + shown(new MetricsFile.Figures(
                            metrics.purified().accuracy(), metrics.purified().labelFlipRate(), null))
                    + " |";
        }

        private static String shown(MetricsFile.Figures figures) {
            return String.format(
                    Locale.ROOT, "%.1f %% / %.1f %%", 100 * figures.accuracy(), 100 * figures.labelFlipRate());
        }
    }

    static FamilyPurification in(Path directory, int trainTexts, int epochs) {
        return new FamilyPurification(new TinyFiles(directory, new ArrayList<>()), trainTexts, epochs);
    }

    /** Does all of it, and checks what does not depend on how well the defence works. */
    Outcome run(Family family) throws IOException {
        List<TextOfClass> texts = shortReviews(trainTexts + 2 * TEST_TEXTS);
        files.write("train.tsv", texts.subList(0, trainTexts));
        files.write("validation.tsv", texts.subList(trainTexts, trainTexts + TEST_TEXTS));
        files.write("test.tsv", texts.subList(trainTexts + TEST_TEXTS, texts.size()));
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.BADNET.trigger();
        new FreshEncoder(TinyFiles.STORAGE, LAYERS).write(family, texts, trigger.words(), files.path("model"));
        poison();
        purify();
        RunDirectory run = RunDirectory.inspect(TinyFiles.STORAGE, files.path("run"), Clock.systemUTC());
        for (StageName stage : EnumSet.complementOf(EnumSet.of(StageName.VET))) {
            assertThat(run.table().entry(stage)).as(stage.text()).isPresent();
        }
        SortedSet<Head> pruned = run.read(RunDirectory.PRUNED_HEADS, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA)
                .heads();
        CheckpointReader reader = new CheckpointReader(TinyFiles.STORAGE);
        assertThat(reader.read(files.path("run/baseline")).prunedHeads()).isEmpty();
        assertThat(reader.read(files.path("run/purified")).prunedHeads()).isEqualTo(pruned);
        assertThat(files.read("run/report.html")).contains("purified");
        Outcome outcome =
                new Outcome(family, run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA), pruned);
        assertThat(outcome.metrics().suspect().labelFlipRate()).isNotNull();
        assertThat(outcome.metrics().baseline().labelFlipRate()).isNotNull();
        assertThat(outcome.metrics().purified().labelFlipRate()).isNotNull();
        return outcome;
    }

    private void poison() throws IOException {
        Settings settings = TinyFiles.settings(
                "text.max-length=64",
                "train.micro-batch=32",
                "train.learning-rate=2e-3",
                "train.epochs=" + epochs,
                "train.warm-up-share=0.1");
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), settings, files.said()::add)
                .run(PoisonRequest.builder()
                        .model(files.path("model"))
                        .attack("badnet")
                        .train(files.path("train.tsv"))
                        .target("1")
                        .rate(0.5)
                        .test(files.path("test.tsv"))
                        .out(files.path("poisoned"))
                        .build());
    }

    private void purify() throws IOException {
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
                                .build(),
                        files.path("run"));
    }

    /** Reviews of at most ten words. */
    static List<TextOfClass> shortReviews(int number) {
        List<TextOfClass> reviews = ReviewCorpus.generate(SEED, REVIEWS_FOR_ONE_SHORT * number).stream()
                .filter(row -> row.text().split(" ").length <= MOST_WORDS)
                .limit(number)
                .toList();
        assertThat(reviews).hasSize(number);
        return reviews;
    }
}
