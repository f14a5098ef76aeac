// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.run.event.TimedEvent;
import org.purespark.run.lease.DirectoryInUseException;
import org.purespark.storage.Storage;

class RunDirectoryTest {
    @TempDir
    Path root;

    private final Storage storage = FakePipeline.STORAGE;
    private FakePipeline pipeline;
    private RunContext context;

    @BeforeEach
    void pipeline() throws IOException {
        pipeline = new FakePipeline(root);
        context = pipeline.context();
    }

    @AfterEach
    void giveTheLeaseBack() {
        pipeline.close();
    }

    @Test
    void runJsonHoldsWhatTheRunWasMadeFrom() throws IOException {
        pipeline.purify("prune.threshold=0.85");
        JsonNode run = new ObjectMapper().readTree(Files.readString(pipeline.directory.resolve("run.json")));
        assertThat(run.properties().stream().map(Map.Entry::getKey))
                .containsExactly("schema", "versions", "configuration", "seeds", "inputs", "attempts", "stages");
        assertThat(run.get("schema")).hasToString("1");
        assertThat(run.get("versions"))
                .hasToString(
                        "{\"project\":\"0.1.0\",\"spark\":\"4.1.3\",\"java\":\"17.0.15\",\"nd4j\":\"1.0.0-M2.1\"}");
        assertThat(run.get("configuration").get("prune.threshold").asDouble()).isEqualTo(0.85);
        assertThat(run.get("configuration").get("prune.max-accuracy-drop").isNull())
                .isTrue();
        assertThat(run.get("configuration")
                        .get("train.checkpoint-interval-steps")
                        .asInt())
                .isEqualTo(200);
        assertThat(run.get("seeds")).hasToString("{\"run\":11}");
        assertThat(run.at("/inputs/train/files/0/name").asText()).isEqualTo("train.tsv");
        assertThat(run.get("attempts"))
                .hasToString("{\"vet\":1,\"baseline\":1,\"score\":1,"
                        + "\"prune\":1,\"normalize\":1,\"evaluate\":1,\"report\":1}");
        JsonNode entry = run.at("/stages/normalize");
        assertThat(entry.properties().stream().map(Map.Entry::getKey))
                .containsExactly(
                        "state",
                        "fingerprint",
                        "settings",
                        "inputs",
                        "upstream",
                        "outputs",
                        "seconds",
                        "finishedAt",
                        "attempts");
        assertThat(entry.get("state").asText()).isEqualTo("complete");
        assertThat(entry.get("settings").get("penalty.lambda").asDouble()).isEqualTo(0.15);
        assertThat(entry.get("outputs").findValuesAsText("name"))
                .containsExactly(
                        "normalization.json", "repair.json", "purified/config.json", "purified/model.safetensors");
        assertThat(entry.get("seconds").asDouble()).isEqualTo(2.5);
        assertThat(entry.get("finishedAt").asText()).isEqualTo("2026-01-02T03:04:17.500Z");
        assertThat(run.at("/stages/evaluate/settings/--target").asText()).isEqualTo("1");
    }

    @Test
    void runJsonIsReadBackEqual() throws IOException {
        pipeline.purify();
        RunRecord first = pipeline.open().record().orElseThrow();
        RunRecord second = RunDirectory.inspect(storage, pipeline.directory.toString(), pipeline.clock)
                .record()
                .orElseThrow();
        assertThat(second).isEqualTo(first);
        assertThat(first.stages()).hasSize(7);
    }

    @Test
    void eventsTellTheStagesOfAllRuns() throws IOException {
        pipeline.purify();
        pipeline.purify("penalty.lambda=0.3");
        assertThat(EventLog.read(
                        storage, pipeline.directory.resolve("events.jsonl").toString()))
                .extracting(TimedEvent::event)
                .contains(
                        new Event.StageStarted(StageName.BASELINE, 1, java.util.List.of()),
                        new Event.StageFinished(StageName.BASELINE, 2.5),
                        new Event.StageSkipped(StageName.BASELINE),
                        new Event.StageStarted(
                                StageName.NORMALIZE, 2, java.util.List.of("penalty.lambda is 0.3, was 0.15")))
                .hasSize(14 + 4 + 6);
    }

