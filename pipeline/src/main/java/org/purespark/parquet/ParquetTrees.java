// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Rows of any Parquet file as trees: structs and maps are objects, lists are arrays, null values are left out. A few
 * bytes of Parquet can stand for many values, so there is a limit to them.
 */
public record ParquetTrees(Storage storage) {
    private static final int MOST_VALUES = 200_000;
    private static final int MOST_CHARACTERS = 64_000_000;

    /** What may still be read. */
    private static final class Budget {
        private final String address;
        private int values = MOST_VALUES;
        private int characters = MOST_CHARACTERS;

        Budget(String address) {
            this.address = address;
        }

        void take(int texts) {
            values--;
            characters -= texts;
            if (values < 0 || characters < 0) {
                throw new InputException(address + ": it holds more than " + MOST_VALUES + " values or "
                        + MOST_CHARACTERS + " characters; make several of it");
            }
        }
    }

    /** @throws InputException if the file is not Parquet, too large, or has values of a type without a tree form */
    public List<ObjectNode> read(String address) {
        List<ObjectNode> rows = new ArrayList<>();
        Budget budget = new Budget(address);
        try {
            for (String file : ParquetFile.addresses(storage, address)) {
                ParquetFile.read(
                        storage, file, ParquetFile.schema(storage, file), row -> rows.add(struct(row, budget)));
            }
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw ParquetFile.unreadable(address, e);
        }
        return rows;
    }

    /**
     * A file with one row for each object; members that the schema lacks are refused, absent and null ones are null.
     *
     * @param schema in Parquet's own notation; objects are groups, all else primitives
     */
    public static byte[] write(String schema, Iterator<ObjectNode> rows) throws IOException {
        MessageType type = org.apache.parquet.schema.MessageTypeParser.parseMessageType(schema);
        return ParquetFile.write(type, rows, ParquetTrees::fill);
    }

    private static void fill(Group group, ObjectNode from) {
        for (Map.Entry<String, JsonNode> member : from.properties()) {
            if (member.getValue().isNull()) {
                continue;
            }
            int field = group.getType().getFieldIndex(member.getKey());
            JsonNode value = member.getValue();
            Type type = group.getType().getType(field);
            if (value instanceof ObjectNode object) {
                fill(group.addGroup(field), object);
                continue;
            }
            switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> group.add(field, value.intValue());
                case INT64 -> group.add(field, value.longValue());
                case DOUBLE -> group.add(field, value.doubleValue());
                case BINARY -> group.add(field, value.textValue());
                default -> throw new IllegalArgumentException(member.getKey() + ": no way to write a " + type);
            }
        }
    }

    private static ObjectNode struct(Group group, Budget budget) {
        budget.take(0);
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int field = 0; field < group.getType().getFieldCount(); field++) {
            if (group.getFieldRepetitionCount(field) > 0) {
                object.set(group.getType().getFieldName(field), value(group, field, budget));
            }
        }
        return object;
    }

    private static JsonNode value(Group group, int field, Budget budget) {
        Type type = group.getType().getType(field);
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
                array.add(
                        type.isPrimitive()
                                ? primitive(group, field, i, budget)
                                : struct(group.getGroup(field, i), budget));
            }
            return array;
        }
        if (type.isPrimitive()) {
            return primitive(group, field, 0, budget);
        }
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        Group inner = group.getGroup(field, 0);
        if (logical instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            return list(inner, budget);
        }
        return logical instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation
                ? map(inner, budget)
                : struct(inner, budget);
    }

    /** {@code repeated group list { optional element }}. */
    private static ArrayNode list(Group list, Budget budget) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            Group entry = list.getGroup(0, i);
            if (entry.getFieldRepetitionCount(0) == 0) {
                budget.take(0);
                array.addNull();
            } else {
                array.add(value(entry, 0, budget));
            }
        }
        return array;
    }

    /** {@code repeated group key_value { required key; optional value }}. */
    private static ObjectNode map(Group map, Budget budget) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
            Group entry = map.getGroup(0, i);
            String key = primitive(entry, 0, 0, budget).asText();
            if (entry.getFieldRepetitionCount(1) == 0) {
                budget.take(0);
                object.putNull(key);
            } else {
                object.set(key, value(entry, 1, budget));
            }
        }
        return object;
    }

    private static JsonNode primitive(Group group, int field, int index, Budget budget) {
        Type type = group.getType().getType(field);
        boolean text = type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
        budget.take(text ? group.getBinary(field, index).length() : 0);
        return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
            case INT32 -> IntNode.valueOf(group.getInteger(field, index));
            case INT64 -> LongNode.valueOf(group.getLong(field, index));
            case DOUBLE -> DoubleNode.valueOf(group.getDouble(field, index));
            case FLOAT -> FloatNode.valueOf(group.getFloat(field, index));
            case BOOLEAN -> BooleanNode.valueOf(group.getBoolean(field, index));
            case BINARY -> TextNode.valueOf(group.getString(field, index));
            default -> throw new IllegalArgumentException("column " + type.getName() + ": of type " + type
                    + " where a string, a number, true or false, a list or a map is expected");
        };
    }
}
