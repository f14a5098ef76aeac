// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.fuzz.MemoryFiles;
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.TextLimits;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

/** Parquet files that ask for more than they hold. */
class HostileParquetTest {
    private static final String ADDRESS = MemoryFiles.address("/a.parquet");
    private static final String UNREADABLE = ADDRESS + ": cannot be read as Parquet (";
    private static final byte[] SCHEMA_LIST = {0x29, (byte) 0xfc};
    private static final byte[] GROUP_OF_ONE = {0x48, 1, 'a', 0x15, 2, 0};

    private final Configuration configuration = MemoryFiles.configuration();

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "gzip", "zstd", "none", "v2"})
    void filesOfAnyCodecAreRead(String name) throws IOException {
        put(seed("ParquetTexts", "arrow-" + name));
        TextTable table = new ParquetTexts(new Storage(configuration), TextRules.usual(new TextLimits(5, 1)))
                .read(ADDRESS, LabelColumn.REQUIRED);
        assertThat(table.rows().stream().map(LabelledText::text))
                .containsExactly("a good film", "bad", "a good film", "ñ 😀", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta-byte-array", "delta-length-byte-array"})
    void deltaEncodedFilesAreRead(String name) throws IOException {
        put(seed("ParquetTexts", "arrow-" + name));
        TextTable table = new ParquetTexts(new Storage(configuration), TextRules.usual(new TextLimits(5, 1)))
                .read(ADDRESS, LabelColumn.REQUIRED);
        assertThat(table.rows().stream().map(LabelledText::text)).containsExactly("a good film", "a good one", "bad");
        assertThat(table.rows().stream().map(LabelledText::label)).containsExactly("100", "101", "102");
    }

    @ParameterizedTest
    @CsvSource({"dictionary-value-1.6-gb, 1627389952", "dictionary-value-537-mb, 536870912"})
    void aValueOfADictionaryLiesInItsPage(String file, int bytes) throws IOException {
        assertTextsRefused(seed("ParquetTexts", file), "a dictionary has a value of " + bytes + " bytes, with 0 left)");
    }

    @Test
    void aPageHasNoMoreDeltaEncodedValuesThanItSays() throws IOException {
        byte[] file = seed("ParquetTexts", "arrow-delta-length-byte-array");
        String bytes = new String(file, StandardCharsets.ISO_8859_1);
        file[bytes.indexOf("\u0080\u0001\u0004\u0003") + 3] = 127;
        assertTextsRefused(file, "a page of 3 values says it has 127 delta-encoded ones; the most is 4000000)");
    }

    @Test
    void aLengthInTheFooterIsNoMoreThanTheBytesLeft() throws IOException {
        byte[] list = {0x29, (byte) 0xfc, -1, -1, -1, -1, 7, 0, 0};
        assertTextsRefused(withFooter(list), "it is damaged: a length in it is 2147483647, with 2 bytes left)");
        assertTextsRefused(withFooter(new byte[] {0x29}), "it is damaged: it ends within a value)");
        assertTextsRefused(withFooter(new byte[] {0x1d}), "it is damaged: it has a value of type 13)");
        assertTextsRefused(
                withFooter("\u001c".repeat(20).getBytes(StandardCharsets.ISO_8859_1)),
                "it is damaged: it is nested deeper than 16 levels)");
    }

    /** The library reads the list as what it should be, so a length may be found in the middle of a number. */
    @Test
    void aListInTheFooterHoldsWhatItShould() throws IOException {
        put(seed("ParquetTrees", "footer-of-another-kind"));
        assertThatThrownBy(() -> new ParquetTrees(new Storage(configuration)).read(ADDRESS))
                .isInstanceOf(InputException.class)
                .hasMessage(UNREADABLE + "it is damaged: it has a list of type 8 in the place of 12)");
    }

    @Test
    void aPageLiesInItsColumn() throws IOException {
        put(seed("ParquetTrees", "last-page-beyond-its-column"));
        assertThatThrownBy(() -> new ParquetTrees(new Storage(configuration)).read(ADDRESS))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        UNREADABLE + "a page says it has 15 bytes and 20000 values; it does not fit into its column)");
    }

    @Test
    void aColumnLiesInTheFile() throws IOException {
        put(seed("ParquetTexts", "column-beyond-the-file"));
        ParquetTexts texts = new ParquetTexts(new Storage(configuration), TextRules.usual(new TextLimits(1_000, 1)));
        assertThatThrownBy(() -> texts.read(ADDRESS, LabelColumn.OPTIONAL))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(".*\\(a column has [0-9]+ bytes from byte [0-9]+ on, the file has 438\\)");
    }

    @Test
    void codecsThatCannotBeBoundedAreRefused() throws IOException {
        put(seed("ParquetTrees", "lz4"));
        assertThatThrownBy(() -> new ParquetTrees(new Storage(configuration)).read(ADDRESS))
                .isInstanceOf(InputException.class)
                .hasMessage(UNREADABLE + "it is packed by LZ4; write it with SNAPPY, GZIP, ZSTD or LZ4_RAW)");
    }

    @Test
    void aCodecWithoutALibraryIsRefused() throws IOException {
        assertTextsRefused(
                seed("ParquetTexts", "arrow-brotli"),
                "it is packed by BROTLI; write it with SNAPPY, GZIP, ZSTD or LZ4_RAW)");
    }

    @Test
    void aSchemaIsNotDeep() throws IOException {
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        footer.writeBytes(SCHEMA_LIST);
        footer.write(40);
        for (int level = 0; level < 40; level++) {
            footer.writeBytes(GROUP_OF_ONE);
        }
        footer.write(0);
        assertTextsRefused(withFooter(footer.toByteArray()), "its schema is nested deeper than 32 levels)");
    }

    @Test
    void aManifestHasALimitedNumberOfValues() throws IOException {
        put(seed("ParquetTrees", "arrow-600000-rows"));
        assertThatThrownBy(() -> new ParquetTrees(new Storage(configuration)).read(ADDRESS))
                .isInstanceOf(InputException.class)
                .hasMessage(ADDRESS + ": it holds more than 200000 values or 64000000 characters; make several of it");
    }

    private void assertTextsRefused(byte[] file, String reason) throws IOException {
        put(file);
        ParquetTexts texts = new ParquetTexts(new Storage(configuration), TextRules.usual(new TextLimits(1_000, 1)));
        assertThatThrownBy(() -> texts.read(ADDRESS, LabelColumn.OPTIONAL))
                .isInstanceOf(InputException.class)
                .hasMessage(UNREADABLE + reason);
    }

    private void put(byte[] file) throws IOException {
        MemoryFiles.of(configuration).put("/a.parquet", file);
    }

    private static byte[] withFooter(byte[] footer) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(footer);
        file.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        file.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        return file.toByteArray();
    }

    private static byte[] seed(String reader, String name) throws IOException {
        try (InputStream in =
                HostileParquetTest.class.getResourceAsStream(reader + "FuzzTestInputs/readsOrRefuses/" + name)) {
            return in.readAllBytes();
        }
    }
}
