// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.storage.Storage;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelNames;
import org.purespark.text.LabelledText;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

/** Labels that are sets of names or scores, in files of text; those in Parquet have a test beside their writer. */
class LabelFormsTest {
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    Path directory;

    private List<String> labels(LabelForm form, String name, String content, String... settings) throws IOException {
        return table(new LabelCells(form, List.of("toxic", "spam")), name, content, settings).rows().stream()
                .map(LabelledText::label)
                .toList();
    }

    private TextTable table(LabelCells cells, String name, String content, String... settings) throws IOException {
        Files.writeString(directory.resolve(name), content);
        Settings all = new SettingsLoader(STORAGE).load(null, List.of(settings)).settings();
        return ParquetTexts.andTextFiles(STORAGE, TextRules.of(all, cells))
                .read(directory.resolve(name).toString(), LabelColumn.REQUIRED);
    }

    @Test
    void aListOfNamesIsReadFromEveryFormat() throws IOException {
        String none = "[]";
        String both = "[\"spam\",\"toxic\"]";
        assertThat(labels(
                        LabelForm.SET,
                        "a.jsonl",
                        "{\"text\":\"x\",\"label\":[]}\n{\"text\":\"y\",\"labels\":[\"spam\",\"toxic\"]}\n"))
                .containsExactly(none, both);
        assertThat(labels(LabelForm.SET, "a.json", "[{\"text\":\"y\",\"label\":[\"spam\",\"toxic\"]}]"))
                .containsExactly(both);
        assertThat(labels(LabelForm.SET, "a.csv", "text,label\nx,\ny,\"toxic, spam\"\n"))
                .containsExactly(none, "toxic, spam");
        assertThat(LabelNames.text(LabelNames.of("toxic, spam", "line 3"))).isEqualTo(both);
        assertThat(labels(LabelForm.SET, "a.tsv", "text\tlabel\nx\t\ny\ttoxic,spam\nz\t[\"spam\"]\n"))
                .containsExactly(none, "toxic,spam", "[\"spam\"]");
    }

