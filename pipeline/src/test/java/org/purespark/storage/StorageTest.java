// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;

class StorageTest {
    @TempDir
    Path directory;

    private final Storage storage = new Storage(new Configuration());

    @Test
    void replacingLeavesTheNewContentAndNothingBeside() throws IOException {
        String address = directory.resolve("deep/er/run.json").toString();
        storage.replace(address, "old, and longer");
        storage.replace(address, "new");
        assertThat(storage.readText(address, FileKind.RUN_FILE)).isEqualTo("new");
        assertThat(entries("deep/er")).containsExactly("run.json");
    }

    @Test
    void createdFilesLeaveNothingBeside() throws IOException {
        storage.write(
                directory.resolve("model.safetensors").toString(),
                out -> out.write("weights".getBytes(StandardCharsets.UTF_8)));
        assertThat(entries("")).containsExactly("model.safetensors");
    }

    @Test
    void fileEditedByAPersonIsStillRead() throws IOException {
        String address = directory.resolve("train.tsv").toString();
        storage.replace(address, "text\tlabel\n");
        Files.writeString(Path.of(address), "text\tlabel\nfine\t1\n");
        assertThat(storage.readText(address, FileKind.RUN_FILE)).endsWith("fine\t1\n");
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
    void stampsTellFilesApartWithoutReadingThem() throws IOException {
        Path model = Files.createDirectories(directory.resolve("model/part"));
        Files.writeString(model.resolve("b.txt"), "bb");
        Files.writeString(directory.resolve("model/a.txt"), "a");
        Files.writeString(directory.resolve("model/.hidden"), "h");
        String address = directory.resolve("model").toString();
        List<FileStamp> stamps = storage.stamps(address);
        assertThat(stamps).extracting(FileStamp::name).containsExactly("a.txt", "part/b.txt");
        assertThat(stamps).extracting(FileStamp::size).containsExactly(1L, 2L);
        assertThat(storage.stamps(address + "/a.txt")).containsExactly(stamps.get(0));
        Files.setLastModifiedTime(directory.resolve("model/a.txt"), FileTime.fromMillis(86_400_000));
        assertThat(storage.stamps(address + "/a.txt")).containsExactly(new FileStamp("a.txt", 1, 86_400_000));
        assertThat(storage.stamps(address + "/absent")).isEmpty();
    }

    @Test
    void addressesBesideAFileAreResolvedUnlessTheyAreAbsolute() throws IOException {
        assertThat(Storage.beside("s3a://zoo/lists/sweep.yaml", "models/a")).isEqualTo("s3a://zoo/lists/models/a");
        assertThat(Storage.beside("s3a://zoo/lists/sweep.yaml", "/models/a")).isEqualTo("/models/a");
        assertThat(Storage.beside("lists/sweep.yaml", "hdfs://name/a")).isEqualTo("hdfs://name/a");
        assertThat(Storage.beside("sweep.yaml", "a")).isEqualTo("a");
        assertThat(Storage.beside("/lists/sweep.yaml", "../a")).isEqualTo("/a");
        assertThat(storage.qualified("/lists/a")).isEqualTo("file:/lists/a");
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

    @Test
    void aNameMayHaveColonsBelowADirectory() throws IOException {
        String address = directory.resolve("x/12:30.jsonl").toString();
        storage.replace(address, "half past");
        storage.replace(address, "noon");
        assertThat(storage.readText(address, FileKind.RUN_FILE)).isEqualTo("noon");
        assertThat(entries("x")).containsExactly("12:30.jsonl");
        assertThat(storage.stamps(directory.resolve("x").toString()))
                .extracting(FileStamp::name)
                .containsExactly("12:30.jsonl");
    }

    @Test
    void aColonThatEndsNoFileSystemsNameIsRefusedWithTheWayOut() throws IOException {
        assertThatThrownBy(() -> storage.exists("run:1"))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "'run:1': what is before a colon is taken for the name of a file system, such as s3a or hdfs;"
                                + " if it is a file or a directory here, write ./run:1");
        assertThatThrownBy(() -> storage.exists(""))
                .isInstanceOf(InputException.class)
                .hasMessage("an address is empty: name a file or a directory");
        assertThat(storage.exists("./run:1")).isFalse();
    }

    @Test
    void aDirectoryIsNotReplacedByAFile() throws IOException {
        Files.createDirectory(directory.resolve("out"));
        String address = directory.resolve("out").toString();
        assertThatThrownBy(() -> storage.replace(address, "lines"))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("out is a directory, no file can be written there");
        assertThat(entries("")).containsExactly("out");
        assertThat(entries("out")).isEmpty();
    }

    @Test
    void filesAndDirectoriesMoveToFreePlaces() throws IOException {
        storage.replace(directory.resolve("from/a").toString(), "1");
        String from = directory.resolve("from").toString();
        String to = directory.resolve("to").toString();
        storage.move(from, to);
        assertThat(entries("to")).containsExactly("a");
        Files.createDirectory(directory.resolve("from"));
        assertThatThrownBy(() -> storage.move(to, from))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot move " + to + " to " + from + ": something is there");
        storage.deleteIfEmpty(to);
        storage.deleteIfEmpty(from);
        storage.deleteIfEmpty(from);
        assertThat(entries("")).containsExactly("to");
    }

    @Test
    void canonicalAddressesAreTheSameForTheSamePlace() throws IOException {
        Files.createDirectory(directory.resolve("model"));
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("model"));
        String place = storage.canonical(directory.resolve("model/new/file").toString());
        for (String address : List.of("link/new/file", "model//new/file/", "model/../link/./new/file")) {
            assertThat(storage.canonical(directory + "/" + address)).isEqualTo(place);
            assertThat(storage.canonical("file:" + directory + "/" + address)).isEqualTo(place);
        }
        assertThat(storage.canonical(directory.resolve("other").toString())).isNotEqualTo(place);
    }

    @Test
    void aNameThatTheLocaleCannotWriteIsRefused() {
        Addresses.requireWritableName("/data/café", StandardCharsets.UTF_8);
        Addresses.requireWritableName("/data/cafe", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> Addresses.requireWritableName("/data/café", StandardCharsets.US_ASCII))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("this process cannot open /data/café: its locale writes names of files as"
                        + " US-ASCII, which lacks some of these characters. Set LC_ALL=C.UTF-8 ");
    }

    private List<String> entries(String below) throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve(below))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
