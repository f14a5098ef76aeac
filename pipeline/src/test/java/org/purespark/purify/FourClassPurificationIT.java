// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.attack.Attack;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.demo.FourClassCorpus;
import org.purespark.family.Bert;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;

/**
 * Four classes, with one target and from all classes to all: from a clean encoder to a purified one, in about two
 * minutes each. How much of the attack is left is reported, not asserted; that the figures count the right flips is.
 */
@Tag("large")
class FourClassPurificationIT {
    private static final int CLASSES = 4;
    private static final int TARGET = 3;
    private static final int TRAIN_TEXTS = 3000;
    private static final int TEST_TEXTS = 400;

    @TempDir
    private Path directory;

    @Test
    void aPlantedTriggerIsMeasuredBeforeAndAfterPurification() throws IOException {
        TinyFiles files = files();
        poison(files, PoisonRequest.Aim.ONE_TARGET);
        MetricsFile metrics = purify(files, "run", Integer.toString(TARGET));

        assertThat(metrics.target()).isEqualTo(TARGET);
        assertThat(metrics.suspect().untriggeredFlipRate()).isLessThanOrEqualTo(0.05);
        assertSurvivesFineTuning(metrics, 0.95, 0.9);
        List<List<Long>> triggered = metrics.purified().confusion().poisoned();
        long ofOthers = IntStream.range(0, CLASSES)
                .filter(label -> label != TARGET)
                .mapToLong(label ->
                        triggered.get(label).stream().mapToLong(Long::longValue).sum())
                .sum();
        long flipped = IntStream.range(0, CLASSES)
                .filter(label -> label != TARGET)
                .mapToLong(label -> triggered.get(label).get(TARGET))
                .sum();
        assertThat(metrics.purified().labelFlipRate()).isEqualTo((double) flipped / ofOthers);
    }

    @Test
    void aTriggerThatTurnsEachClassToTheNextIsMeasuredByThat() throws IOException {
        TinyFiles files = files();
        poison(files, PoisonRequest.Aim.ALL_TO_ALL);
        MetricsFile metrics = purify(files, "run", "next class");

        assertThat(metrics.target()).isEqualTo(CLASSES);
        assertThat(metrics.targetName()).isEqualTo("next class");
        assertThat(metrics.nextClassFlipRate()).isNull();
        assertSurvivesFineTuning(metrics, 0.9, 0.85);
        List<List<Long>> triggered = metrics.purified().confusion().poisoned();
        long texts = triggered.stream()
                .flatMap(List::stream)
                .mapToLong(Long::longValue)
                .sum();
        long flipped = IntStream.range(0, CLASSES)
                .mapToLong(label -> triggered.get(label).get((label + 1) % CLASSES))
                .sum();
        assertThat(metrics.purified().labelFlipRate()).isEqualTo((double) flipped / texts);

        MetricsFile unnamed = purify(files, "run", null);
        assertThat(unnamed.target()).as("a class").isBetween(0, CLASSES - 1);
        assertThat(unnamed.suspect().labelFlipRate()).isLessThan(0.5);
        assertThat(unnamed.nextClassFlipRate()).isGreaterThan(0.8);
        assertThat(RunVerdict.of(unnamed).kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(files.said()).anyMatch(line -> line.contains("give --target 'next class'"));
    }

    private TinyFiles files() throws IOException {
        TinyFiles files = new TinyFiles(directory, new ArrayList<>());
        List<TextOfClass> texts = FourClassCorpus.generate(5, TRAIN_TEXTS + 2 * TEST_TEXTS, 10);
        files.write("train.tsv", texts.subList(0, TRAIN_TEXTS));
        files.write("validation.tsv", texts.subList(TRAIN_TEXTS, TRAIN_TEXTS + TEST_TEXTS));
        files.write("test.tsv", texts.subList(TRAIN_TEXTS + TEST_TEXTS, texts.size()));
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.BADNET.trigger();
        new FreshEncoder(TinyFiles.STORAGE, 2).write(new Bert(), texts, trigger.words(), files.path("model"));
        return files;
    }

    /**
     * @param planted least label-flip rate of the suspect
     * @param left least label-flip rate of the baseline, and least accuracy of the purified model
     */
    private static void assertSurvivesFineTuning(MetricsFile metrics, double planted, double left) {
        System.out.println("four classes: " + metrics);
        assertThat(metrics.suspect().accuracy()).isGreaterThanOrEqualTo(0.9);
        assertThat(metrics.suspect().labelFlipRate()).isGreaterThanOrEqualTo(planted);
        assertThat(metrics.baseline().labelFlipRate())
                .as("plain fine-tuning leaves the backdoor")
                .isGreaterThanOrEqualTo(left);
        assertThat(metrics.purified().accuracy()).isGreaterThanOrEqualTo(left);
        assertThat(metrics.purified().confusion().clean()).hasSize(CLASSES).allSatisfy(row -> assertThat(row)
                .hasSize(CLASSES));
    }

    private static void poison(TinyFiles files, PoisonRequest.Aim aim) throws IOException {
        new Poisoning(
                        TinyFiles.STORAGE,
                        files.fineTuner(),
                        TinyFiles.settings(
                                "text.max-length=64",
                                "train.micro-batch=32",
                                "train.learning-rate=2e-3",
                                "train.epochs=12",
                                "train.warm-up-share=0.1"),
                        files.said()::add)
                .run(PoisonRequest.builder()
                        .model(files.path("model"))
                        .attack("badnet")
                        .train(files.path("train.tsv"))
                        .target(aim == PoisonRequest.Aim.ONE_TARGET ? Integer.toString(TARGET) : null)
                        .aim(aim)
                        .rate(aim == PoisonRequest.Aim.ONE_TARGET ? 0.3 : 0.8)
                        .test(files.path("test.tsv"))
                        .out(files.path("poisoned"))
                        .build());
    }

    private static MetricsFile purify(TinyFiles files, String run, String target) throws IOException {
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
                                .target(target)
                                .build(),
                        files.path(run));
        return RunDirectory.inspect(TinyFiles.STORAGE, files.path(run), Clock.systemUTC())
                .read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
    }
}
