// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.text.TextColumns;

/** Text and label in the rows of one Parquet file. */
final class TextFields {
    /** A column's value in a row; null if it is null. */
    @FunctionalInterface
    private interface Field {
        String in(Group row, String place);
    }

    private static final String STRING = "string";
    private static final List<String> INTEGERS = List.of("tinyint", "smallint", "int", "bigint");
    private static final Field NONE = (row, place) -> null;

    private final MessageType projection;
    private final String textName;
    private final Field text;
    private final Field label;

    private TextFields(MessageType projection, String textName, Field text, Field label) {
        this.projection = projection;
        this.textName = textName;
        this.text = text;
        this.label = label;
    }

    /**
     * @param wanted finds the columns among these in {@code address}
     * @param partition columns that the file's path holds, with their values; they hide columns of the same name
     * @throws InputException if a needed column is missing, is there twice or is of another type
     */
    static TextFields find(
            String address,
            MessageType schema,
            Map<String, String> partition,
            Function<List<String>, TextColumns> wanted) {
        List<String> names = new ArrayList<>();
        schema.getFields().stream()
                .map(Type::getName)
                .filter(name -> !partition.containsKey(name))
                .forEach(names::add);
        names.addAll(partition.keySet());
        TextColumns found = wanted.apply(names);
        String textName = names.get(found.text());
        if (partition.containsKey(textName)) {
            throw wrongType(address, textName, "directory name", "a string");
        }
        Type text = schema.getType(textName);
        if (!SqlTypes.of(text).equals(STRING)) {
            throw wrongType(address, textName, SqlTypes.of(text), "a string");
        }
        List<Type> read = new ArrayList<>(List.of(text));
        Field label = NONE;
        if (found.label().isPresent()) {
            String name = names.get(found.label().getAsInt());
            if (partition.containsKey(name)) {
                String value = partition.get(name);
                label = (row, place) -> value;
            } else {
                read.add(schema.getType(name));
                label = label(address, schema.getType(name));
            }
        }
        return new TextFields(new MessageType(schema.getName(), read), textName, string(textName, 0), label);
    }

    /** The columns to read. */
    MessageType projection() {
        return projection;
    }

    /** @param place of the row, for messages */
    String text(Group row, String place) {
        String value = text.in(row, place);
        if (value == null) {
            throw new InputException(
                    place + ", column " + textName + ": the text is null; an empty text is written as an empty string");
        }
        return value;
    }

    /** Null where the row has none. */
    String label(Group row, String place) {
        return label.in(row, place);
    }

    private static Field label(String address, Type type) {
        String name = SqlTypes.of(type);
        if (name.equals(STRING)) {
            return string(type.getName(), 1);
        }
        if (!INTEGERS.contains(name)) {
            throw wrongType(address, type.getName(), name, "a string or an integer");
        }
        boolean unsigned =
                type.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation whole && !whole.isSigned();
        return (row, place) -> {
            if (row.getFieldRepetitionCount(1) == 0) {
                return null;
            }
            return unsigned ? Integer.toUnsignedString(row.getInteger(1, 0)) : row.getValueToString(1, 0);
        };
    }

    /** As strict about UTF-8 as the other formats. */
    private static Field string(String name, int column) {
        return (row, place) -> {
            if (row.getFieldRepetitionCount(column) == 0) {
                return null;
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(row.getBinary(column, 0).getBytes()))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new InputException(
                        place + ", column " + name + ": not UTF-8; write the file with UTF-8 strings", e);
            }
        };
    }

    private static InputException wrongType(String address, String column, String type, String expected) {
        return new InputException(address + ", column " + Shown.of(column) + ": of type " + type + " where " + expected
                + " is expected; cast it before writing");
    }
}
