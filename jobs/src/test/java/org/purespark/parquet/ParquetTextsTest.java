// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.spark.LocalSession;
import org.purespark.storage.Storage;
import org.purespark.text.ColumnNames;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelledText;
import org.purespark.text.RowUnit;
import org.purespark.text.TextLimits;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

class ParquetTextsTest {
    private static final StructType TEXT_AND_LABEL =
            new StructType().add("text", DataTypes.StringType).add("label", DataTypes.LongType);
    private static SparkSession spark;

    @TempDir
    Path directory;

    @BeforeAll
    static void startSpark() {
        spark = LocalSession.open("parquet-texts-test");
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TINYINT", "SMALLINT", "INT", "BIGINT", "STRING"})
    void labelsMayBeIntegersOfAnySizeOrStrings(String type) {
        DataType labelType = DataType.fromDDL(type);
        write(
                "a.parquet",
                spark.sql("SELECT CAST(1 AS " + type + ") AS labels, 'é 😀' AS sentence, 3.5 AS other")
                        .collectAsList(),
                new StructType()
                        .add("labels", labelType)
                        .add("sentence", DataTypes.StringType)
                        .add("other", DataTypes.createDecimalType(2, 1)));
        TextTable table = read("a.parquet", LabelColumn.REQUIRED);
        assertThat(table.rows()).containsExactly(new LabelledText("é 😀", "1", 1));
        assertThat(table.unit()).isEqualTo(RowUnit.ROW);
    }

    @Test
    void setsOfLabelsAreArraysOrColumnsOfZeroAndOne() {
        write(
                "a.parquet",
                spark.sql("SELECT 'x' AS text, array('b', 'a') AS label UNION ALL SELECT 'y', array()")
                        .coalesce(1)
                        .collectAsList(),
                new StructType()
                        .add("text", DataTypes.StringType)
                        .add("label", DataTypes.createArrayType(DataTypes.StringType)));
        assertThat(read(new LabelCells(LabelForm.SET, List.of()), "a.parquet").rows())
                .extracting(LabelledText::label)
                .containsExactly("[\"a\",\"b\"]", "[]");
        write(
                "b.parquet",
                spark.sql("SELECT 1 AS a, 'x' AS text, false AS b").collectAsList(),
                new StructType()
                        .add("a", DataTypes.IntegerType)
                        .add("text", DataTypes.StringType)
                        .add("b", DataTypes.BooleanType));
        assertThat(read(new LabelCells(LabelForm.SET, List.of("a", "b")), "b.parquet")
                        .rows())
                .extracting(LabelledText::label)
                .containsExactly("[\"a\"]");
    }

    @Test
    void scoresAreNumbers() {
        write(
                "a.parquet",
                spark.sql("SELECT 'x' AS text, CAST(2.5 AS DOUBLE) AS label").collectAsList(),
                new StructType().add("text", DataTypes.StringType).add("label", DataTypes.DoubleType));
        assertThat(read(new LabelCells(LabelForm.SCORE, List.of()), "a.parquet").rows())
                .extracting(LabelledText::label)
                .containsExactly("2.5");
    }

    @Test
    void rowsKeepTheOrderOfFileNamesWhateverTheFileSizes() {
        List<Row> rows = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            List<Row> ofPart = new ArrayList<>();
            // Spark packs the largest file first.
            for (int i = 0; i < 1 + part * 500; i++) {
                ofPart.add(RowFactory.create("text " + rows.size(), (long) (rows.size() % 2)));
                rows.add(ofPart.get(i));
            }
            write("parts.parquet/" + part + ".parquet", ofPart, TEXT_AND_LABEL);
        }
        TextTable table = read("parts.parquet", LabelColumn.REQUIRED);
        assertThat(table.rows()).hasSize(1503);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(table.rows().get(i)).isEqualTo(new LabelledText("text " + i, "" + i % 2, i + 1));
        }
    }

    @Test
    void namesOfDirectoriesAreColumns() {
        spark.sql("SELECT 'a' AS text, 1 AS label UNION ALL SELECT 'b', 0 UNION ALL SELECT 'c', 1")
                .coalesce(1)
                .write()
                .partitionBy("label")
                .parquet(directory + "/numbers.parquet");
        assertThat(read("numbers.parquet", LabelColumn.REQUIRED).rows())
                .containsExactly(
                        new LabelledText("b", "0", 1), new LabelledText("a", "1", 2), new LabelledText("c", "1", 3));
        spark.sql("SELECT 'a' AS text, 'so: so' AS label UNION ALL SELECT 'b', NULL")
                .coalesce(1)
                .write()
                .partitionBy("label")
                .parquet(directory + "/names.parquet");
        assertThat(read("names.parquet", LabelColumn.OPTIONAL).rows())
                .containsExactly(new LabelledText("b", null, 1), new LabelledText("a", "so: so", 2));
    }

    @Test
    void unsignedLabelsKeepTheirValue() throws IOException {
        var schema = MessageTypeParser.parseMessageType(
                "message rows { required binary text (STRING); required int32 label (INTEGER(32,false)); }");
        byte[] content = ParquetFile.write(schema, List.of(-1, 7).iterator(), (row, label) -> {
            row.add(0, "a");
            row.add(1, (int) label);
        });
        Files.write(directory.resolve("u.parquet"), content);
        assertThat(read("u.parquet", LabelColumn.REQUIRED).rows())
                .containsExactly(new LabelledText("a", "4294967295", 1), new LabelledText("a", "7", 2));
    }

    @Test
    void onlyTheColumnsOfTextAndLabelAreRead() throws IOException {
        spark.sql("SELECT 'a' AS text, 1 AS label, randstr(200000, 3) AS other FROM range(20)")
                .coalesce(1)
                .write()
                .option("compression", "none")
                .parquet(directory + "/wide.parquet");
        FileSystem.Statistics statistics = FileSystem.getStatistics("file", RawLocalFileSystem.class);
        long before = statistics.getBytesRead();
        assertThat(read("wide.parquet", LabelColumn.REQUIRED).rows()).hasSize(20);
        assertThat(statistics.getBytesRead() - before).isLessThan(200_000);
    }

    @Test
    void textFileReaderHandsParquetFilesAndDirectoriesOn() throws IOException {
        write("plain", List.of(RowFactory.create("", 0L)), TEXT_AND_LABEL);
        assertThat(read("plain", LabelColumn.REQUIRED).rows()).containsExactly(new LabelledText("", "0", 1));
        Path part;
        try (var files = Files.newDirectoryStream(directory.resolve("plain"), "*.parquet")) {
            part = files.iterator().next();
        }
        Path single = Files.copy(part, directory.resolve("single.parquet"));
        assertThat(read("single.parquet", LabelColumn.REQUIRED).rows()).containsExactly(new LabelledText("", "0", 1));
        assertThat(single).isRegularFile();
    }

    @Test
    void labelsMayBeLeftOutWhereTheyAreOptional() {
        write("a.parquet", List.of(RowFactory.create("a")), new StructType().add("text", DataTypes.StringType));
        assertThat(read("a.parquet", LabelColumn.OPTIONAL).rows()).containsExactly(new LabelledText("a", null, 1));
        write("b.parquet", List.of(RowFactory.create("a", null)), TEXT_AND_LABEL);
        assertThat(read("b.parquet", LabelColumn.OPTIONAL).rows()).containsExactly(new LabelledText("a", null, 1));
    }

    @Test
    void missingAndDoubleColumnsAreRefused() {
        StructType strings = new StructType().add("a", DataTypes.StringType).add("label", DataTypes.StringType);
        write("a.parquet", List.of(RowFactory.create("a", "b")), strings);
        assertRefused(
                "a.parquet",
                ": no text column; name it text or sentence or sentences, or set text.text-column to its name"
                        + " (the columns are: a, label)");
        write("b.parquet", List.of(RowFactory.create("a")), new StructType().add("text", DataTypes.StringType));
        assertRefused(
                "b.parquet",
                ": no label column; name it label or labels, or set text.label-column to its name"
                        + " (the columns are: text)");
        write(
                "c.parquet",
                List.of(RowFactory.create("a", "b")),
                new StructType().add("text", DataTypes.StringType).add("sentence", DataTypes.StringType));
        assertRefused("c.parquet", ": more than one text column (text, sentence); keep one of them, rename the others");
    }

    @Test
    void columnsOfOtherTypesAreRefused() {
        write(
                "a.parquet",
                List.of(RowFactory.create("a", 1.0)),
                new StructType().add("text", DataTypes.StringType).add("label", DataTypes.DoubleType));
        assertRefused(
                "a.parquet",
                ", column label: of type double where a string or an integer is expected; cast it before writing");
        write(
                "b.parquet",
                List.of(RowFactory.create("a".getBytes(StandardCharsets.UTF_8), 1L)),
                new StructType().add("sentence", DataTypes.BinaryType).add("label", DataTypes.LongType));
        assertRefused(
                "b.parquet", ", column sentence: of type binary where a string is expected; cast it before writing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BOOLEAN",
                "FLOAT",
                "DECIMAL(5,2)",
                "DECIMAL(25,2)",
                "DATE",
                "TIMESTAMP",
                "TIMESTAMP_NTZ",
                "ARRAY<INT>",
                "MAP<STRING,BIGINT>",
                "STRUCT<a: SMALLINT, b: ARRAY<STRING>>"
            })
    void typesAreNamedAsInSql(String type) {
        spark.sql("SELECT 'a' AS text, CAST(NULL AS " + type + ") AS label")
                .write()
                .parquet(directory + "/a.parquet");
        assertRefused(
                "a.parquet",
                ", column label: of type " + DataType.fromDDL(type).simpleString()
                        + " where a string or an integer is expected; cast it before writing");
    }

    @Test
    void badRowsAreRefusedByTheirNumber() {
        write("a.parquet", List.of(RowFactory.create("a", 1L), RowFactory.create("b", null)), TEXT_AND_LABEL);
        assertRefused("a.parquet", ", row 2, column label: the row has no label; give it one or remove the row");
        write("b.parquet", List.of(RowFactory.create("a", 1L), RowFactory.create(null, 1L)), TEXT_AND_LABEL);
        assertRefused(
                "b.parquet", ", row 2, column text: the text is null; an empty text is written as an empty string");
        spark.sql("SELECT CAST(X'636166E9' AS STRING) AS text, 1 AS label")
                .write()
                .parquet(directory + "/c.parquet");
        assertRefused("c.parquet", ", row 1, column text: not UTF-8; write the file with UTF-8 strings");
    }

    @Test
    void emptyMissingAndCorruptSourcesAreRefused() throws IOException {
        write("a.parquet", List.of(), TEXT_AND_LABEL);
        assertRefused("a.parquet", ": empty split, there are no rows; give a file with at least one text");
        assertRefused("none.parquet", ": no such file; check the path");
        Files.writeString(directory.resolve("b.parquet"), "no Parquet at all");
        assertThatThrownBy(() -> read("b.parquet", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("b.parquet") + ": cannot be read as Parquet (")
                .hasMessageContaining("is not a Parquet file");
        Files.createDirectories(directory.resolve("c.parquet"));
        assertThatThrownBy(() -> read("c.parquet", LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("c.parquet")
                        + ": cannot be read as Parquet (the directory holds no Parquet file)");
    }

    private void assertRefused(String name, String message) {
        assertThatThrownBy(() -> read(name, LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + message);
    }

    private TextTable read(LabelCells cells, String name) {
        TextRules usual = TextRules.usual(new TextLimits(1_000_000, 1_000));
        ColumnNames columns = new ColumnNames(
                Optional.empty(), Optional.empty(), usual.columns().pair(), cells);
        return ParquetTexts.andTextFiles(
                        new Storage(new Configuration()), new TextRules(usual.limits(), columns, usual.delimiter()))
                .read(directory + "/" + name, LabelColumn.REQUIRED);
    }

    private TextTable read(String name, LabelColumn labels) {
        return ParquetTexts.andTextFiles(
                        new Storage(new Configuration()), TextRules.usual(new TextLimits(1_000_000, 1_000)))
                .read(directory + "/" + name, labels);
    }

    private void write(String name, List<Row> rows, StructType schema) {
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(directory + "/" + name);
    }
}
