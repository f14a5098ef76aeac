package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    @TempDir
    Path directory;

    private final Storage storage = new Storage(new Configuration());

    @Test
    void replacingLeavesTheNewContentAndNothingBeside() throws IOException {
        String address = directory.resolve("deep/er/run.json").toString();
        storage.replace(address, "old, and longer");
        storage.replace(address, "new");
        assertThat(storage.readText(address)).isEqualTo("new");
        assertThat(entries("deep/er")).containsExactly("run.json");
    }

    @Test
    void createdFilesLeaveNothingBeside() throws IOException {
        try (OutputStream out =
                storage.create(directory.resolve("model.safetensors").toString())) {
            out.write("weights".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(entries("")).containsExactly("model.safetensors");
    }

    @Test
    void fileEditedByAPersonIsStillRead() throws IOException {
        String address = directory.resolve("train.tsv").toString();
        storage.replace(address, "text\tlabel\n");
        Files.writeString(Path.of(address), "text\tlabel\nfine\t1\n");
        assertThat(storage.readText(address)).endsWith("fine\t1\n");
        assertThat(storage.size(address)).isEqualTo(18);
    }

    @Test
    void addressMayHaveTheSchemeOfLocalFiles() throws IOException {
        Path file = directory.resolve("a.txt");
        storage.replace("file://" + file, "x");
        assertThat(file).hasContent("x");
        assertThat(storage.exists("file:" + file)).isTrue();
        assertThat(storage.isDirectory("file://" + directory)).isTrue();
    }

    @Test
    void namesBelowADirectoryAreRelativeToIt() throws IOException {
        storage.replace(directory.resolve("part=1/b c.parquet").toString(), "x");
        storage.replace(directory.resolve("part=1/%41.parquet").toString(), "x");
        storage.replace(directory.resolve("_SUCCESS").toString(), "");
        assertThat(storage.fileNamesBelow(directory.toString()))
                .containsExactly("_SUCCESS", "part=1/%41.parquet", "part=1/b c.parquet");
        assertThat(storage.fileNamesBelow("file:" + directory + "/part=1/"))
                .containsExactly("%41.parquet", "b c.parquet");
        assertThat(storage.fileNames(directory.toString())).containsExactly("_SUCCESS");
    }

    private List<String> entries(String below) throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve(below))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
