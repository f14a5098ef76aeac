// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.Storage;

class GzipInputTest {
    private static final String TEXTS = "text\tlabel\na good film\t1\nbad\t0\n";
    private static final String AGAIN = "; copy it again, or pack the texts again";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a.tsv.gz; 'text\tlabel\ngood\t1\n'",
                "a.csv.gz; 'text,label\ngood,1\n'",
                "a.jsonl.gz; '{\"text\":\"good\",\"label\":1}'",
                "a.ndjson.gz; '{\"text\":\"good\",\"label\":1}'",
                "a.json.gz; '[{\"text\":\"good\",\"label\":1}]'",
                "A.TSV.GZ; 'text\tlabel\ngood\t1\n'"
            })
    void textsOfEveryFormatMayBePacked(String name, String content) throws IOException {
        Files.write(directory.resolve(name), packed(content));
        assertThat(read(name).rows()).singleElement().satisfies(row -> {
            assertThat(row.text()).isEqualTo("good");
            assertThat(row.label()).isEqualTo("1");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 1_000_000})
    void contentOfAnySizeComesBack(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(3).nextBytes(content);
        assertThat(unpacked(packed(content))).isEqualTo(content);
        Arrays.fill(content, (byte) 'a');
        assertThat(unpacked(packed(content))).isEqualTo(content);
    }

    @Test
    void allMembersAreReadThoughTheStreamBelowDoesNotSayWhatItHas() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (int i = 0; i < TEXTS.length(); i++) {
            file.write(packed(TEXTS.substring(i, i + 1)));
        }
        file.write(new byte[1_000]);
        assertThat(new String(unpacked(file.toByteArray()), StandardCharsets.UTF_8))
                .isEqualTo(TEXTS);
    }

    @Test
    void aFileThatIsCutAnywhereIsRefused() throws IOException {
        byte[] file = packed(TEXTS);
        for (int length = 0; length < file.length; length++) {
            assertRefused(Arrays.copyOf(file, length), ": the gzip file ends too early" + AGAIN);
        }
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        byte[] file = packed(TEXTS);
        assertRefused(
                changed(file, file.length - 8),
                ": the gzip file is damaged (its checksum is that of another content)" + AGAIN);
        assertRefused(
                changed(file, file.length - 1),
                ": the gzip file is damaged (its length is that of another content)" + AGAIN);
        assertRefused(changed(file, 2), ": the gzip file is damaged (its header is not known)" + AGAIN);
        assertRefused(Arrays.copyOf(file, 10 + 8), ": the gzip file ends too early" + AGAIN);
        byte[] block = Arrays.copyOf(file, file.length);
        block[10] = 7;
        assertRefused(block, ": the gzip file is damaged (invalid block type)" + AGAIN);
    }

    @Test
    void whatFollowsTheContentIsRefused() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(packed(TEXTS));
        file.write("good\t1\n".getBytes(StandardCharsets.UTF_8));
        assertRefused(
                file.toByteArray(), ": the gzip file is damaged (something else follows the packed content)" + AGAIN);
    }

    @Test
    void aFileThatIsNotPackedIsRefused() throws IOException {
        assertRefused(TEXTS.getBytes(StandardCharsets.UTF_8), ": not a gzip file; pack it, or take .gz from its name");
    }

    @Test
    void badRowsAreRefusedByTheirLineInTheContent() throws IOException {
        assertRefused(
                packed("text\tlabel\na\t1\nb\t\n"),
                ", line 3, column label: the row has no label; give it one or remove the row");
    }

    @Test
    void aSmallFileThatStandsForALongLineIsRefusedBeforeItIsInMemory() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(file)) {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 1_000; i++) {
                out.write(part);
            }
        }
        assertRefused(file.toByteArray(), ", line 1: the line has more than 32000000 bytes; is it a file of lines?");
    }

    @Test
    void theDigestOfAPackedFileIsThatOfItsOwnBytes() throws IOException {
        Path path = Files.write(directory.resolve("a.tsv.gz"), packed(TEXTS));
        Storage storage = new Storage(new Configuration());
        ReadDigests digests = new ReadDigests(storage);
        reader(digests.storage()).read(path.toString(), LabelColumn.REQUIRED);
        assertThat(digests.take(path.toString())).isEqualTo(new ReadDigests(storage).take(path.toString()));
    }

    private static byte[] changed(byte[] file, int at) {
        byte[] changed = file.clone();
        changed[at] ^= 1;
        return changed;
    }

    private static byte[] packed(String content) throws IOException {
        return packed(content.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] packed(byte[] content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(file)) {
            out.write(content);
        }
        return file.toByteArray();
    }

    private static byte[] unpacked(byte[] file) throws IOException {
        ByteArrayInputStream silent = new ByteArrayInputStream(file) {
            @Override
            public synchronized int available() {
                return 0;
            }
        };
        try (GzipInput in = new GzipInput("a.gz", silent)) {
            return in.readAllBytes();
        }
    }

    private void assertRefused(byte[] file, String message) throws IOException {
        Path path = Files.write(directory.resolve("a.tsv.gz"), file);
        assertThatThrownBy(() -> read("a.tsv.gz"))
                .isInstanceOf(InputException.class)
                .hasMessage(path + message);
    }

    private TextTable read(String name) {
        return reader(new Storage(new Configuration())).read(directory + "/" + name, LabelColumn.REQUIRED);
    }

    private static TextReader reader(Storage storage) {
        TextReader parquet = (address, labels, sink) -> {
            throw new AssertionError(address + " is not Parquet");
        };
        return new TextFileReader(storage, parquet, TextRules.usual(new TextLimits(1_000_000, 100)));
    }
}
