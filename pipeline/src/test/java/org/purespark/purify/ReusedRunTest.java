// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.run.FormerRun;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;

/** A run that takes results of another one. */
class ReusedRunTest {
    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        files.purification().purify(files.inputs().build(), files.path("former"));
        files.said().clear();
    }

    private FormerRun former() {
        return FormerRun.open(TinyFiles.STORAGE, files.path("former"), Clock.systemUTC());
    }

    private void purify(String run, String... settings) throws IOException {
        files.purification(settings).reusing(former()).purify(files.inputs().build(), files.path(run));
    }

    private List<String> said(String part) {
        return files.said().stream().filter(line -> line.contains(part)).toList();
    }

    @Test
    void whatIsMadeFromTheSameIsTakenAndTheReportIsMade() throws IOException {
        purify("run");
        assertThat(said(": taken from " + files.path("former") + ", complete there since "))
                .hasSize(5);
        assertThat(said(": runs")).containsExactly("report: runs");
        for (String file : List.of(
                "baseline/model.safetensors",
                "purified/model.safetensors",
                RunDirectory.HEAD_SCORES,
                RunDirectory.PRUNED_HEADS,
                RunDirectory.METRICS)) {
            assertThat(directory.resolve("run/" + file)).hasSameBinaryContentAs(directory.resolve("former/" + file));
        }
        assertThat(files.read("run/events.jsonl").lines().filter(line -> line.contains("step-loss")))
                .as("the report has the curves of training")
                .hasSize(12);
        files.said().clear();
        files.purification().purify(files.inputs().build(), files.path("run"));
        assertThat(said(": skipped, complete since "))
                .as("without the other run")
                .hasSize(6);
    }

    @Test
    void whatDependsOnOtherSettingsIsMadeAndIsAsInARunWithoutReuse() throws IOException {
        purify("run", "penalty.lambda=0.5");
        assertThat(said(": taken from ")).hasSize(3);
        assertThat(said("normalize: not taken from " + files.path("former")))
                .containsExactly(
                        "normalize: not taken from " + files.path("former") + ": penalty.lambda is 0.5, was 0.15");
        files.purification("penalty.lambda=0.5").purify(files.inputs().build(), files.path("alone"));
        assertThat(directory.resolve("run/purified/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("alone/purified/model.safetensors"));
    }

    @Test
    void aResultThatHasChangedSinceItWasMadeIsNotTaken() throws IOException {
        Files.writeString(directory.resolve("former/baseline/config.json"), "{}");
        purify("run");
        assertThat(said("baseline: not taken from "))
                .singleElement()
                .asString()
                .contains(": its output baseline/config.json has 2 bytes, was written with ");
        assertThat(said("baseline: runs")).hasSize(1);
    }

    @Test
    void aStageThatTheOtherRunNeverMadeIsMade() throws IOException {
        files.purification().runStage(StageName.BASELINE, files.inputs().build(), files.path("half"));
        files.said().clear();
        FormerRun half = FormerRun.open(TinyFiles.STORAGE, files.path("half"), Clock.systemUTC());
        files.purification().reusing(half).purify(files.inputs().build(), files.path("run"));
        assertThat(said("baseline: taken from ")).hasSize(1);
        assertThat(said("score: not taken from "))
                .containsExactly("score: not taken from " + files.path("half") + ": it has no such result");
    }

    @Test
    void aDirectoryWithoutARunIsRefused() {
        assertThatThrownBy(() -> FormerRun.open(TinyFiles.STORAGE, files.path("nothing"), Clock.systemUTC()))
                .isInstanceOf(InputException.class)
                .hasMessage("--reuse " + files.path("nothing")
                        + ": there is no run.json in it: name the run directory of a former run");
    }

    @Test
    void theRunDirectoryItselfIsRefused() {
        assertThatThrownBy(() -> purify("former"))
                .isInstanceOf(InputException.class)
                .hasMessage("--reuse " + files.path("former") + " is the run directory itself, whose results are used"
                        + " without it: leave it out, or name another run");
    }
}
