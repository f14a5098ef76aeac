package org.purespark.spark;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.purespark.InputException;
import org.purespark.text.LabelColumn;
import org.purespark.text.RowUnit;
import org.purespark.text.TextColumns;
import org.purespark.text.TextReader;
import org.purespark.text.TextTable;
import org.purespark.text.TextTableBuilder;

/**
 * Reads a Parquet file, or a directory of them in the order of their names, through Spark. Rows are numbered from 1
 * over all files, in an order that does not depend on how Spark divides the files among tasks.
 */
public final class ParquetTextReader implements TextReader {
    private static final List<DataType> INTEGERS =
            List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

    private final SparkSession spark;

    public ParquetTextReader(SparkSession spark) {
        this.spark = spark;
    }

    @Override
    public TextTable read(String address, LabelColumn labels) {
        Dataset<Row> data;
        try {
            data = spark.read().parquet(address);
        } catch (Exception e) {
            throw unreadable(address, e);
        }
        List<String> names = List.of(data.schema().fieldNames());
        TextColumns columns = TextColumns.find(address, names, labels);
        Column text = text(address, data, names.get(columns.text()));
        Column label = columns.label().isPresent()
                ? label(address, data, names.get(columns.label().getAsInt()))
                : functions.lit(null).cast(DataTypes.BinaryType);
        List<Row> rows = collect(
                address,
                data.select(functions.col("_metadata.file_path"), functions.col("_metadata.row_index"), text, label));
        TextTableBuilder table = new TextTableBuilder(address, RowUnit.ROW, labels);
        for (int i = 0; i < rows.size(); i++) {
            add(table, address, i + 1L, rows.get(i), names, columns);
        }
        return table.build();
    }

    /** Rows in the order of file names, and of rows in a file; they are sorted here, so that no shuffle is needed. */
    private static List<Row> collect(String address, Dataset<Row> selected) {
        List<Row> rows;
        try {
            rows = new ArrayList<>(selected.collectAsList());
        } catch (Exception e) {
            throw unreadable(address, e);
        }
        rows.sort(Comparator.comparing((Row row) -> row.getString(0)).thenComparingLong(row -> row.getLong(1)));
        return rows;
    }

    private static void add(
            TextTableBuilder table, String address, long number, Row row, List<String> names, TextColumns columns) {
        String textPlace = RowUnit.ROW.place(address, number) + ", column " + names.get(columns.text());
        if (row.isNullAt(2)) {
            throw new InputException(textPlace + ": the text is null; an empty text is written as an empty string");
        }
        String text = decode(textPlace, (byte[]) row.get(2));
        OptionalInt label = columns.label();
        String labelText = label.isEmpty() || row.isNullAt(3)
                ? null
                : decode(RowUnit.ROW.place(address, number) + ", column " + names.get(label.getAsInt()), (byte[])
                        row.get(3));
        table.add(number, text, labelText);
    }

    private static Column text(String address, Dataset<Row> data, String name) {
        DataType type = data.schema().apply(name).dataType();
        if (!(type instanceof StringType)) {
            throw wrongType(address, name, type, "a string");
        }
        return column(data, name).cast(DataTypes.BinaryType);
    }

    private static Column label(String address, Dataset<Row> data, String name) {
        DataType type = data.schema().apply(name).dataType();
        if (!(type instanceof StringType) && !INTEGERS.contains(type)) {
            throw wrongType(address, name, type, "a string or an integer");
        }
        return column(data, name).cast(DataTypes.StringType).cast(DataTypes.BinaryType);
    }

    private static Column column(Dataset<Row> data, String name) {
        return data.col("`" + name.replace("`", "``") + "`");
    }

    private static InputException wrongType(String address, String name, DataType type, String expected) {
        return new InputException(address + ", column " + name + ": of type " + type.simpleString() + " where "
                + expected + " is expected; cast it before writing");
    }

    /** Strict UTF-8, as for the other formats; Spark's own conversion would put U+FFFD into the text. */
    private static String decode(String place, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(place + ": not UTF-8; write the file with UTF-8 strings", e);
        }
    }

    private static InputException unreadable(String address, Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new InputException(address + ": cannot be read as Parquet (" + reason + ")", e);
    }
}
