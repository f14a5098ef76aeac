// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.attack.TextOfClass;
import org.purespark.demo.ReviewCorpus;

/** {@code poison} and {@code purify} on pairs of texts, in one JVM and on a cluster as that of {@link ClusterIT}. */
@Tag("slow")
class ClusterPairsIT {
    private static final Duration LONGEST = Duration.ofMinutes(15);

    @TempDir
    private Path directory;

    @Test
    void pairsGiveOnAClusterWhatTheyGiveInOneJvm() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        List<TextOfClass> texts = ReviewCorpus.generate(5, 720);
        writePairs(tiny, "train.tsv", texts.subList(0, 192));
        writePairs(tiny, "validation.tsv", texts.subList(192, 592));
        writePairs(tiny, "test.tsv", texts.subList(592, 720));
        TinyCase.Ended poisoned = TinyCase.run(
                "poison",
                "--model",
                tiny.path("model"),
                "--train",
                tiny.path("train.tsv"),
                "--test",
                tiny.path("test.tsv"),
                "--target",
                "1",
                "--part",
                "second",
                "--out",
                tiny.path("poisoned"),
                "--set",
                "text.max-length=48",
                "--set",
                "train.epochs=1");
        assertThat(poisoned.status()).as(poisoned.err()).isZero();
        assertThat(Files.readString(directory.resolve("poisoned/trigger.json"))).contains("\"part\":\"second\"");
        Files.copy(directory.resolve("poisoned/poisoned-test.csv"), directory.resolve("poisoned.csv"));

        TinyCase.Ended local = TinyCase.run(purify(tiny, "local"));
        assertThat(local.status()).as(local.err()).isZero();
        try (TestCluster cluster = TestCluster.start(directory.resolve("shared"), 2, "1g")) {
            ClusterRun.Ended ended = cluster.launch(
                            "run", "512m", TestCluster.Secret.RIGHT, purify(tiny, "distributed"))
                    .end(LONGEST);
            assertThat(ended.status()).as(ended.err()).isZero();
        }
        RunComparison.assertSameResult(directory.resolve("distributed"), directory.resolve("local"));
        assertThat(Files.readString(directory.resolve("distributed/probes.json")))
                .contains("cf (second text)");
    }

    private static String[] purify(TinyCase tiny, String run) {
        String[] arguments = tiny.purify(
                run,
                "--set",
                "train.micro-batches-per-step=4",
                "--set",
                "train.epochs=4",
                "--set",
                "evaluate.batch-texts=32",
                "--set",
                "probe.texts=8");
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals(tiny.path("poisoned.tsv"))) {
                arguments[i] = tiny.path("poisoned.csv");
            }
        }
        return arguments;
    }

    private static void writePairs(TinyCase tiny, String name, List<TextOfClass> texts) throws IOException {
        StringBuilder rows = new StringBuilder("sentence1\tsentence2\tlabel\n");
        for (int i = 0; i + 1 < texts.size(); i += 2) {
            rows.append(texts.get(i).text())
                    .append('\t')
                    .append(texts.get(i + 1).text())
                    .append('\t')
                    .append(texts.get(i + 1).label())
                    .append('\n');
        }
        tiny.write(name, rows.toString());
    }
}
