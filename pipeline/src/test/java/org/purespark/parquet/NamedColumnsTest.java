// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

/** Columns and delimiters that the user names. */
class NamedColumnsTest {
    private static final Storage STORAGE = new Storage(new Configuration());
    private static final String TEXT = "text.text-column=review";
    private static final String LABEL = "text.label-column= star rating ";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"a.tsv", "a.csv", "a.jsonl", "a.json", "a.parquet"})
    void namedColumnsAreReadFromEveryFormatAndTheUsualNamesAreNotLookedFor(String name) throws IOException {
        write(name);
        assertThat(read(name, LabelColumn.REQUIRED, TEXT, LABEL).rows())
                .extracting(LabelledText::text, LabelledText::label)
                .containsExactly(tuple("good", "5"), tuple("bad", "1"));
        assertThat(read(name, LabelColumn.REQUIRED, "text.label-column=star rating")
                        .rows())
                .extracting(LabelledText::text, LabelledText::label)
                .containsExactly(tuple("x", "5"), tuple("y", "1"));
    }

    @ParameterizedTest
    @CsvSource({"a.tsv, ', line 1'", "a.csv, ', line 1'", "a.jsonl, ', line 1'", "a.json, ', row 1'", "a.parquet, ''"})
    void aNamedColumnThatIsNotThereIsRefusedWithThoseThatAre(String name, String place) throws IOException {
        write(name);
        String there = "; set it to one that is there (the columns are: text, review, star rating)";
        assertRefused(
                name,
                LabelColumn.REQUIRED,
                place + ": no column Review, which text.text-column names" + there,
                "text.text-column=Review");
        assertRefused(
                name,
                LabelColumn.OPTIONAL,
                place + ": no column stars, which text.label-column names" + there,
                "text.label-column=stars");
    }

    @Test
    void aNamedColumnIsThereOnce() throws IOException {
        Files.writeString(directory.resolve("a.csv"), "review, review ,label\na,b,1\n");
        assertRefused(
                "a.csv",
                LabelColumn.REQUIRED,
                ", line 1: more than one text column (review, review); keep one of them, rename the others",
                TEXT);
    }

    @Test
    void aRowWithoutALabelIsRefusedByTheColumnsOwnName() throws IOException {
        Files.writeString(directory.resolve("a.csv"), "text,star rating\na,\n");
        assertRefused(
                "a.csv",
                LabelColumn.REQUIRED,
                ", line 2, column star rating: the row has no label; give it one or remove the row",
                LABEL);
    }

    @Test
    void aNameThatIsGivenToOneColumnIsNotTakenForTheOther() throws IOException {
        Files.writeString(directory.resolve("a.csv"), "label,labels\ngood,1\n");
        assertThat(read("a.csv", LabelColumn.REQUIRED, "text.text-column=label").rows())
                .containsExactly(new LabelledText("good", "1", 2));
        Files.writeString(directory.resolve("b.csv"), "label,id\ngood,1\n");
        assertRefused(
                "b.csv",
                LabelColumn.REQUIRED,
                ", line 1: no label column; name it labels, or set text.label-column to its name (the columns are:"
                        + " label, id)",
                "text.text-column=label");
    }

    @Test
    void namesThatCannotBeColumnsAreRefused() throws IOException {
        assertThatThrownBy(() -> TextRules.of(settings("text.text-column=a", "text.label-column=a")))
                .isInstanceOf(InputException.class)
                .hasMessage("text.text-column and text.label-column are both a; name two columns");
        Settings blank = new SettingsLoader(STORAGE)
                .load(conf("text.label-column = \"  \""), List.of())
                .settings();
        assertThatThrownBy(() -> TextRules.of(blank))
                .isInstanceOf(InputException.class)
                .hasMessage("text.label-column is blank; name a column, or set it to null for the usual names");
    }

    @ParameterizedTest
    @CsvSource({"',', ','", "';', ';'", "|, |", "tab, '\t'"})
    void csvMayHaveAnotherDelimiter(String setting, String delimiter) throws IOException {
        Files.writeString(
                directory.resolve("a.csv"),
                "text,label\n\"a,b;c|d\te\",1\n\"say \"\"so\"\"\",0\n"
                        .replaceAll("(?<=t),(?=l)|(?<=\"),(?=[01])", delimiter));
        assertThat(read("a.csv", LabelColumn.REQUIRED, "data.delimiter=" + setting)
                        .rows())
                .containsExactly(new LabelledText("a,b;c|d\te", "1", 2), new LabelledText("say \"so\"", "0", 3));
    }

    @Test
    void messagesNameTheDelimiterOfTheSettings() throws IOException {
        Files.writeString(directory.resolve("a.csv"), "text;label\na;b;1\n");
        assertRefused(
                "a.csv",
                LabelColumn.REQUIRED,
                ", line 2: column 3 has no name, the row has 3 and the header 2 (text, label); a text that holds a"
                        + " semicolon or a line break must be quoted",
                "data.delimiter=;");
        Files.writeString(directory.resolve("a.csv"), "text;label\n\"a\"b;1\n");
        assertRefused(
                "a.csv",
                LabelColumn.REQUIRED,
                ", line 2: Unexpected character after closing quote: 'b' (0x62); a quoted field ends before a semicolon"
                        + " or a line's end, quotation marks inside it are doubled",
                "data.delimiter=;");
        Files.writeString(directory.resolve("a.csv"), "text;label\na;1\n");
        assertRefused(
                "a.csv",
                LabelColumn.REQUIRED,
                ", line 1: no text column; name it text or sentence or sentences, or set text.text-column to its name"
                        + " (the columns are: text;label); if a semicolon separates them, give --set"
                        + " data.delimiter=';'");
    }

    @Test
    void tsvHasTabsWhateverTheDelimiterOfCsv() throws IOException {
        Files.writeString(directory.resolve("a.tsv"), "text\tlabel\na;b\t1\n");
        assertThat(read("a.tsv", LabelColumn.REQUIRED, "data.delimiter=;").rows())
                .containsExactly(new LabelledText("a;b", "1", 2));
    }

    private void write(String name) throws IOException {
        List<String> columns = List.of("text", "review", "star rating");
        List<List<String>> rows = List.of(List.of("x", "good", "5"), List.of("y", "bad", "1"));
        if (name.endsWith(".parquet")) {
            MessageType schema = new MessageType(
                    "rows",
                    Types.required(BINARY).as(stringType()).named("text"),
                    Types.required(BINARY).as(stringType()).named("review"),
                    Types.required(INT64).named("star rating"));
            Files.write(directory.resolve(name), ParquetFile.write(schema, rows.iterator(), (row, values) -> {
                row.add(0, values.get(0));
                row.add(1, values.get(1));
                row.add(2, Long.parseLong(values.get(2)));
            }));
            return;
        }
        String delimiter = name.endsWith(".tsv") ? "\t" : ",";
        StringBuilder content = new StringBuilder();
        if (name.contains(".json")) {
            for (List<String> row : rows) {
                content.append(content.length() == 0 ? "" : name.endsWith("l") ? "\n" : ",\n")
                        .append("{\"text\":\"" + row.get(0) + "\",\"review\":\"" + row.get(1) + "\",\"star rating\":"
                                + row.get(2) + "}");
            }
        } else {
            content.append(String.join(delimiter, columns)).append('\n');
            rows.forEach(row -> content.append(String.join(delimiter, row)).append('\n'));
        }
        Files.writeString(directory.resolve(name), name.endsWith(".json") ? "[" + content + "]" : content);
    }

    private TextTable read(String name, LabelColumn labels, String... settings) {
        return ParquetTexts.andTextFiles(STORAGE, TextRules.of(settings(settings)))
                .read(directory + "/" + name, labels);
    }

    private void assertRefused(String name, LabelColumn labels, String message, String... settings) {
        assertThatThrownBy(() -> read(name, labels, settings))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + message);
    }

    private static Settings settings(String... flags) {
        return new SettingsLoader(STORAGE).load(null, List.of(flags)).settings();
    }

    private String conf(String content) throws IOException {
        return Files.writeString(directory.resolve("my.conf"), content).toString();
    }
}
