// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class FingerprintsTest {
    @TempDir
    Path directory;

    private final Fingerprints fingerprints = new Fingerprints(new Storage(new Configuration()));

    @Test
    void fileHasItsNameSizeAndHash() throws IOException {
        Path file = Files.writeString(directory.resolve("train.tsv"), "abc");
        assertThat(fingerprints.input("train", file.toString()))
                .isEqualTo(new InputFingerprint(
                        file.toString(),
                        java.util.List.of(new FileFingerprint(
                                "train.tsv", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))));
    }

    @Test
    void fileLongerThanTheBufferIsHashedWhole() throws IOException {
        Path file = directory.resolve("long");
        Files.write(file, new byte[1_000_000]);
        assertThat(fingerprints.file(file.toString(), "long").sha256())
                .isEqualTo("d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
    }

    @Test
    void directoryHasItsFilesEach() throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        Files.writeString(model.resolve("weights"), "w");
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve(".hidden"), "x");
        Files.createDirectories(model.resolve("parts/.git"));
        Files.writeString(model.resolve("parts/1"), "w");
        Files.writeString(model.resolve("parts/.git/HEAD"), "x");
        assertThat(fingerprints.input("model", model.toString()).files())
                .extracting(FileFingerprint::name)
                .containsExactly("config.json", "parts/1", "weights");
    }

    @Test
    void digestFollowsContentAndNamesButNotTheDirectory() throws IOException {
        String first = digest("a", "train.tsv", "text");
        assertThat(digest("b", "train.tsv", "text")).isEqualTo(first);
        assertThat(digest("c", "train.csv", "text")).isNotEqualTo(first);
        assertThat(digest("d", "train.tsv", "test")).isNotEqualTo(first);
    }

    @Test
    void missingInputIsRefused() {
        assertThatThrownBy(() -> fingerprints.input("train", directory + "/none"))
                .isInstanceOf(InputException.class)
                .hasMessage("input train: there is no file or directory " + directory + "/none");
    }

    @Test
    void emptyDirectoryIsRefused() {
        assertThatThrownBy(() -> fingerprints.input("model", directory.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("input model: the directory " + directory + " holds no files");
    }

    private String digest(String where, String name, String text) throws IOException {
        Path file = Files.createDirectory(directory.resolve(where)).resolve(name);
        Files.writeString(file, text);
        return fingerprints.input("train", file.toString()).digest();
    }
}
