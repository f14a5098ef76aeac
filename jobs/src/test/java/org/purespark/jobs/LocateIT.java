// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code locate} by the command line, on a tiny model and Spark in this JVM. */
class LocateIT {
    private static final Path GOLDEN = TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert");

    @TempDir
    private Path directory;

    private TinyCase.Ended locate(TinyCase tiny, String... more) {
        return TinyCase.run(TinyCase.concat(
                new String[] {
                    "locate",
                    "--model",
                    tiny.path("model"),
                    "--classifier",
                    GOLDEN.resolve("classifier.safetensors").toString(),
                    "--data",
                    tiny.path("test.tsv"),
                    "--poisoned-test",
                    tiny.path("poisoned.tsv"),
                    "--target",
                    "1",
                    "--out",
                    tiny.path("located.json"),
                    "--set",
                    "text.max-length=48"
                },
                more));
    }

    @Test
    void printsATableAndWritesTheSameFiguresOnAnyNumberOfSlots() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        String clean = GOLDEN.resolve("model").toString();
        TinyCase.Ended ended = locate(tiny, "--clean-model", clean);
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out())
                .startsWith("change")
                .contains(
                        "off         attention of layer 2", "transplant  word embeddings", "transplant  whole encoder");
        assertThat(ended.err())
                .contains(
                        "pure: locate: 20 changes of the suspect",
                        "locate: 7 of 20, word embeddings, transplant, clean texts",
                        "pure: written to " + tiny.path("located.json"));
        byte[] file = tiny.bytes("located.json");
        JsonNode json = new ObjectMapper().readTree(file);
        assertThat(json.get("changes")).hasSize(20);
        // The suspect is the clean model itself, so a transplant changes nothing.
        for (int i = 6; i < 20; i++) {
            assertThat(json.get("changes").get(i).get("figures"))
                    .as(json.get("changes").get(i).get("place").toString())
                    .isEqualTo(json.get("suspect"));
        }
        Path other = Files.createDirectory(directory.resolve("two"));
        TinyCase.Ended again = locate(TinyCase.onTwoSlots(other), "--clean-model", clean);
        assertThat(again.status()).as(again.err()).isZero();
        JsonNode two = new ObjectMapper()
                .readTree(directory.resolve("two/located.json").toFile());
        assertThat(two.get("changes")).isEqualTo(json.get("changes"));
    }

    @Test
    void missingOptionsAreNamed() {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended missing = TinyCase.run("locate", "--model", tiny.path("model"));
        assertThat(missing.status()).isEqualTo(2);
        assertThat(missing.err())
                .contains("Missing required options: '--data=FILE', '--poisoned-test=FILE', '--target=LABEL'");
    }
}
