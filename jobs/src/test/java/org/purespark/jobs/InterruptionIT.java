// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A purification that is killed and run again ends in the result of an undisturbed one, bit by bit. */
class InterruptionIT {
    private static final List<String> RESULTS = List.of(
            "head-scores.json",
            "pruned-heads.json",
            "normalization.json",
            "baseline/model.safetensors",
            "purified/model.safetensors");

    @TempDir
    private Path directory;

    @Test
    @Tag("slow")
    void killedInItsLastTrainingAndRunAgainItEndsInTheSameResult() throws Exception {
        assertThat(assertSameResultWhenKilledAt("pure: normalize").err())
                .contains("pure: baseline: skipped", "pure: score: skipped", "pure: prune: skipped")
                .doesNotContain("pure: normalize: skipped");
    }

    @Test
    @Tag("large")
    void killedInEachStageAndRunAgainItEndsInTheSameResult() throws Exception {
        assertSameResultWhenKilledAt(
                "pure: baseline", "pure: score", "pure: prune", "pure: normalize", "pure: evaluate", "pure: report");
    }

    private TinyCase.Ended assertSameResultWhenKilledAt(String... moments) throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        end(tiny, "whole");
        for (String moment : moments) {
            launchAndKill(tiny, "killed", moment);
        }
        TinyCase.Ended ended = end(tiny, "killed");
        for (String file : RESULTS) {
            assertThat(tiny.bytes("killed/" + file)).as(file).isEqualTo(tiny.bytes("whole/" + file));
        }
        return ended;
    }

    private static String[] purify(TinyCase tiny, String run) {
        return tiny.purify(run, "--set", "train.epochs=6");
    }

    private static TinyCase.Ended end(TinyCase tiny, String run) {
        TinyCase.Ended ended = TinyCase.run(purify(tiny, run));
        assertThat(ended.status()).as(ended.err()).isZero();
        return ended;
    }

    /**
     * Runs {@code purify} in a process of its own.
     *
     * @param killAt the process is killed when it prints a line that starts so
     */
    private static void launchAndKill(TinyCase tiny, String run, String killAt) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(TinyCase.ROOT.resolve("bin/pure").toString()));
        command.addAll(List.of(purify(tiny, run)));
        command.addAll(List.of("--", "--driver-java-options", TestCluster.JVM_OPTIONS));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        Process process =
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        StringBuilder said = new StringBuilder();
        boolean killed = readUntil(process, killAt, said);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(killed).as(killAt + " not seen in: " + said).isTrue();
    }

    private static boolean readUntil(Process process, String killAt, StringBuilder said)
            throws IOException, InterruptedException {
        try (BufferedReader err =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(killAt)) {
                    // into the stage, not at its very start
                    Thread.sleep(150);
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    return true;
                }
            }
        }
        return false;
    }
}
