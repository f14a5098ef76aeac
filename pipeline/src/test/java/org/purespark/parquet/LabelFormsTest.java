// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
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
