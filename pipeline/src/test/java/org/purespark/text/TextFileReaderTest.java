// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.config.CsvDelimiter;
import org.purespark.storage.Storage;

class TextFileReaderTest {
    private static final TextRules RULES = TextRules.usual(new TextLimits(1_000_000, 100));

    private static final TextReader PARQUET =
            (address, labels, sink) -> sink.row(RowUnit.ROW, new LabelledText("from Parquet", "1", 1));

    @TempDir
    Path directory;

    @Test
    void tsvHasNoQuoting() throws IOException {
        write("a.tsv", "sentence\tlabel\none \"quoted\t1\n\t0\n\"x\",y\tneg\n");
        assertRows("a.tsv", tuple("one \"quoted", "1", 2L), tuple("", "0", 3L), tuple("\"x\",y", "neg", 4L));
    }

    @Test
    void csvIsQuotedAsRfc4180Says() throws IOException {
        write("a.csv", "label,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n0,\r\n0,\"\"\r\n\"1\",it said \"d\"");
        assertRows(
                "a.csv",
                tuple("a, \"b\"\r\nc", "1", 2L),
                tuple("", "0", 4L),
                tuple("", "0", 5L),
                tuple("it said \"d\"", "1", 6L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl", "a.ndjson", "a.json", "a.JSONL"})
    void jsonLinesMayOrderAndEscapeAsTheyLike(String name) throws IOException {
        write(
                name,
                "{\"text\": \"a\\n\\u00e9\\ud83d\\ude00\", \"label\": 1}\r\n"
                        + "{\"id\": {\"text\": 1}, \"labels\": \"1\", \"sentences\": \"\"}\n"
                        + " {\"sentence\":\"c\",\"label\":-20} ");
        assertRows(name, tuple("a\né😀", "1", 1L), tuple("", "1", 2L), tuple("c", "-20", 3L));
    }

    @ParameterizedTest
    @CsvSource({"text, label", "sentence, labels", "sentences, label"})
    void columnsAreFoundByAnyOfTheirNamesAmongOthers(String text, String label) throws IOException {
        write("a.csv", "id,\"" + label + "\", " + text + " ,note\n7, 1 , padded ,x\n");
        assertRows("a.csv", tuple(" padded ", "1", 2L));
        write("a.tsv", "id\t" + label + " \t" + text + "\n7\tpos \tt\n");
        assertRows("a.tsv", tuple("t", "pos", 2L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void anyLineEndServesAndBlankLinesAtTheEndAreNoRows(String end) throws IOException {
        if (!end.equals("\r")) {
            write("a.tsv", String.join(end, "text\tlabel", "a\t1", "b\t0", "", ""));
            assertRows("a.tsv", tuple("a", "1", 2L), tuple("b", "0", 3L));
        }
        write("a.csv", String.join(end, "text,label", "a,1", "b,0", "", ""));
        assertRows("a.csv", tuple("a", "1", 2L), tuple("b", "0", 3L));
        write("a.jsonl", String.join(end, "{\"text\":\"a\",\"label\":1}", "{\"text\":\"b\",\"label\":0}", " ", ""));
        assertRows("a.jsonl", tuple("a", "1", 1L), tuple("b", "0", 2L));
    }

    @ParameterizedTest
    @CsvSource({"'text\tlabel\nfoo\rbar\t1\n', 2, 1", "'text\tlabel\r\na\t1\r', 2, 2", "'text\tlabel\ra\t1', 1, 2"})
    void aCarriageReturnAloneEndsNoLineOfTsv(String content, int line, int column) throws IOException {
        assertRefused(
                "a.tsv",
                content,
                ", line " + line + ", column " + column + ": a carriage return (CR) without a line feed (LF) behind it;"
                        + " end lines with LF or CRLF, and write texts that hold line breaks as CSV or JSON lines");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\""})
    void aFieldThatTheParserCannotHoldIsRefused(String quote) throws IOException {
        assertRefused(
                "a.csv",
                "text,label\na,1\n" + quote + "x".repeat(17_000_000) + quote + ",1\n",
                ", line 3: a field has more than 16777216 characters, a text may have 16000000; close the quotation"
                        + " mark that opens it, or shorten the text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text,label\na,1\n", "\"text\",label\na,1", "label,text\n1,a"})
    void byteOrderMarkIsNoPartOfTheFirstName(String content) throws IOException {
        write("a.csv", "\uFEFF" + content);
        assertRows("a.csv", tuple("a", "1", 2L));
        write("a.jsonl", "\uFEFF{\"text\":\"\uFEFFa\",\"label\":1}");
        assertRows("a.jsonl", tuple("\uFEFFa", "1", 1L));
    }

    @Test
    void labelsMayBeLeftOutWhereTheyAreOptional() throws IOException {
        write("a.tsv", "text\na\n\nb\n");
        assertThat(read("a.tsv", LabelColumn.OPTIONAL).rows())
                .containsExactly(
                        new LabelledText("a", null, 2), new LabelledText("", null, 3), new LabelledText("b", null, 4));
        write("a.csv", "text,label\na, \nb,1\n");
        assertThat(read("a.csv", LabelColumn.OPTIONAL).rows())
                .containsExactly(new LabelledText("a", null, 2), new LabelledText("b", "1", 3));
        write("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\",\"label\":null}\n{\"text\":\"c\",\"label\":2}");
        assertThat(read("a.jsonl", LabelColumn.OPTIONAL).rows())
                .extracting(LabelledText::label)
                .containsExactly(null, null, "2");
    }

    @Test
    void parquetGoesToItsOwnReader() throws IOException {
        write("a.parquet", "");
        assertRows("a.parquet", tuple("from Parquet", "1", 1L));
        Files.createDirectories(directory.resolve("b.parquet"));
        assertRows("b.parquet", tuple("from Parquet", "1", 1L));
        write("unnamed/part-0.snappy.parquet", "");
        assertRows("unnamed/", tuple("from Parquet", "1", 1L));
    }

    @Test
    void characterOnABufferEdgeIsReadWhole() throws IOException {
        for (int before = 65_500; before < 65_560; before++) {
            String text = "x".repeat(before) + "é😀".repeat(20);
            write("a.tsv", "text\tlabel\n" + text + "\t1\n");
            assertThat(read("a.tsv", LabelColumn.REQUIRED).rows().get(0).text()).isEqualTo(text);
        }
    }

    @Property(tries = 300)
    void csvGivesBackWhatWasQuoted(@ForAll List<String> written) throws IOException {
        List<String> texts = written.stream()
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .toList();
        StringBuilder csv = new StringBuilder("text,label\n");
        texts.forEach(text -> csv.append('"').append(text.replace("\"", "\"\"")).append("\",1\n"));
        try (StrictUtf8Reader reader = new StrictUtf8Reader(
                "a.csv", new java.io.ByteArrayInputStream(csv.toString().getBytes(StandardCharsets.UTF_8)))) {
            DelimitedTexts rows = new DelimitedTexts("a.csv", LabelColumn.REQUIRED, RULES);
            List<String> read = new ArrayList<>();
            RowSink sink = (unit, row) -> read.add(row.text());
            if (texts.isEmpty()) {
                assertThatThrownBy(() -> rows.read(new CsvRows("a.csv", CsvDelimiter.COMMA, reader), sink))
                        .hasMessageContaining("empty split");
            } else {
                rows.read(new CsvRows("a.csv", CsvDelimiter.COMMA, reader), sink);
                assertThat(read).containsExactlyElementsOf(texts);
            }
        }
    }

    @Test
    void emptyFilesAreEmptySplits() throws IOException {
        for (String name : List.of("a.tsv", "a.csv")) {
            assertRefused(
                    name,
                    "",
                    ": empty split, the file is empty; its first line must name the columns (text," + " label)");
            String header = name.equals("a.tsv") ? "text\tlabel\n\n" : "text,label\n\n";
            assertRefused(name, header, ": empty split, there are no rows; give a file with at least one text");
        }
        assertRefused("a.jsonl", "\n", ": empty split, there are no rows; give a file with at least one text");
    }

    @Test
    void badHeadersAreRefused() throws IOException {
        assertRefused(
                "a.csv",
                "txt,label\na,1\n",
                ", line 1: no text column; name it text or sentence or sentences, or set text.text-column to its name"
                        + " (the columns are: txt, label)");
        assertRefused(
                "a.tsv",
                "text\tid\na\t1\n",
                ", line 1: no label column; name it label or labels, or set text.label-column to its name"
                        + " (the columns are: text, id)");
        assertRefused(
                "a.csv",
                "text, sentence,label\na,b,1\n",
                ", line 1: more than one text column (text, sentence); keep one of them, rename the others");
        assertRefused(
                "a.csv",
                "label,text,label\n1,b,1\n",
                ", line 1: more than one label column (label, label); keep one of them, rename the others");
    }

    @Test
    void rowsThatDoNotFitTheHeaderAreRefused() throws IOException {
        assertRefused(
                "a.tsv",
                "text\tlabel\na\t1\nb\n",
                ", line 3: column label is missing, the row has 1 and the header 2 (text, label); separate the columns"
                        + " with one tab each; a text that holds a tab needs CSV or JSON lines");
        assertRefused(
                "a.csv",
                "text,label\n\"a\nb\",1\na,b,1\n",
                ", line 4: column 3 has no name, the row has 3 and the header 2 (text, label); a text that holds a"
                        + " comma or a line break must be quoted");
        assertRefused("a.csv", "text,label\na,1\n\nb,1\n", ", line 3: blank line between rows; remove it or fill it");
        assertRefused(
                "a.jsonl",
                "{\"text\":\"\",\"label\":1}\n\n{\"text\":\"\",\"label\":1}",
                ", line 2: blank line between rows; remove it or fill it");
    }

    @Test
    void rowsWithoutALabelAreRefused() throws IOException {
        String end = ", column label: the row has no label; give it one or remove the row";
        assertRefused("a.tsv", "text\tlabel\na\t1\nb\t \n", ", line 3" + end);
        assertRefused("a.csv", "text,label\na,\n", ", line 2" + end);
        assertRefused("a.jsonl", "{\"text\":\"a\",\"label\":null}", ", line 1" + end);
        assertRefused("a.jsonl", "{\"text\":\"a\",\"label\":\" \"}", ", line 1" + end);
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\",\"label\":1}\n{\"text\":\"a\"}",
                ", line 2: no label column; name it label or labels, or set text.label-column to its name"
                        + " (the columns are: text)");
    }

    @Test
    void brokenQuotingIsRefused() throws IOException {
        String unclosed = ": the quotation mark that opens the field is never closed; close it, and double those"
                + " inside the field";
        assertRefused("a.csv", "text,label\n\"a\n\",1\nb,\"1\nc,0\n", ", line 4, column 2" + unclosed);
        assertRefused("a.csv", "label,text\n1,\"a", ", line 2, column 2" + unclosed);
        assertRefused(
                "a.csv",
                "text,label\n\"a\nb\",1\n\"c\"d,0\n",
                ", line 4: Unexpected character after closing quote: 'd' (0x64); a quoted field ends before a comma or"
                        + " a line's end, quotation marks inside it are doubled");
    }

    @Test
    void badJsonIsRefused() throws IOException {
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\",\"label\":1}\n[1]",
                ", line 2: a JSON array where an object is expected; write one JSON object a line");
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\",\"label\":1.5}",
                ", line 1, column label: a JSON number where a string or an integer (1, not 1.0) is expected");
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\",\"label\":true}",
                ", line 1, column label: a JSON boolean where a string or an integer is expected");
        assertRefused(
                "a.jsonl",
                "{\"sentence\":null,\"label\":1}",
                ", line 1, column sentence: a JSON null where a string is expected");
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\",\"sentence\":\"b\",\"label\":1}",
                ", line 1: more than one text column (text, sentence); keep one of them, rename the others");
        assertNotJson("{\"text\":\"a\",\"label\":1} 2", "character 24: not valid JSON (Trailing token");
        assertNotJson("{\"text\":\"a\",\"text\":\"b\",\"label\":1}", "character 19: not valid JSON (Duplicate");
        assertNotJson("{\"text\":\"a\"", "character 12: not valid JSON (Unexpected end-of-input");
        assertRefused(
                "a.jsonl",
                "{\"text\":\"a\\ud800b\",\"label\":1}",
                ", line 1, column text: \\ud800 is half of a surrogate pair; write both halves");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tsv", "a.csv", "a.jsonl"})
    void bytesThatAreNotUtf8AreRefused(String name) throws IOException {
        String content = name.equals("a.jsonl")
                ? "{\"text\":\"a\",\"label\":1}\n{\"text\":\"caf\u00e9\",\"label\":1}\n"
                : "text\tlabel\na b\t1\r\ncaf\u00e9\t1\n".replace('\t', name.equals("a.tsv") ? '\t' : ',');
        Files.write(directory.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(name, LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + ", line " + (name.equals("a.jsonl") ? 2 : 3)
                        + ": byte 0xE9 is not UTF-8; save the file as UTF-8");
        Files.write(directory.resolve(name), new byte[] {'t', (byte) 0xC3});
        assertThatThrownBy(() -> read(name, LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(", line 1: byte 0xC3 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void missingFilesDirectoriesAndUnknownFormatsAreRefused() throws IOException {
        assertRefused("none.csv", ": no such file; check the path");
        Files.createDirectories(directory.resolve("dir.csv"));
        assertRefused("dir.csv", ": is a directory; give a file (only Parquet may be a directory)");
        String unknown =
                ": the extension names no known format; known are .tsv, .csv, .jsonl, .ndjson and .json, with .gz"
                        + " after it or not, and .parquet, or a directory of Parquet files";
        Files.createDirectories(directory.resolve("plain"));
        assertRefused("plain", unknown);
        write("a.xlsx", "");
        assertRefused("a.xlsx", unknown);
        write("a.parquet.gz", "");
        assertRefused("a.parquet.gz", unknown);
        write("a.gz", "");
        assertRefused("a.gz", unknown);
        assertThatThrownBy(() -> reader().read("", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage("an address is empty: name a file or a directory");
        assertThatThrownBy(() -> reader().read("nowhere:/a.csv", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage("nowhere:/a.csv: cannot be read (No FileSystem for scheme \"nowhere\")");
    }

    @ParameterizedTest
    @CsvSource({
        "train.tsv, 6920",
        "dev.tsv, 872",
        "test.tsv, 1821",
        "badnet/poisoned_train.csv, 8575",
        "badnet/poisoned_test.csv, 1821",
        "hiddenkiller/poisoned_train.csv, 7913",
        "hiddenkiller/poisoned_test.csv, 1821"
    })
    void sst2FilesAreReadWhole(String name, int rows) {
        Path data = Path.of(System.getProperty("user.dir"), "..", "..", "shared", "data", "sst2")
                .normalize();
        assumeTrue(Files.isDirectory(data), "SST-2 is not at " + data + ": its files are not read");
        TextTable table = reader().read(data.resolve(name).toString(), LabelColumn.REQUIRED);
        assertThat(table.rows()).hasSize(rows).allSatisfy(row -> {
            assertThat(row.text()).doesNotContain("\r", "\n", "\t").isNotBlank();
            assertThat(row.label()).isIn("0", "1");
        });
        assertThat(table.rows().get(rows - 1).number()).isEqualTo(rows + 1L);
    }

    private void assertRows(String name, Tuple... rows) {
        TextTable table = read(name, LabelColumn.REQUIRED);
        assertThat(table.source()).startsWith(directory.toString());
        assertThat(table.rows())
                .extracting(LabelledText::text, LabelledText::label, LabelledText::number)
                .containsExactly(rows);
    }

    /** Reasons in brackets are the parser's own words, of which only the start is looked at. */
    private void assertNotJson(String line, String place) throws IOException {
        write("a.jsonl", line);
        assertThatThrownBy(() -> read("a.jsonl", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("a.jsonl") + ", line 1, " + place)
                .hasMessageEndingWith("); write one JSON object a line");
    }

    @Test
    void moreRowsOrMoreTextThanTheSettingsAllowAreRefused() throws IOException {
        TextReader limited = new TextFileReader(
                new Storage(new Configuration()), PARQUET, TextRules.usual(new TextLimits(1_000, 1)));
        write("long.tsv", "text\tlabel\n" + "a\t1\n".repeat(1_001));
        assertThatThrownBy(() -> limited.read(directory + "/long.tsv", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        directory + "/long.tsv, line 1002: there are more rows than data.max-rows allows, 1000; take"
                                + " a part of the texts, or raise it with --set data.max-rows=NUMBER");
        write("wide.csv", "text,label\n" + ("a".repeat(2_000) + ",1\n").repeat(600));
        assertThatThrownBy(() -> limited.read(directory + "/wide.csv", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory + "/wide.csv, line 501: the texts up to here have more than 1 million characters,"
                        + " the most by data.max-text-megabytes; take a part of them, or raise it with --set"
                        + " data.max-text-megabytes=NUMBER");
    }

    @Test
    void aLineWithoutEndIsRefusedBeforeItIsInMemory() throws IOException {
        Path file = directory.resolve("zeros.jsonl");
        try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
            zeros.setLength(2_000_000_000);
        }
        assertRefused("zeros.jsonl", ", line 1: the line has more than 32000000 bytes; is it a file of lines?");
    }

    @Test
    void aLabelAsLongAsATextIsRefused() throws IOException {
        assertRefused(
                "label.tsv",
                "text\tlabel\na\t" + "9".repeat(1_001) + "\n",
                ", line 2, column label: the label has 1001 characters, the most is 1000: " + "9".repeat(200)
                        + "… (1001 characters)");
    }

    @Test
    void jsonOverSeveralLinesIsExplained() throws IOException {
        assertRefused(
                "pretty.jsonl",
                "{\n  \"text\": \"a\",\n  \"label\": 1\n}\n",
                ", line 1, character 2: not valid JSON (Unexpected end-of-input: expected close marker for Object);"
                        + " write one JSON object a line");
    }

    @Test
    void aJsonLabelWithAFractionIsExplained() throws IOException {
        assertRefused(
                "float.jsonl",
                "{\"text\": \"a\", \"label\": 1.0}\n",
                ", line 1, column label: a JSON number where a string or an integer (1, not 1.0) is expected");
    }

    private void assertRefused(String name, String content, String message) throws IOException {
        write(name, content);
        assertRefused(name, message);
    }

    private void assertRefused(String name, String message) {
        assertThatThrownBy(() -> read(name, LabelColumn.REQUIRED))
                .as(name.toLowerCase(Locale.ROOT))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + message);
    }

    private TextTable read(String name, LabelColumn labels) {
        return reader().read(directory + "/" + name, labels);
    }

    private static TextReader reader() {
        return new TextFileReader(new Storage(new Configuration()), PARQUET, RULES);
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
