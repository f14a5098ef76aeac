// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class JsonArrayTextsTest {
    private static final TextRules RULES = TextRules.usual(new TextLimits(10_000_000, 1_000));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF", " \n\t"})
    void elementsAreRowsAndOtherMembersAreLeftOut(String start) throws IOException {
        write(start
                + "[{\"text\": \"a\\n\\u00e9\\ud83d\\ude00\", \"label\": 1},\n\n"
                + " {\"id\": [{\"text\": 1}, [2]], \"labels\":"
                + " \"1\", \"sentences\": \"\"}\n, {\"sentence\":\"c\",\"label\":-20}]\n\n");
        TextTable table = read(LabelColumn.REQUIRED);
        assertThat(table.rows())
                .extracting(LabelledText::text, LabelledText::label, LabelledText::number)
                .containsExactly(tuple("a\né😀", "1", 1L), tuple("", "1", 2L), tuple("c", "-20", 3L));
        assertThat(table.unit()).isEqualTo(RowUnit.ROW);
    }

    @Test
    void labelsMayBeLeftOutWhereTheyAreOptional() throws IOException {
        write("[{\"text\":\"a\"},{\"text\":\"b\",\"label\":null},{\"text\":\"c\",\"label\":2}]");
        assertThat(read(LabelColumn.OPTIONAL).rows())
                .extracting(LabelledText::label)
                .containsExactly(null, null, "2");
    }

    @Test
    void badElementsAreRefusedByTheirRow() throws IOException {
        String good = "[\n{\"text\":\"a\",\"label\":1},\n";
        assertRefused(
                good + "{\"text\":\"b\"}]",
                ", row 2: no label column; name it label or labels, or set"
                        + " text.label-column to its name (the columns are: text)");
        assertRefused(
                good + "{\"text\":1,\"label\":1}]",
                ", row 2, column text: a JSON number where a string is" + " expected");
        assertRefused(
                good + "{\"text\":\"b\",\"label\":1.0}]",
                ", row 2, column label: a JSON number where a string" + " or an integer (1, not 1.0) is expected");
        assertRefused(
                good + "{\"text\":\"b\",\"label\":\" \"}]",
                ", row 2, column label: the row has no label; give" + " it one or remove the row");
        assertRefused(
                good + "{\"text\":\"\\ud800\",\"label\":1}]",
                ", row 2, column text: \\ud800 is half of a" + " surrogate pair; write both halves");
        String object = " where an object is expected; write one array of JSON objects";
        assertRefused(good + "[1]]", ", row 2: a JSON array" + object);
        assertRefused(good + "\"b\"]", ", row 2: a JSON string" + object);
        assertRefused(good + "1.5]", ", row 2: a JSON number" + object);
        assertRefused(good + "true]", ", row 2: a JSON boolean" + object);
        assertRefused(good + "null]", ", row 2: a JSON null" + object);
    }

    @Test
    void whatIsNotOneArrayIsRefusedByItsPlace() throws IOException {
        String one = "[\n{\"text\":\"a\",\"label\":1}\n";
        String advice = "; write one array of JSON objects";
        assertRefused(one + "] {}", ", line 3, character 3: something follows the end of the array" + advice);
        assertRefused(one + "]\n[]", ", line 4, character 1: something follows the end of the array" + advice);
        assertNotJson(one + "] x", ", line 3, character 3: not valid JSON (Unrecognized token 'x'");
        assertNotJson(
                one + "{\"text\":\"b\",\"label\":1}]",
                ", line 3, character 1: not valid JSON (Unexpected character"
                        + " ('{' (code 123)): was expecting comma to separate Array entries)");
        assertNotJson(one + ",]", ", line 3, character 2: not valid JSON (Unexpected character (']'");
        assertNotJson(
                one,
                ", line 3, character 1: not valid JSON (Unexpected end-of-input: expected close marker for"
                        + " Array)");
        assertNotJson(
                "[{\"text\":\"a\",\"text\":\"b\",\"label\":1}]",
                ", line 1, character 20: not valid JSON (Duplicate field 'text'");
        assertNotJson("[" + "{\"text\":[".repeat(2_000), ", row 1: not valid JSON (Document nesting depth (1001)");
        assertRefused("[ ]", ": empty split, there are no rows; give a file with at least one text");
        assertRefused(" \n", ": empty split, there are no rows; give a file with at least one text");
        assertRefused(
                "{\"data\": [{\"text\":\"a\",\"label\":1}]}",
                ", line 1: no text column; name it text or sentence"
                        + " or sentences, or set text.text-column to its name (the columns are: data)");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedByTheirLine() throws IOException {
        Files.write(
                directory.resolve("a.json"),
                "[{\"text\":\"a\",\"label\":1},\n{\"text\":\"caf\u00e9\",\"label\":1}]"
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve("a.json") + ", line 2: byte 0xE9 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void anArrayOnOneLineMayBeLongerThanALine() throws IOException {
        int[] rows = new int[1];
        String padding = "x".repeat(1_000);
        readParts(
                IntStream.range(0, 50_000)
                        .mapToObj(i -> (i == 0 ? "[" : ",") + "{\"text\":\"" + i + "\",\"name " + i + "\":\"" + padding
                                + "\",\"label\":1}")
                        .iterator(),
                (unit, row) -> assertThat(row.text()).isEqualTo(String.valueOf(rows[0]++)));
        assertThat(rows[0]).isEqualTo(50_000);
    }

    @Test
    void anElementWithoutEndIsRefusedBeforeItIsInMemory() {
        String part = " ".repeat(1 << 20);
        assertThatThrownBy(() -> readParts(
                        IntStream.range(0, 1_000)
                                .mapToObj(i -> i == 0 ? "[{\"text\":\"a\",\"label\":1}," : part)
                                .iterator(),
                        (unit, row) -> {}))
                .isInstanceOf(InputException.class)
                .hasMessage("a.json, row 2: the element has more than 32000000 bytes; is it an array of texts?");
    }

    /** The parts, then the array's end. */
    private static void readParts(Iterator<String> parts, RowSink sink) throws IOException {
        Enumeration<InputStream> streams = new Enumeration<>() {
            private boolean ended;

            @Override
            public boolean hasMoreElements() {
                return !ended;
            }

            @Override
            public InputStream nextElement() {
                ended = !parts.hasNext();
                return new ByteArrayInputStream((ended ? "]" : parts.next()).getBytes(StandardCharsets.UTF_8));
            }
        };
        try (StrictUtf8Reader reader = new StrictUtf8Reader("a.json", new SequenceInputStream(streams))) {
            new JsonArrayTexts("a.json", LabelColumn.REQUIRED, RULES).read(reader, reader, sink);
        }
    }

    private void write(String content) throws IOException {
        Files.writeString(directory.resolve("a.json"), content);
    }

    private TextTable read(LabelColumn labels) {
        TextReader parquet = (address, wanted, sink) -> {
            throw new AssertionError(address + " is not Parquet");
        };
        return new TextFileReader(new Storage(new Configuration()), parquet, RULES).read(directory + "/a.json", labels);
    }

    private void assertRefused(String content, String message) throws IOException {
        write(content);
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve("a.json") + message);
    }

    /** Reasons in brackets are the parser's own words, of which only the start is looked at. */
    private void assertNotJson(String content, String start) throws IOException {
        write(content);
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("a.json") + start)
                .hasMessageEndingWith("); write one array of JSON objects");
    }
}
