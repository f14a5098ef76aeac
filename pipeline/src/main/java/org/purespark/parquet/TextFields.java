// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelNames;
import org.purespark.text.TextColumns;
import org.purespark.text.TextParts;

/** Text, second text and label in the rows of one Parquet file. */
final class TextFields {
    /** A column's value in a row; null if it is null. */
    @FunctionalInterface
    private interface Field {
        String in(Group row, String place);
    }

    private static final String STRING = "string";
    private static final List<String> INTEGERS = List.of("tinyint", "smallint", "int", "bigint");
    private static final List<String> FRACTIONS = List.of("float", "double");
    private static final Set<String> LISTS = Stream.concat(Stream.of(STRING), INTEGERS.stream())
            .map(element -> "array<" + element + ">")
            .collect(Collectors.toUnmodifiableSet());
    private static final Field NONE = (row, place) -> null;

    private final MessageType projection;
    private final Field text;
    private final Field second;
    private final Field label;

    private TextFields(MessageType projection, Field text, Field second, Field label) {
        this.projection = projection;
        this.text = text;
        this.second = second;
        this.label = label;
    }

    /**
     * @param wanted finds the columns among these in {@code address}
     * @param form of the labels
     * @param partition columns that the file's path holds, with their values
     * @throws InputException if a needed column is missing, is there twice, is in the path and in the file, or is of
     *     another type
     */
    static TextFields find(
            String address,
            MessageType schema,
            Map<String, String> partition,
            Function<List<String>, TextColumns> wanted,
            LabelForm form) {
        List<String> names = new ArrayList<>();
        schema.getFields().stream()
                .map(Type::getName)
                .filter(name -> !partition.containsKey(name))
                .forEach(names::add);
        names.addAll(partition.keySet());
        TextColumns found = wanted.apply(names);
        requireOnce(address, schema, partition.keySet(), names, found);
        List<Type> read = new ArrayList<>();
        read.add(textType(address, schema, partition, names.get(found.text())));
        Field text = text(read.get(0).getName(), 0);
        Field second = NONE;
        if (found.second().isPresent()) {
            read.add(textType(
                    address, schema, partition, names.get(found.second().getAsInt())));
            second = text(read.get(1).getName(), 1);
        }
        Field label = NONE;
        if (found.label().isPresent()) {
            String name = names.get(found.label().getAsInt());
            if (partition.containsKey(name)) {
                String value = partition.get(name);
                label = (row, place) -> value;
            } else {
                label = label(address, schema.getType(name), read.size(), form);
                read.add(schema.getType(name));
            }
        }
        if (!found.indicators().isEmpty()) {
            label = indicators(
                    address, found.indicators().stream().map(names::get).toList(), schema, partition, read);
        }
        return new TextFields(new MessageType(schema.getName(), read), text, second, label);
    }

    private static void requireOnce(
            String address, MessageType schema, Set<String> partition, List<String> names, TextColumns found) {
        IntStream needed = IntStream.concat(
                IntStream.concat(IntStream.of(found.text()), found.second().stream()),
                IntStream.concat(
                        found.label().stream(), found.indicators().stream().mapToInt(Integer::intValue)));
        needed.mapToObj(names::get)
                .filter(name -> partition.contains(name) && schema.containsField(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new InputException(address + ", column " + Shown.of(name) + ": the name of a directory ("
                            + Shown.of(name) + "=) and a file in it both have it; rename the directory, or leave the"
                            + " column out of the file");
                });
    }

    private static Type textType(String address, MessageType schema, Map<String, String> partition, String name) {
        if (partition.containsKey(name)) {
            throw wrongType(address, name, "directory name", "a string");
        }
        Type text = schema.getType(name);
        if (!SqlTypes.of(text).equals(STRING)) {
            throw wrongType(address, name, SqlTypes.of(text), "a string");
        }
        return text;
    }