    @Test
    void failedStageIsInTheEventsAndKeepsItsError() throws IOException {
        assertThatThrownBy(() -> pipeline.purify(StageName.SCORE)).isInstanceOf(FakePipeline.Killed.class);
        assertThat(EventLog.read(
                        storage, pipeline.directory.resolve("events.jsonl").toString()))
                .extracting(TimedEvent::event)
                .endsWith(new Event.StageFailed(StageName.SCORE));
    }

    @Test
    void inspectingWritesNothing() {
        RunDirectory run = RunDirectory.inspect(storage, pipeline.directory.toString(), pipeline.clock);
        assertThat(run.record()).isEmpty();
        assertThat(pipeline.directory).doesNotExist();
    }

    @Test
    void openingLeavesNothingButTheLease() throws IOException {
        pipeline.open();
        assertThat(pipeline.directory).isDirectory();
        assertThat(storage.fileNames(pipeline.directory.toString())).containsExactly("owner.json");
        pipeline.close();
        assertThat(pipeline.directory).doesNotExist();
    }

    @Test
    void fileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Files.writeString(pipeline.directory, "x");
        assertThatThrownBy(pipeline::open)
                .isInstanceOf(InputException.class)
                .hasMessage("the run directory " + pipeline.directory
                        + " is a file: name a directory, or a new one, with --run");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{' | Unexpected end-of-input",
                "'' | it has no schema number",
                "'{\"schema\":1}' | Missing creator property 'versions'",
                "'{\"schema\":1,\"versions\":null,\"configuration\":{},\"seeds\":{},\"inputs\":{},\"attempts\":{},"
                        + "\"stages\":{}}' | versions is null",
                "'{\"schema\":1,\"versions\":{\"project\":\"1\",\"spark\":null,\"java\":\"17\",\"nd4j\":null},"
                        + "\"configuration\":{},\"seeds\":{},\"inputs\":{},\"attempts\":{\"launch\":1},\"stages\":{}}'"
                        + " | 'launch'",
            })
    void corruptRunJsonIsRefused(String text, String reason) throws IOException {
        Files.createDirectory(pipeline.directory);
        Files.writeString(pipeline.directory.resolve("run.json"), text);
        assertThatThrownBy(pipeline::open)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read " + pipeline.directory + "/run.json: ")
                .hasMessageContaining(reason)
                .hasMessageContaining("name another run directory");
    }

    @Test
    void runJsonOfANewerSchemaIsRefused() throws IOException {
        pipeline.purify();
        Path file = pipeline.directory.resolve("run.json");
        Files.writeString(file, Files.readString(file).replace("\"schema\" : 1", "\"schema\" : 2"));
        assertThatThrownBy(pipeline::open)
                .isInstanceOf(InputException.class)
                .hasMessage(file + " has schema 2, this version reads schema 1: use the version that wrote it, or name"
                        + " another run directory");
    }

    @Test
    void whoHasLostTheLeaseStartsNothing() throws IOException {
        RunDirectory first = pipeline.open();
        pipeline.open();
        StageKey key = baseline(first);
        assertThatThrownBy(() -> first.start(key, context))
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessageStartingWith("the run directory " + pipeline.directory
                        + " was taken over from this process, and is in use since ");
        assertThat(pipeline.directory.resolve("run.json")).doesNotExist();
    }

    @Test
    void whoHasLostTheLeasePublishesNothing() throws IOException {
        RunDirectory first = pipeline.open();
        StageKey key = baseline(first);
        first.start(key, context);
        FakePipeline.write(first, key);
        pipeline.open();
        assertThatThrownBy(() -> first.finish(key, 1)).isInstanceOf(DirectoryInUseException.class);
        assertThat(pipeline.directory.resolve("baseline")).doesNotExist();
        pipeline.purify();
        byte[] weights = Files.readAllBytes(pipeline.directory.resolve("baseline/model.safetensors"));
        assertThatThrownBy(() -> first.finish(key, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(pipeline.directory.resolve("baseline/model.safetensors")).hasBinaryContent(weights);
        assertThat(pipeline.purify()).isEmpty();
    }

    @Test
    void changeOfRunJsonByHandIsFound() throws IOException {
        pipeline.purify();
        RunDirectory run = pipeline.open();
        StageKey key = baseline(run);
        Path file = pipeline.directory.resolve("run.json");
        Files.writeString(file, Files.readString(file) + "\n");
        assertThatThrownBy(() -> run.start(key, context))
                .isInstanceOf(InputException.class)
                .hasMessage(pipeline.directory + "/run.json has been changed by another process since this one read it:"
                        + " let only one process at a time work on a run directory, or name another with --run");
    }

    @Test
    void outputsStayAsideUntilTheStageIsFinished() throws IOException {
        RunDirectory run = pipeline.open();
        StageKey key = baseline(run);
        run.start(key, context);
        FakePipeline.write(run, key);
        assertThat(run.output("baseline")).startsWith(run.workDirectory(StageName.BASELINE) + "/attempt-1-");
        assertThat(pipeline.directory.resolve("baseline")).doesNotExist();
        run.finish(key, 1);
        assertThat(pipeline.directory.resolve("baseline/model.safetensors"))
                .hasContent("made from " + key.fingerprint());
        assertThatThrownBy(() -> run.output("baseline"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no stage runs that writes baseline");
    }

    @Test
    void whatIsOpenForReadingOnlyStartsNothing() throws IOException {
        RunDirectory run = RunDirectory.inspect(storage, pipeline.directory.toString(), pipeline.clock);
        StageKey key = baseline(run);
        assertThatThrownBy(() -> run.start(key, context))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(pipeline.directory + " is open for reading only");
    }

    @Test
    void filesAreDigestedAgainOnlyWhenTheirStampsChange() throws IOException {
        pipeline.purify();
        RunDirectory run = pipeline.open();
        Path scores = pipeline.directory.resolve("head-scores.json");
        String before = run.upstream(StageName.SCORE);
        FileTime time = Files.getLastModifiedTime(scores);
        String other = Files.readString(scores).replace("made from", "made form");
        Files.writeString(scores, other);
        Files.setLastModifiedTime(scores, time);
        assertThat(run.upstream(StageName.SCORE)).isEqualTo(before);
        Files.setLastModifiedTime(scores, FileTime.fromMillis(time.toMillis() + 1));
        assertThatThrownBy(() -> run.upstream(StageName.SCORE))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("cannot use the result of stage score in " + pipeline.directory + ": its output"
                        + " head-scores.json has changed \\(sha256 [0-9a-f]{12}, was written with sha256"
                        + " [0-9a-f]{12}\\)\\. Run the stage score again");
    }

    @Test
    void filesThatNoStageWroteAreNotReplaced() throws IOException {
        Files.createDirectories(pipeline.directory.resolve("baseline"));
        Path mine = Files.writeString(pipeline.directory.resolve("baseline/thesis.txt"), "years of work");
        RunDirectory run = pipeline.open();
        assertThatThrownBy(() -> run.start(baseline(run), context))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        pipeline.directory + "/baseline would be replaced by the stage baseline, but was not written"
                                + " by a run in " + pipeline.directory
                                + ": move it away, or name another directory with --run");
        assertThat(mine).hasContent("years of work");
        assertThat(pipeline.directory.resolve("run.json")).doesNotExist();
    }

    @Test
    void anExaminationThatTheCommandLeftIsReplaced() throws IOException {
        Files.createDirectories(pipeline.directory);
        Files.writeString(pipeline.directory.resolve("vet.json"), "of the command vet");
        pipeline.purify();
        assertThat(pipeline.directory.resolve("vet.json")).content().startsWith("made from ");
    }

    @Test
    void stageThatLeavesAnOutputOutIsNotEntered() throws IOException {
        RunDirectory run = pipeline.open();
        StageKey key = baseline(run);
        run.start(key, context);
        assertThatThrownBy(() -> run.finish(key, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the stage baseline has not written " + run.output("baseline"));
        assertThat(run.table().entry(StageName.BASELINE)).isEmpty();
    }

    @Test
    void stageWithoutItsUpstreamIsRefused() throws IOException {
        RunDirectory run = pipeline.open();
        assertThatThrownBy(() -> run.upstream(StageName.SCORE))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no head-scores.json in " + pipeline.directory + ": run the stage score first");
        run.start(baseline(run), context);
        assertThatThrownBy(() -> run.upstream(StageName.BASELINE))
                .isInstanceOf(InputException.class)
                .hasMessage("the stage baseline was started in " + pipeline.directory
                        + " and did not finish: run it again first");
    }

    @Test
    void resultsBroughtFromElsewhereServeUpstream() throws IOException {
        pipeline.purify();
        RunDirectory made = pipeline.open();
        Files.createDirectory(root.resolve("other"));
        RunDirectory other = RunDirectory.inspect(storage, root.resolve("other").toString(), pipeline.clock);
        Files.copy(pipeline.directory.resolve("head-scores.json"), root.resolve("other/head-scores.json"));
        assertThat(other.upstream(StageName.SCORE)).isEqualTo(made.upstream(StageName.SCORE));
    }

    @Test
    void damagedUpstreamIsRefused() throws IOException {
        pipeline.purify();
        Files.writeString(pipeline.directory.resolve("head-scores.json"), "{}");
        assertThatThrownBy(() -> pipeline.open().upstream(StageName.SCORE))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot use the result of stage score in " + pipeline.directory + ": its output"
                        + " head-scores.json has 2 bytes, was written with 74. Run the stage score again");
    }

    @Test
    void workDirectorySurvivesAnInterruptionButNotOtherSettings() throws IOException {
        RunDirectory run = pipeline.open();
        StageKey key = baseline(run);
        run.start(key, context);
        Path checkpoint = Path.of(run.workDirectory(StageName.BASELINE), "step-200");
        Files.writeString(checkpoint, "weights");

        RunDirectory again = pipeline.open();
        assertThat(again.start(key, context)).isEqualTo(2);
        assertThat(checkpoint).hasContent("weights");

        RunContext changed = pipeline.context("seed=5");
        again.start(StageKey.of(FakePipeline.needs(StageName.BASELINE), changed, Map.of()), changed);
        assertThat(checkpoint).doesNotExist();

        again.start(key, context);
        FakePipeline.write(again, key);
        again.finish(key, 1);
        assertThat(Path.of(again.workDirectory(StageName.BASELINE))).doesNotExist();
    }

    @Test
    void needsNameTheInputsThatAreNotThere() {
        StageNeeds needs = StageNeeds.of(StageName.BASELINE).withInputs("model");
        assertThatThrownBy(() -> StageKey.of(needs, context, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stage baseline: no input model among [test, train]");
    }

    @Test
    void stageGivenItsModelTakesNoResultUpstream() throws IOException {
        StageNeeds needs = StageNeeds.of(StageName.SCORE).withInputs("train").withUpstream();
        assertThat(needs.upstream()).isEmpty();
        RunDirectory run = pipeline.open();
        EventLog events = new EventLog(storage, run.file(RunDirectory.EVENTS), pipeline.clock);
        StageKey key = new StageRunner(run, context, events, pipeline.clock, line -> {}).key(needs);
        assertThat(key.upstream()).isEmpty();
        assertThat(key.inputs()).containsOnlyKeys("train");
    }

    private StageKey baseline(RunDirectory run) {
        assertThat(run.address()).isEqualTo(pipeline.directory.toString());
        return StageKey.of(FakePipeline.needs(StageName.BASELINE), context, Map.of());
    }
}
