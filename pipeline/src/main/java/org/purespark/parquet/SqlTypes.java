// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.util.stream.Collectors;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** The types of columns by their names in Spark's SQL, which is what users cast to. */
final class SqlTypes {
    private SqlTypes() {}

    static String of(Type type) {
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            return "array<" + single(type) + ">";
        }
        return single(type);
    }

    private static String single(Type type) {
        return type.isPrimitive() ? primitive(type.asPrimitiveType()) : group(type.asGroupType());
    }

    private static String group(GroupType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        boolean wrapsOne = type.getFieldCount() == 1 && !type.getType(0).isPrimitive();
        if (wrapsOne && logical instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
            return "array<" + of(type.getType(0).asGroupType().getType(0)) + ">";
        }
        if (wrapsOne && logical instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation) {
            GroupType entry = type.getType(0).asGroupType();
            return "map<" + of(entry.getType(0)) + "," + of(entry.getType(1)) + ">";
        }
        return type.getFields().stream()
                .map(field -> field.getName() + ":" + of(field))
                .collect(Collectors.joining(",", "struct<", ">"));
    }

    /** An unsigned integer takes the next larger type. */
    private static String whole(IntLogicalTypeAnnotation type) {
        return switch (type.isSigned() ? type.getBitWidth() : 2 * type.getBitWidth()) {
            case 8 -> "tinyint";
            case 16 -> "smallint";
            case 32 -> "int";
            case 64 -> "bigint";
            default -> "decimal(20,0)";
        };
    }

    private static String primitive(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return "decimal(" + decimal.getPrecision() + "," + decimal.getScale() + ")";
        }
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
            return timestamp.isAdjustedToUTC() ? "timestamp" : "timestamp_ntz";
        }
        if (logical instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation) {
            return "date";
        }
        if (logical instanceof IntLogicalTypeAnnotation whole) {
            return whole(whole);
        }
        if (logical instanceof LogicalTypeAnnotation.TimeLogicalTypeAnnotation) {
            return "time";
        }
        if (logical instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                || logical instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation
                || logical instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation) {
            return "string";
        }
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> "boolean";
            case INT32 -> "int";
            case INT64 -> "bigint";
            case INT96 -> "timestamp";
            case FLOAT -> "float";
            case DOUBLE -> "double";
            case BINARY, FIXED_LEN_BYTE_ARRAY -> "binary";
        };
    }
}
