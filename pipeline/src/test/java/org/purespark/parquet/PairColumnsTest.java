// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.TextParts;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

/** Which columns make a source one of pairs, in every format. */
class PairColumnsTest {
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.tsv",
                "a.csv",
                "a.jsonl",
                "a.json",
                "a.parquet",
                "a.tsv.gz",
                "a.csv.gz",
                "a.jsonl.gz",
                "a.json.gz"
            })
    void aColumnTextPairMakesPairsInEveryFormat(String name) throws IOException {
        write(
                name,
                List.of("label", "text_pair", "other", "text"),
                List.of("1", "why", "x", "so"),
                List.of("0", "", "y", ""));
        assertThat(read(name).rows())
                .containsExactly(
                        new LabelledText(TextParts.pair("so", "why"), "1", first(name)),
                        new LabelledText(TextParts.pair("", ""), "0", first(name) + 1));
        assertThat(read(name).form()).isEqualTo(TextParts.Form.PAIR);
        assertThat(read(name, "text.pair-column=none").rows())
                .containsExactly(new LabelledText("so", "1", first(name)), new LabelledText("", "0", first(name) + 1));
        assertThat(read(name, "text.pair-column=other").rows().get(0).parts()).isEqualTo(TextParts.pair("so", "x"));
        assertThat(read(name, "text.text-column=other").rows().get(0).parts()).isEqualTo(TextParts.pair("x", "why"));
    }

    @ParameterizedTest
    @CsvSource({
        "sentence1, sentence2",
        "premise, hypothesis",
        "question, sentence",
        "question1, question2",
        "query, passage",
        "text1, text2",
        "sentence, text_pair"
    })
    void usualNamesOfBothMakePairs(String first, String second) throws IOException {
        write("a.csv", List.of(second, "label", first), List.of("b", "1", "a"));
        assertThat(read("a.csv").rows().get(0).parts()).isEqualTo(TextParts.pair("a", "b"));
    }

    @ParameterizedTest
    @CsvSource({"text, hypothesis", "text, sentence2", "sentence, sentence2", "sentences, passage", "sentence, answer"})
    void aTextsColumnBesideTheSecondNameOfAnotherPairIsASingleText(String text, String other) throws IOException {
        write("a.csv", List.of(text, other, "label"), List.of("a", "b", "1"));
        assertThat(read("a.csv").rows()).containsExactly(new LabelledText("a", "1", 2));
    }

    @Test
    void aTextsColumnBesideAnotherPairIsASingleText() throws IOException {
        write("a.csv", List.of("premise", "hypothesis", "text", "label"), List.of("p", "h", "both", "1"));
        assertThat(read("a.csv").rows()).containsExactly(new LabelledText("both", "1", 2));
        assertThat(read("a.csv", "text.text-column=premise", "text.pair-column=hypothesis")
                        .rows()
                        .get(0)
                        .parts())
                .isEqualTo(TextParts.pair("p", "h"));
    }

    @Test
    void aTextsColumnThatIsNamedHasNoUsualPartnerButTextPair() throws IOException {
        write("a.csv", List.of("premise", "hypothesis", "label"), List.of("p", "h", "1"));
        assertThat(read("a.csv", "text.text-column=premise").rows()).containsExactly(new LabelledText("p", "1", 2));
        assertThat(read("a.csv", "text.pair-column=hypothesis").rows().get(0).parts())
                .isEqualTo(TextParts.pair("p", "h"));
    }

    @Test
    void aLabelThatIsNamedIsNoText() throws IOException {
        write("a.csv", List.of("text", "text_pair"), List.of("a", "1"));
        assertThat(read("a.csv", "text.label-column=text_pair").rows()).containsExactly(new LabelledText("a", "1", 2));
    }

    @Test
    void twoPairsOfColumnsAreRefused() throws IOException {
        write(
                "a.csv",
                List.of("premise", "hypothesis", "sentence1", "sentence2", "label"),
                List.of("a", "b", "c", "d", "1"));
        assertRefused(
                "a.csv",
                ", line 1: more than one pair of text columns (sentence1 and sentence2; premise and hypothesis); set"
                        + " text.text-column and text.pair-column to those that are meant");
    }

    @Test
    void aSecondColumnThatIsNamedMustBeThere() throws IOException {
        write("a.csv", List.of("text", "label"), List.of("a", "1"));
        assertRefused(
                "a.csv",
                ", line 1: no column answer, which text.pair-column names; set it to one that is there, or to none for"
                        + " single texts (the columns are: text, label)",
                "text.pair-column=answer");
        write("a.csv", List.of("answer", "label"), List.of("a", "1"));
        assertRefused(
                "a.csv",
                ", line 1: no text column; name it text or sentence or sentences, or set text.text-column to its name"
                        + " (the columns are: answer, label)",
                "text.pair-column=answer");
    }

    @Test
    void namesThatCannotBothBeColumnsAreRefused() {
        for (String other : List.of("text", "label")) {
            assertThatThrownBy(() -> TextRules.of(settings("text.pair-column=a", "text." + other + "-column=a")))
                    .isInstanceOf(InputException.class)
                    .hasMessage("text." + other + "-column and text.pair-column are both a; name two columns");
        }
    }

    @Test
    void aRowWithoutASecondTextIsRefusedByLineAndColumn() throws IOException {
        Files.writeString(
                directory.resolve("a.jsonl"),
                "{\"text\":\"a\",\"text_pair\":\"b\",\"label\":1}\n{\"text\":\"a\",\"label\":1}\n");
        assertRefused(
                "a.jsonl",
                ", line 2, column text_pair: the row has no second text, and the rows before it have one; give each row"
                        + " one, or read single texts with text.pair-column=none");
        assertThat(read("a.jsonl", "text.pair-column=none").size()).isEqualTo(2);
        Files.writeString(
                directory.resolve("b.jsonl"),
                "{\"text\":\"a\",\"label\":1}\n{\"text\":\"a\",\"text_pair\":\"b\",\"label\":1}\n");
        assertRefused(
                "b.jsonl",
                ", line 2: the row has a second text, and the rows before it have none; give each row one, or read"
                        + " single texts with text.pair-column=none");
        Files.writeString(directory.resolve("c.json"), "[{\"text\":\"a\",\"text_pair\":null,\"label\":1}]");
        assertRefused("c.json", ", row 1, column text_pair: a JSON null where a string is expected");
        Files.writeString(directory.resolve("d.tsv"), "text\ttext_pair\tlabel\na\t1\n");
        assertRefused(
                "d.tsv",
                ", line 2: column label is missing, the row has 2 and the header 3 (text, text_pair, label); separate"
                        + " the columns with one tab each; a text that holds a tab needs CSV or JSON lines");
        writeParquet("e.parquet", List.of("text", "text_pair", "label"), List.of(List.of("a", "NULL", "1")));
        assertRefused(
                "e.parquet",
                ", row 1, column text_pair: the text is null; an empty text is written as an empty string");
    }

    @Test
    void filesOfOneDirectoryAllHavePairsOrNoneHas() throws IOException {
        Files.createDirectory(directory.resolve("d"));
        writeParquet("d/1.parquet", List.of("text", "text_pair", "label"), List.of(List.of("a", "b", "1")));
        writeParquet("d/2.parquet", List.of("text", "label"), List.of(List.of("a", "1")));
        assertRefused(
                "d",
                ", row 2: the row has no second text, and the rows before it have one; give each row one, or read"
                        + " single texts with text.pair-column=none");
    }

    private static int first(String name) {
        return name.endsWith("l") || name.endsWith("l.gz") || name.contains(".json") || name.endsWith(".parquet")
                ? 1
                : 2;
    }

    @SafeVarargs
    private void write(String name, List<String> columns, List<String>... rows) throws IOException {
        if (name.endsWith(".parquet")) {
            writeParquet(name, columns, List.of(rows));
            return;
        }
        boolean json = name.contains(".json");
        String delimiter = name.contains(".tsv") ? "\t" : ",";
        StringBuilder content = new StringBuilder(json ? "" : String.join(delimiter, columns) + "\n");
        for (List<String> row : rows) {
            if (json) {
                content.append(content.length() == 0 ? "" : name.contains(".jsonl") ? "\n" : ",");
                for (int i = 0; i < columns.size(); i++) {
                    content.append(i == 0 ? "{" : ",").append("\"" + columns.get(i) + "\":\"" + row.get(i) + "\"");
                }
                content.append('}');
            } else {
                content.append(String.join(delimiter, row)).append('\n');
            }
        }
        String text = json && !name.contains(".jsonl") ? "[" + content + "]" : content.toString();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (name.endsWith(".gz")) {
            try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(name)))) {
                out.write(bytes);
            }
        } else {
            Files.write(directory.resolve(name), bytes);
        }
    }

    /** {@code NULL} stands for no value. */
    private void writeParquet(String name, List<String> columns, List<List<String>> rows) throws IOException {
        MessageType schema = new MessageType(
                "rows",
                columns.stream()
                        .map(column -> (org.apache.parquet.schema.Type)
                                Types.optional(BINARY).as(stringType()).named(column))
                        .toList());
        Files.write(directory.resolve(name), ParquetFile.write(schema, rows.iterator(), (row, values) -> {
            for (int i = 0; i < values.size(); i++) {
                if (!values.get(i).equals("NULL")) {
                    row.add(i, values.get(i));
                }
            }
        }));
    }

    private TextTable read(String name, String... settings) {
        return ParquetTexts.andTextFiles(STORAGE, TextRules.of(settings(settings)))
                .read(directory + "/" + name, LabelColumn.REQUIRED);
    }

    private void assertRefused(String name, String message, String... settings) {
        assertThatThrownBy(() -> read(name, settings))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + message);
    }

    private static Settings settings(String... flags) {
        return new SettingsLoader(STORAGE).load(null, List.of(flags)).settings();
    }
}