    /**
     * The set of labels whose columns hold 1.
     *
     * @param read gets the columns
     */
    private static Field indicators(
            String address, List<String> columns, MessageType schema, Map<String, String> partition, List<Type> read) {
        List<Field> values = new ArrayList<>();
        for (String column : columns) {
            if (partition.containsKey(column)) {
                String value = partition.get(column);
                values.add((row, place) -> value);
                continue;
            }
            Type type = schema.getType(column);
            String name = SqlTypes.of(type);
            if (!INTEGERS.contains(name) && !name.equals("boolean")) {
                throw wrongType(address, column, name, "an integer (0 or 1) or a boolean");
            }
            int index = read.size();
            read.add(type);
            values.add((row, place) -> row.getFieldRepetitionCount(index) == 0 ? null : row.getValueToString(index, 0));
        }
        return (row, place) -> LabelCells.ofIndicators(
                columns, values.stream().map(value -> value.in(row, place)).toList(), place);
    }

    /** The columns to read. */
    MessageType projection() {
        return projection;
    }

    /** @param place of the row, for messages */
    TextParts text(Group row, String place) {
        return new TextParts(text.in(row, place), second.in(row, place));
    }

    /** A column of texts, none of them null. */
    private static Field text(String name, int column) {
        Field value = string(name, column);
        return (row, place) -> {
            String text = value.in(row, place);
            if (text == null) {
                throw new InputException(
                        place + ", column " + name + ": the text is null; an empty text is written as an empty string");
            }
            return text;
        };
    }

    /** Null where the row has none. */
    String label(Group row, String place) {
        return label.in(row, place);
    }

    private static Field label(String address, Type type, int column, LabelForm form) {
        String name = SqlTypes.of(type);
        if (name.equals(STRING)) {
            return string(type.getName(), column);
        }
        if (form == LabelForm.SCORE && FRACTIONS.contains(name)) {
            return (row, place) -> row.getFieldRepetitionCount(column) == 0 ? null : row.getValueToString(column, 0);
        }
        if (form == LabelForm.SET && LISTS.contains(name)) {
            return list(type.getName(), column);
        }
        if (!INTEGERS.contains(name)) {
            throw wrongType(
                    address,
                    type.getName(),
                    name,
                    switch (form) {
                        case CLASS -> "a string or an integer";
                        case SET -> "a list of strings or integers";
                        case SCORE -> "a number";
                    });
        }
        return (row, place) -> row.getFieldRepetitionCount(column) == 0 ? null : integer(row, column);
    }

    private static String integer(Group row, int column) {
        boolean unsigned =
                row.getType().getType(column).getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation whole
                        && !whole.isSigned();
        return unsigned ? Integer.toUnsignedString(row.getInteger(column, 0)) : row.getValueToString(column, 0);
    }

    private static Field string(String name, int column) {
        return (row, place) -> row.getFieldRepetitionCount(column) == 0
                ? null
                : decoded(row.getBinary(column, 0).getBytes(), place, name);
    }

    /** A list of strings or integers in three levels, as Spark, Arrow and pandas write it; as a set of labels. */
    private static Field list(String name, int column) {
        return (row, place) -> {
            if (row.getFieldRepetitionCount(column) == 0) {
                return null;
            }
            List<String> labels = new ArrayList<>();
            Group list = row.getGroup(column, 0);
            for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
                Group element = list.getGroup(0, i);
                if (element.getFieldRepetitionCount(0) == 0) {
                    throw new InputException(place + ", column " + name + ": a name in the list is null; leave it out");
                }
                boolean text = SqlTypes.of(element.getType().getType(0)).equals(STRING);
                labels.add(text ? decoded(element.getBinary(0, 0).getBytes(), place, name) : integer(element, 0));
            }
            return LabelNames.text(labels);
        };
    }

    /** As strict about UTF-8 as the other formats. */
    private static String decoded(byte[] bytes, String place, String column) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(
                    place + ", column " + column + ": not UTF-8; write the file with UTF-8 strings", e);
        }
    }

    private static InputException wrongType(String address, String column, String type, String expected) {
        return new InputException(address + ", column " + Shown.of(column) + ": of type " + type + " where " + expected
                + " is expected; cast it before writing");
    }
}
