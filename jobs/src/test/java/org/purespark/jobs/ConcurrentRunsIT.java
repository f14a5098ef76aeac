// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that want to work in the same run directory. */
@Tag("slow")
class ConcurrentRunsIT {
    @TempDir
    private Path directory;

    @Test
    void theSecondIsRefusedAndTheKilledOnesDirectoryIsTakenOver() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        Process first = launch(tiny.purify("run", "--set", "train.epochs=200"));
        try (BufferedReader err =
                new BufferedReader(new InputStreamReader(first.getErrorStream(), StandardCharsets.UTF_8))) {
            awaitLine(err, "pure: baseline: runs");
            TinyCase.Ended second = TinyCase.run(tiny.purify("run"));
            assertThat(second.status()).as(second.err()).isEqualTo(2);
            assertThat(second.err())
                    .containsPattern(
                            "pure: the run directory " + tiny.path("run") + " is in use since [0-9TZ:-]+ by \\S+"
                                    + " on \\S+ \\(process [0-9]+\\): wait for it, stop it, or name another directory"
                                    + " with --run")
                    .doesNotContain("Exception");
        } finally {
            first.descendants().forEach(ProcessHandle::destroyForcibly);
            first.destroyForcibly();
        }
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(directory.resolve("run/owner.json")).exists();

        TinyCase.Ended again = TinyCase.run(
                "score",
                "--model",
                tiny.path("model"),
                "--validation",
                tiny.path("validation.tsv"),
                "--run",
                tiny.path("run"));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err())
                .containsPattern("pure: takes over the run directory " + tiny.path("run") + ", which was in use since"
                        + " .* \\(process [0-9]+\\): that process has ended");
        assertThat(directory.resolve("run/owner.json")).doesNotExist();
    }

    private static Process launch(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(TinyCase.ROOT.resolve("bin/pure").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--", "--driver-java-options", TestCluster.JVM_OPTIONS));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static void awaitLine(BufferedReader said, String start) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            lines.add(line);
            if (line.startsWith(start)) {
                return;
            }
        }
        throw new AssertionError("'" + start + "' not seen in " + lines);
    }
}