    @Test
    void columnsOfTheLabelsNamesAreReadWithoutAColumnOfLabels() throws IOException {
        assertThat(labels(LabelForm.SET, "a.csv", "spam,text,toxic\n1,x,0\n0,y,0\n1.0,z,true\n"))
                .containsExactly("[\"spam\"]", "[]", "[\"spam\",\"toxic\"]");
        assertThat(labels(LabelForm.SET, "a.jsonl", "{\"text\":\"x\",\"toxic\":1,\"spam\":false}\n"))
                .containsExactly("[\"toxic\"]");
        assertThat(labels(LabelForm.SET, "b.csv", "rude,text,mild\n1,x,0\n", "text.label-column=mild, rude"))
                .as("named by the user")
                .containsExactly("[\"rude\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.csv | 'spam,text,toxic\n2,x,0\n' | ', line 2, column spam: 2 where 0 or 1 is expected'",
                "a.csv | 'spam,text,toxic\n1,x,\n' | ', line 2, column toxic: no value where 0 or 1 is expected'",
                "a.csv | 'spam,text,spam,toxic\n1,x,0,0\n' | ', line 1: more than one column spam; keep one of them'",
                "a.csv | 'spam,text\n1,x\n' | ', line 1: columns of 0 and 1 for some labels, and none for toxic'",
                "a.csv | 'text\nx\n' | ', line 1: no label column; name it label or labels'",
            })
    void badColumnsAreRefused(String name, String content, String message) {
        assertThatThrownBy(() -> labels(LabelForm.SET, name, content))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int64 element              | 4, -1",
                "int32 element              | 4, -1",
                "int32 element (INTEGER(8,true))   | 4, -1",
                "int32 element (INTEGER(32,false)) | 4, 4294967295",
            })
    void aListOfNumbersIsReadFromParquet(String element, String numbers) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message rows { required binary text (STRING);"
                + " optional group label (LIST) { repeated group list { optional " + element + "; } } }");
        boolean wide = element.startsWith("int64");
        byte[] content = ParquetFile.write(schema, List.of(4, -1).iterator(), (row, number) -> {
            row.add(0, "x");
            Group one = row.addGroup(1).addGroup(0);
            if (wide) {
                one.add(0, (long) number);
            } else {
                one.add(0, (int) number);
            }
        });
        Files.write(directory.resolve("n.parquet"), content);
        List<String> expected = Stream.of(numbers.split(", "))
                .map(number -> "[\"" + number + "\"]")
                .toList();
        assertThat(parquet(LabelForm.SET, "n.parquet")).isEqualTo(expected);
        assertThatThrownBy(() -> parquet(LabelForm.CLASS, "n.parquet"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(", column label: of type array<")
                .hasMessageEndingWith("> where a string or an integer is expected; cast it before writing");
    }

    @Test
    void aListOfFractionsIsRefused() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message rows { required binary text (STRING);"
                + " optional group label (LIST) { repeated group list { optional double element; } } }");
        Files.write(
                directory.resolve("f.parquet"),
                ParquetFile.write(schema, List.of("x").iterator(), (row, text) -> row.add(0, text)));
        assertThatThrownBy(() -> parquet(LabelForm.SET, "f.parquet"))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve("f.parquet") + ", column label: of type array<double> where a list of"
                        + " strings or integers is expected; cast it before writing");
    }

    @Test
    void aColumnInTheFileAndInTheDirectorysNameIsRefused() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message rows { required binary text (STRING); required int32 label; required int32 id; }");
        byte[] content = ParquetFile.write(schema, List.of(1).iterator(), (row, label) -> {
            row.add(0, "x");
            row.add(1, (int) label);
            row.add(2, 0);
        });
        Files.createDirectories(directory.resolve("twice.parquet/label=7"));
        Files.write(directory.resolve("twice.parquet/label=7/a.parquet"), content);
        assertThatThrownBy(() -> parquet(LabelForm.CLASS, "twice.parquet"))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve("twice.parquet") + ", column label: the name of a directory (label=) and"
                        + " a file in it both have it; rename the directory, or leave the column out of the file");
        Files.createDirectories(directory.resolve("other.parquet/id=7"));
        Files.write(directory.resolve("other.parquet/id=7/a.parquet"), content);
        assertThat(parquet(LabelForm.CLASS, "other.parquet"))
                .as("a column that is not read may be there twice")
                .containsExactly("1");
    }

    private List<String> parquet(LabelForm form, String name) {
        Settings all = new SettingsLoader(STORAGE).load(null, List.of()).settings();
        return ParquetTexts.andTextFiles(STORAGE, TextRules.of(all, new LabelCells(form, List.of())))
                .read(directory.resolve(name).toString(), LabelColumn.REQUIRED)
                .rows()
                .stream()
                .map(LabelledText::label)
                .toList();
    }

    @Test
    void scoresMayHaveFractions() throws IOException {
        assertThat(labels(LabelForm.SCORE, "a.jsonl", "{\"text\":\"x\",\"label\":2.5}\n{\"text\":\"y\",\"label\":3}\n"))
                .containsExactly("2.5", "3");
        assertThatThrownBy(() -> labels(LabelForm.CLASS, "a.jsonl", "{\"text\":\"x\",\"label\":2.5}\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a JSON number where a string or an integer (1, not 1.0) is expected");
        assertThatThrownBy(() -> labels(LabelForm.CLASS, "a.jsonl", "{\"text\":\"x\",\"label\":[\"a\"]}\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column label: a list of labels where a text has one class; with"
                        + " task.kind=multi-label it has many labels");
    }

    @Test
    void namesWithoutALetterAreRefused() {
        assertThatThrownBy(() -> LabelNames.of("a,,b", "f, line 2, column label"))
                .isInstanceOf(InputException.class)
                .hasMessage("f, line 2, column label: a,,b has a name without a letter; write the names with one"
                        + " comma between two of them");
        assertThatThrownBy(() -> LabelNames.of("[1,0,1]", "f, line 2, column label"))
                .isInstanceOf(InputException.class)
                .hasMessage("f, line 2, column label: [1,0,1] has 1 twice; write the names of the text's labels, each"
                        + " once, or give each label a column of 0 and 1");
        assertThat(LabelNames.of("[\"with, comma\"]", "f, line 2, column label"))
                .containsExactly("with, comma");
        for (String broken : List.of("[\"a\"] b", "[\"a\"", "[1.5]", "[null]", "[[\"a\"]]")) {
            assertThatThrownBy(() -> LabelNames.of(broken, "f, line 2, column label"))
                    .as(broken)
                    .isInstanceOf(InputException.class)
                    .hasMessageEndingWith("begins as a JSON list, but is no list of names; write [\"one\", \"other\"]");
        }
    }
}
