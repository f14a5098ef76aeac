// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;

class OutputPlacesTest {
    @TempDir
    private Path directory;

    private final Storage storage = new Storage(new Configuration(false));

    @BeforeEach
    void files() throws IOException {
        Files.createDirectories(directory.resolve("model"));
        Files.writeString(directory.resolve("model/config.json"), "{}");
        Files.writeString(directory.resolve("data.tsv"), "text");
    }

    @Test
    void anInputItselfIsRefused() {
        assertRefused(path("data.tsv"), "--data", path("data.tsv"), "is the input");
        assertRefused(path("./x/../data.tsv"), "--data", "file:" + path("data.tsv"), "is the input");
    }

    @Test
    void aPlaceInAnInputIsRefused() throws IOException {
        assertRefused(path("model/config.json"), "--model", path("model"), "lies in the input");
        assertRefused(path("model/new/out.jsonl"), "--model", path("model/"), "lies in the input");
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("model"));
        assertRefused(path("link/out.jsonl"), "--model", path("model"), "lies in the input");
        assertRefused(path("model/out.jsonl"), "--model", path("link"), "lies in the input");
    }

    @Test
    void aPlaceThatHoldsAnInputIsRefused() {
        assertRefused(path("model"), "--tokenizer", path("model/tokenizer.json"), "holds the input");
    }

    @Test
    void addressesAreComparedAsPlaces() {
        assertThatThrownBy(() -> OutputPlaces.ofFile("--out", "file:///a/model/x")
                        .requireApart(storage, Map.of("--model", "/a//model/")))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "--out: file:///a/model/x, which would be written, lies in the input --model /a//model/; name"
                                + " another place with --out");
    }

    @Test
    void neighboursAndInputsThatAreNotGivenPass() throws IOException {
        Map<String, String> inputs = new HashMap<>();
        inputs.put("--model", path("model"));
        inputs.put("--classifier", null);
        OutputPlaces.ofFile("--out", path("model-2/out.jsonl")).requireApart(storage, inputs);
        OutputPlaces.inDirectory("--run", directory.toString(), List.of("run.json", "baseline"))
                .requireApart(storage, inputs);
    }

    @Test
    void inputsOnOtherFileSystemsAreNotReached() throws IOException {
        OutputPlaces.ofFile("--out", path("out")).requireApart(storage, Map.of("--model", "nosuch://there/model"));
    }

    private void assertRefused(String output, String option, String input, String relation) {
        assertThatThrownBy(() -> OutputPlaces.ofFile("--out", output).requireApart(storage, Map.of(option, input)))
                .isInstanceOf(InputException.class)
                .hasMessage("--out: " + output + ", which would be written, " + relation + " " + option + " " + input
                        + "; name another place with --out");
    }

    private String path(String name) {
        return directory + "/" + name;
    }
}
