// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that cannot write says so in one line, at once and without a trace; the same command then ends in the same
 * bytes. The operating system limits the size of files for the process, which needs no disk of one's own.
 */
@Tag("slow")
class FullDiskIT {
    /** Of 1,024 bytes: less than the tiny model's weights, more than all other files. */
    private static final int MOST_BLOCKS = 400;

    private static final Duration LONGEST = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    @Test
    void aRunThatCannotWriteSaysSoAndGoesOnLater() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        assertThat(ClusterRun.local(directory.resolve("whole-run"), purify(tiny, "whole"))
                        .end(LONGEST)
                        .status())
                .isZero();
        Path err = directory.resolve("full.err");
        List<String> command = Stream.concat(
                        Stream.of(
                                "bash",
                                "-c",
                                "ulimit -f " + MOST_BLOCKS + "; exec \"$@\"",
                                "run",
                                TinyCase.ROOT.resolve("bin/pure").toString()),
                        Stream.of(TinyCase.concat(purify(tiny, "full"), "--", "--master", "local[1]")))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("PURE_BUILD", "never");
        Process process = builder.start();
        assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isEqualTo(1);
        assertThat(said)
                .containsPattern("pure: the file system of \\S+ fails \\(.*File too large.*\\): ")
                .contains("the same command goes on from here")
                .doesNotContain("\tat ", "goes on from step");
        ClusterRun.Ended again = ClusterRun.local(directory.resolve("again-run"), purify(tiny, "full"))
                .end(LONGEST);
        assertThat(again.status()).as(again.err()).isZero();
        RunComparison.assertSameBytes(directory.resolve("full"), directory.resolve("whole"));
    }

    private static String[] purify(TinyCase tiny, String run) {
        return tiny.purify(run, "--set", "train.checkpoint-interval-steps=3");
    }
}
