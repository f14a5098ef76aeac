package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.spark.LocalSession;
import org.purespark.spark.ParquetTextReader;
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;

/** Reads what Spark writes, as the reader that goes through Spark does. */
class ParquetTextsTest {
    private static SparkSession spark;

    @TempDir
    private Path directory;

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
    void aDirectoryOfFilesReadsAsWithSpark(String labelType) {
        spark.sql("SELECT id AS other, concat('text é 😀 ', id) AS sentence, CAST(id % 2 AS " + labelType
                        + ") AS labels FROM range(500)")
                .repartition(3)
                .write()
                .parquet(address());
        assertThat(read(LabelColumn.REQUIRED).rows())
                .hasSize(500)
                .isEqualTo(new ParquetTextReader(spark)
                        .read(address(), LabelColumn.REQUIRED)
                        .rows());
    }

    @Test
    void labelsMayBeAbsentOrNullWhereNoneIsNeeded() {
        spark.sql("SELECT 'a' AS text, CAST(NULL AS INT) AS label").write().parquet(address());
        assertThat(read(LabelColumn.OPTIONAL).rows()).containsExactly(new LabelledText("a", null, 1));
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(address() + ", row 1, column label: the row has no label; give it one or remove the row");
    }

    @Test
    void whatIsWrongIsNamedAsWithSpark() {
        spark.sql("SELECT CAST(NULL AS STRING) AS text, 1 AS label").write().parquet(address());
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(address()
                        + ", row 1, column text: the text is null; an empty text is written as an empty string");
        assertRefused(
                "SELECT 1.5D AS label, 'a' AS text", "column label: of type", "a string or an integer is expected");
        assertRefused("SELECT 1 AS label, X'00' AS text", "column text: of type", "a string is expected");
        assertRefused("SELECT 1 AS label, CAST(X'C328' AS STRING) AS text", "row 1, column text: not UTF-8");
        assertRefused("SELECT 1 AS label, 'a' AS txt", "no text column; name it text or sentence");
    }

    private void assertRefused(String query, String... said) {
        spark.sql(query).write().mode("overwrite").parquet(address());
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(address())
                .hasMessageContainingAll(said);
    }

    @Test
    void whatIsNoParquetIsRefused() throws Exception {
        Files.write(directory.resolve("data.parquet"), "text,label\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> read(LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(address() + ": cannot be read as Parquet (");
    }

    private String address() {
        return directory.resolve("data.parquet").toString();
    }

    private org.purespark.text.TextTable read(LabelColumn labels) {
        return new ParquetTexts(new Storage(new Configuration())).read(address(), labels);
    }
}
