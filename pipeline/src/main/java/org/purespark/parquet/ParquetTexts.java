package org.purespark.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.purespark.InputException;
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.RowUnit;
import org.purespark.text.TextColumns;
import org.purespark.text.TextReader;
import org.purespark.text.TextTable;
import org.purespark.text.TextTableBuilder;

/**
 * Reads texts from a Parquet file, or a directory of them in the order of their names, in this process. Rows are
 * numbered from 1 over all files. Columns are a string for the text, a string or an integer for the label.
 */
public record ParquetTexts(Storage storage) implements TextReader {
    @Override
    public TextTable read(String address, LabelColumn labels) {
        TextTableBuilder table = new TextTableBuilder(address, RowUnit.ROW, labels);
        long[] rows = new long[1];
        try {
            for (String file : ParquetFile.addresses(storage, address)) {
                byte[] content = storage.read(file);
                Columns columns = columns(address, ParquetFile.schema(content), labels);
                ParquetFile.read(
                        content,
                        columns.projection(),
                        row -> add(table, RowUnit.ROW.place(address, ++rows[0]), rows[0], row, columns));
            }
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw ParquetFile.unreadable(address, e);
        }
        return table.build();
    }

    /** Where the columns stand in the projection: the text first, the label, if there is one, second. */
    private record Columns(MessageType projection, String text, String label, boolean labelIsText) {}

    private static Columns columns(String address, MessageType schema, LabelColumn labels) {
        List<String> names = schema.getFields().stream().map(Type::getName).toList();
        TextColumns found = TextColumns.find(address, names, labels);
        Type text = schema.getType(found.text());
        if (!isString(text)) {
            throw wrongType(address, text, "a string");
        }
        List<Type> wanted = new ArrayList<>(List.of(text));
        OptionalInt at = found.label();
        if (at.isEmpty()) {
            return new Columns(new MessageType(schema.getName(), wanted), text.getName(), null, false);
        }
        Type label = schema.getType(at.getAsInt());
        if (!isString(label) && !isInteger(label)) {
            throw wrongType(address, label, "a string or an integer");
        }
        wanted.add(label);
        return new Columns(new MessageType(schema.getName(), wanted), text.getName(), label.getName(), isString(label));
    }

    private static void add(TextTableBuilder table, String place, long number, Group row, Columns columns) {
        if (row.getFieldRepetitionCount(0) == 0) {
            throw new InputException(place + ", column " + columns.text()
                    + ": the text is null; an empty text is written as an empty string");
        }
        String label = null;
        if (columns.label() != null && row.getFieldRepetitionCount(1) > 0) {
            label = columns.labelIsText()
                    ? decode(place + ", column " + columns.label(), row, 1)
                    : row.getValueToString(1, 0);
        }
        table.add(number, decode(place + ", column " + columns.text(), row, 0), label);
    }

    /** As strict about UTF-8 as the other formats. */
    private static String decode(String place, Group row, int column) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(row.getBinary(column, 0).getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(place + ": not UTF-8; write the file with UTF-8 strings", e);
        }
    }

    private static boolean isString(Type type) {
        return type.isPrimitive()
                && !type.isRepetition(Type.Repetition.REPEATED)
                && LogicalTypeAnnotation.stringType().equals(type.getLogicalTypeAnnotation());
    }

    private static boolean isInteger(Type type) {
        if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
            return false;
        }
        PrimitiveTypeName primitive = type.asPrimitiveType().getPrimitiveTypeName();
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        boolean whole = logical == null
                || (logical instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation integer && integer.isSigned());
        return whole && (primitive == PrimitiveTypeName.INT32 || primitive == PrimitiveTypeName.INT64);
    }

    private static InputException wrongType(String address, Type type, String expected) {
        return new InputException(address + ", column " + type.getName() + ": of type " + type + " where " + expected
                + " is expected; cast it before writing");
    }
}
