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
    void killedInEachStageAndRunAgainItEndsInTheSameResult() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        launch(tiny, "whole", null);
        for (String moment : List.of(
                "pure: baseline", "pure: score", "pure: prune", "pure: normalize", "pure: evaluate", "pure: report")) {
            launch(tiny, "killed", moment);
        }
        launch(tiny, "killed", null);
        for (String file : RESULTS) {
            assertThat(tiny.bytes("killed/" + file)).as(file).isEqualTo(tiny.bytes("whole/" + file));
        }
    }

    /**
     * Runs {@code purify} in a process of its own.
     *
     * @param killAt the process is killed when it prints a line that starts so; null lets it end
     */
    private static void launch(TinyCase tiny, String run, String killAt) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(TinyCase.ROOT.resolve("bin/pure").toString()));
        command.addAll(List.of(tiny.purify(run, "--set", "train.epochs=6")));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        Process process =
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        StringBuilder said = new StringBuilder();
        boolean killed = readUntil(process, killAt, said);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        if (killAt == null) {
            assertThat(process.exitValue()).as(said.toString()).isZero();
        } else {
            assertThat(killed).as(killAt + " not seen in: " + said).isTrue();
        }
    }

    private static boolean readUntil(Process process, String killAt, StringBuilder said)
            throws IOException, InterruptedException {
        try (BufferedReader err =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                said.append(line).append('\n');
                if (killAt != null && line.startsWith(killAt)) {
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
