// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.run.lease.DirectoryInUseException;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;

class PurificationTest {
    private static final String CLASSIFIER = Path.of("src/test/resources/golden/bert/classifier.safetensors")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void allStagesRunOnceAndAreSkippedThen() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("run"));
        assertThat(lines(": runs")).hasSize(6);
        for (StageName stage : EnumSet.complementOf(EnumSet.of(StageName.VET))) {
            assertThat(stage.outputs()).allSatisfy(output -> assertThat(directory.resolve("run/" + output))
                    .exists());
        }
        List<String> events = Files.readAllLines(directory.resolve("run/events.jsonl"));
        assertThat(events.stream().filter(line -> line.contains("step-loss"))).hasSize(12);
        files.said().clear();
        files.purification().purify(files.inputs().build(), files.path("run"));
        assertThat(lines(": skipped, complete since ")).hasSize(6);
        assertThat(files.said()).hasSize(6);
    }

    @Test
    void theSameInputsGiveTheSameFiles() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("one"));
        files.purification().purify(files.inputs().build(), files.path("two"));
        for (String file : List.of(
                RunDirectory.HEAD_SCORES,
                RunDirectory.PRUNED_HEADS,
                RunDirectory.NORMALIZATION,
                RunDirectory.PROBES,
                "purified/config.json",
                "purified/model.safetensors")) {
            assertThat(directory.resolve("two/" + file)).hasSameBinaryContentAs(directory.resolve("one/" + file));
        }
    }

    @Test
    void stagesAloneMakeWhatAllTogetherMake() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("whole"));
        files.purification().runStage(StageName.BASELINE, files.inputs().build(), files.path("parts"));
        for (StageName stage : List.of(StageName.SCORE, StageName.PRUNE, StageName.NORMALIZE)) {
            // Its inputs' addresses are in the run directory.
            files.purification().runStage(stage, Inputs.builder().build(), files.path("parts"));
        }
        files.purification()
                .runStage(StageName.EVALUATE, Inputs.builder().target("1").build(), files.path("parts"));
        files.purification().runStage(StageName.REPORT, Inputs.builder().build(), files.path("parts"));
        for (String file : List.of(RunDirectory.HEAD_SCORES, RunDirectory.PRUNED_HEADS, RunDirectory.PROBES)) {
            assertThat(directory.resolve("parts/" + file)).hasSameBinaryContentAs(directory.resolve("whole/" + file));
        }
        MetricsFile whole = metrics("whole");
        assertThat(metrics("parts").purified().accuracy())
                .isEqualTo(whole.purified().accuracy());
        assertThat(directory.resolve("parts/report.html")).isNotEmptyFile();
    }

    @Test
    void changedSettingsRunAgainWhatDependsOnThem() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("run"));
        files.said().clear();
        files.purification("penalty.lambda=0.5").purify(files.inputs().build(), files.path("run"));
        assertThat(lines(": skipped")).hasSize(3);
        assertThat(lines("normalize: runs again, because penalty.lambda is 0.5, was 0.15"))
                .hasSize(1);
    }

    @Test
    void theReportAloneKeepsAndShowsTheSettingsThatTheStagesUsed() throws IOException {
        files.purification("penalty.lambda=0.5", "probe.texts=7", "seed=5")
                .purify(files.inputs().build(), files.path("run"));
        String before = files.read("run/run.json");
        assertThat(before).contains("\"penalty.lambda\" : 0.5,", "\"probe.texts\" : 7,", "\"run\" : 5");
        files.said().clear();
        files.purification().runStage(StageName.REPORT, Inputs.builder().build(), files.path("run"));
        assertThat(lines("report: skipped")).hasSize(1);
        assertThat(files.read("run/run.json")).isEqualTo(before);

        Files.delete(directory.resolve("run/report.html"));
        files.purification().runStage(StageName.REPORT, Inputs.builder().build(), files.path("run"));
        assertThat(files.read("run/run.json"))
                .contains("\"penalty.lambda\" : 0.5,", "\"probe.texts\" : 7,", "\"run\" : 5");
        assertThat(files.read("run/report.html"))
                .contains("<code>penalty.lambda</code></th><td class=\"address\">0.5<");
    }

    @Test
    void theReportTellsWhichStageUsedWhichValue() throws IOException {
        files.purification("data.validation-share=0.25", "penalty.lambda=0.5")
                .purify(files.inputs().build(), files.path("run"));
        // this stage's settings are the latest in run.json
        files.purification("evaluate.batch-texts=3")
                .runStage(StageName.EVALUATE, Inputs.builder().target("1").build(), files.path("run"));
        files.purification().runStage(StageName.REPORT, Inputs.builder().build(), files.path("run"));
        assertThat(files.read("run/report.html"))
                .contains(
                        "<code>penalty.lambda</code></th><td class=\"address\">0.5<",
                        "<code>data.validation-share</code></th><td class=\"address\">"
                                + "0.25 (baseline, score, prune, normalize); 0.1 (evaluate)<",
                        "<code>evaluate.batch-texts</code></th><td class=\"address\">"
                                + "32 (score, prune, normalize); 3 (evaluate)<");
    }

    @Test
    void theReportNamesTheModelThatWasScoredInPlaceOfTheBaseline() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("run"));
        assertThat(files.read("run/report.html"))
                .contains("Taken from the baseline, without dropout.", "on the baseline with heads masked");
        for (StageName stage : List.of(StageName.SCORE, StageName.PRUNE)) {
            files.purification()
                    .runStage(
                            stage,
                            files.inputs().classifier(CLASSIFIER).target(null).build(),
                            files.path("run"));
        }
        files.purification().runStage(StageName.REPORT, Inputs.builder().build(), files.path("run"));
        String model = files.inputs().build().model().orElseThrow();
        assertThat(files.read("run/report.html"))
                .contains(
                        "Taken from the model " + model + " (--model), without dropout.",
                        "on the model " + model + " (--model) with heads masked");
    }

    @Test
    void withoutTestTextsTheValidationTextsServeAndItIsSaid() throws IOException {
        Inputs given = files.inputs().test(null).poisonedTest(null).target(null).build();
        files.purification().purify(given, files.path("run"));
        String warning =
                "no --test given: accuracy is measured on the validation texts, which the prune search has seen";
        assertThat(files.said()).contains(warning);
        assertThat(files.read("run/events.jsonl")).contains(warning);
        MetricsFile metrics = metrics("run");
        assertThat(metrics.target()).isNull();
        assertThat(metrics.suspect()).isEqualTo(MetricsFile.Figures.ABSENT);
        assertThat(metrics.purified().labelFlipRate()).isNull();
        assertThat(metrics.purified().confusion().poisoned()).isNull();
    }

    @Test
    void withoutAValidationFileAShareOfTrainIsHeldOut() throws IOException {
        Inputs given = files.inputs().validation(null).build();
        files.purification("data.validation-share=0.25").runStage(StageName.BASELINE, given, files.path("run"));
        String run = files.read("run/run.json");
        assertThat(run).contains("\"held out of train\"").doesNotContain("\"validation\" : {");
    }

    @Test
    void theSuspectsOwnClassifierIsMeasuredAndKept() throws IOException {
        Inputs given = files.inputs().classifier(CLASSIFIER).target(null).build();
        files.purification().purify(given, files.path("run"));
        assertThat(metrics("run").suspect().accuracy()).isNotNull();
        ProbesFile probes = run("run").read(RunDirectory.PROBES, ProbesFile.class, ProbesFile.SCHEMA);
        assertThat(probes.before()).isEqualTo(ProbesFile.Before.SUSPECT);
    }

    @Test
    void aThresholdThatTheBaselineMissesIsWarnedOf() throws IOException {
        for (StageName stage : List.of(StageName.BASELINE, StageName.SCORE, StageName.PRUNE)) {
            files.purification("prune.threshold=1")
                    .runStage(
                            stage,
                            stage == StageName.BASELINE
                                    ? files.inputs().build()
                                    : Inputs.builder().build(),
                            files.path("run"));
        }
        PrunedHeadsFile pruned =
                run("run").read(RunDirectory.PRUNED_HEADS, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA);
        assertThat(pruned.heads()).isEmpty();
        assertThat(lines("Nothing is pruned: validation accuracy is ")).hasSize(1);
        assertThat(files.read("run/events.jsonl")).contains("\"event\":\"warning\",\"stage\":\"prune\"");
    }

    @Test
    void aGivenModelIsScoredWithoutABaseline() throws IOException {
        Inputs given = Inputs.builder()
                .model(files.path("model"))
                .validation(files.path("validation.tsv"))
                .build();
        files.purification().runStage(StageName.SCORE, given, files.path("run"));
        assertThat(files.read("run/head-scores.json")).contains("\"texts\":24,\"validationAccuracy\":null");
        assertRefused(
                () -> files.purification().runStage(StageName.PRUNE, given, files.path("run")),
                "the scored model has no classifier, so there is no accuracy to prune by: give one with --classifier,"
                        + " or run the stage baseline first");
    }

    @Test
    void whatIsMissingIsNamedBeforeAnythingIsWritten() throws IOException {
        Inputs none = Inputs.builder().build();
        Inputs model = Inputs.builder().model(files.path("model")).build();
        Inputs absent = files.inputs().test(files.path("absent.tsv")).build();
        assertRefused(() -> purify(none), "--model is missing: name the suspect's directory");
        assertRefused(() -> purify(model), "--train is missing: name a file of clean labelled texts");
        assertRefused(() -> purify(absent), "--test: there is no " + files.path("absent.tsv"));
        assertRefused(() -> stage(StageName.BASELINE, none), "--model is missing: name a model's directory");
        assertRefused(
                () -> stage(StageName.BASELINE, model), "--train is missing: name a file of clean labelled texts");
        assertRefused(
                () -> stage(StageName.SCORE, model), "--validation is missing: name a file of clean labelled texts");
        assertRefused(
                () -> stage(StageName.EVALUATE, model),
                "--run " + files.path("run") + ": there is no such directory; the stage evaluate takes the results of"
                        + " baseline, normalize: name the run directory that has them, or run what is missing first");
        Files.createDirectory(directory.resolve("run"));
        assertRefused(
                () -> stage(StageName.EVALUATE, model),
                "there is no baseline in " + files.path("run") + ": run the stage baseline first");
        Files.delete(directory.resolve("run"));
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void aStageWithoutWhatItBuildsOnSaysWhatToRun() throws IOException {
        Files.createDirectory(directory.resolve("run"));
        Inputs validation =
                Inputs.builder().validation(files.path("validation.tsv")).build();
        assertRefused(
                () -> stage(StageName.SCORE, validation),
                "there is no baseline in " + files.path("run") + ": run the stage baseline first");
        assertRefused(
                () -> stage(StageName.EVALUATE, files.inputs().build()),
                "there is no baseline in " + files.path("run") + ": run the stage baseline first");
        assertRefused(
                () -> stage(StageName.REPORT, Inputs.builder().build()),
                "there is no baseline in " + files.path("run") + ": run the stage baseline first");
    }

    @Test
    void aRunDirectoryThatIsAFileIsRefusedBeforeTheInputsAreRead() throws IOException {
        files.write("run", "in the way");
        files.write("train.tsv", "nothing");
        assertRefused(
                () -> purify(files.inputs().build()),
                "the run directory " + files.path("run") + " is a file: name a directory, or a new one, with --run");
    }

    @Test
    void aRunDirectoryThatWouldChangeAnInputIsRefused() {
        Inputs inputs = files.inputs().build();
        String model = files.path("model");
        for (String run : List.of(model, model + "/run", model + "/../model/")) {
            assertRefused(
                    () -> files.purification().purify(inputs, run),
                    "--run: " + Storage.child(run, "run.json") + ", which would be written, lies in the input --model "
                            + model + "; name another place with --run");
        }
        Inputs own = files.inputs().train(files.path("run/metrics.json")).build();
        assertRefused(
                () -> purify(own),
                "--run: " + files.path("run/metrics.json") + ", which would be written, is the input --train "
                        + files.path("run/metrics.json") + "; name another place with --run");
        assertThat(directory.resolve("run")).doesNotExist();
        assertThat(directory.resolve("model/run.json")).doesNotExist();
    }

    /** The stage does not touch the baseline. */
    @Test
    void aStageMayMeasureAModelOfItsOwnRunDirectory() throws IOException {
        files.purification().runStage(StageName.BASELINE, files.inputs().build(), files.path("run"));
        Inputs given = files.inputs().model(files.path("run/baseline")).build();
        files.purification().runStage(StageName.SCORE, given, files.path("run"));
        assertThat(directory.resolve("run/head-scores.json")).exists();
        assertRefused(
                () -> files.purification().runStage(StageName.BASELINE, given, files.path("run")),
                "--run: " + files.path("run/baseline") + ", which would be written, is the input --model "
                        + files.path("run/baseline") + "; name another place with --run");
    }

    @Test
    void aRunDirectoryThatIsInUseIsRefusedBeforeTheInputsAreRead() throws IOException {
        files.write("train.tsv", "nothing");
        try (RunLease other = lease()) {
            assertThatThrownBy(() -> purify(files.inputs().build()))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageStartingWith("the run directory " + files.path("run") + " is in use since ");
            other.ensureOwn();
        }
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void theLeaseIsGivenBackAlsoAfterAFailure() throws IOException {
        files.purification().purify(files.inputs().build(), files.path("run"));
        assertThat(directory.resolve("run/owner.json")).doesNotExist();
        assertThatThrownBy(() -> files.purification("text.max-length=500")
                        .purify(files.inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class);
        assertThat(directory.resolve("run/owner.json")).doesNotExist();
    }

    private RunLease lease() {
        return RunLease.acquire(
                TinyFiles.STORAGE,
                LeasedDirectory.ofRun(files.path("run")),
                LeaseTimes.OF_COMMANDS,
                Clock.systemUTC(),
                files.said()::add);
    }

    private void purify(Inputs inputs) throws IOException {
        files.purification().purify(inputs, files.path("run"));
    }

    private void stage(StageName name, Inputs inputs) throws IOException {
        files.purification().runStage(name, inputs, files.path("run"));
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
    }

    private List<String> lines(String part) {
        return files.said().stream().filter(line -> line.contains(part)).toList();
    }

    private RunDirectory run(String name) {
        return RunDirectory.inspect(TinyFiles.STORAGE, files.path(name), Clock.systemUTC());
    }

    private MetricsFile metrics(String name) throws IOException {
        return run(name).read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
    }
}
