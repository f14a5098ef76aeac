package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
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
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.RowUnit;
import org.purespark.text.TextFileReader;
import org.purespark.text.TextTable;

class ParquetTextReaderTest {
    private static final StructType TEXT_AND_LABEL =
            new StructType().add("text", DataTypes.StringType).add("label", DataTypes.LongType);
    private static SparkSession spark;

    @TempDir
    Path directory;

    @BeforeAll
    static void startSpark() {
        spark = LocalSession.open("parquet-text-reader-test");
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
    void rowsKeepTheOrderOfFileNamesWhateverTheFileSizes() {
        List<Row> rows = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            List<Row> ofPart = new ArrayList<>();
            // Spark packs the largest file first.
            for (int i = 0; i < 1 + part * 500; i++) {
                ofPart.add(RowFactory.create("text " + rows.size(), (long) (rows.size() % 2)));
                rows.add(ofPart.get(i));
            }
            write("parts/" + part + ".parquet", ofPart, TEXT_AND_LABEL);
        }
        spark.conf().set("spark.sql.files.maxPartitionBytes", "4096");
        TextTable table;
        try {
            table = new ParquetTextReader(spark).read(directory + "/parts/*.parquet", LabelColumn.REQUIRED);
        } finally {
            spark.conf().unset("spark.sql.files.maxPartitionBytes");
        }
        assertThat(table.rows()).hasSize(1503);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(table.rows().get(i)).isEqualTo(new LabelledText("text " + i, "" + i % 2, i + 1));
        }
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
                "a.parquet", ": no text column; name it text or sentence or sentences (the columns are: a, label)");
        write("b.parquet", List.of(RowFactory.create("a")), new StructType().add("text", DataTypes.StringType));
        assertRefused("b.parquet", ": no label column; name it label or labels (the columns are: text)");
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
                .hasMessageStartingWith(directory.resolve("c.parquet") + ": cannot be read as Parquet (");
    }

    private void assertRefused(String name, String message) {
        assertThatThrownBy(() -> read(name, LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve(name) + message);
    }

    private TextTable read(String name, LabelColumn labels) {
        return new TextFileReader(new Storage(new Configuration()), new ParquetTextReader(spark))
                .read(directory + "/" + name, labels);
    }

    private void write(String name, List<Row> rows, StructType schema) {
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(directory + "/" + name);
    }
}
