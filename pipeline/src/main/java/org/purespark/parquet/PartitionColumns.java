// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The columns that the names of directories hold, {@code label=1/part-0.parquet}, as Hive and Spark write them. Where
 * all of a column's values are integers they are read as such: {@code 01} is 1.
 */
final class PartitionColumns {
    /** What stands for null. */
    private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,18}");
    private static final Pattern ESCAPED = Pattern.compile("%([0-9A-Fa-f]{2})");

    private final Map<String, Map<String, String>> valuesByFile = new HashMap<>();

    private PartitionColumns() {}

    /** @param files addresses in or below the directory {@code source}; the source itself has no such columns */
    static PartitionColumns of(String source, List<String> files) {
        PartitionColumns columns = new PartitionColumns();
        Map<String, Boolean> integers = new HashMap<>();
        for (String file : files) {
            Map<String, String> values = new LinkedHashMap<>();
            if (!file.equals(source)) {
                String[] parts = file.substring(source.length()).split("/");
                for (int i = 0; i < parts.length - 1; i++) {
                    int equals = parts[i].indexOf('=');
                    if (equals > 0) {
                        values.put(unescaped(parts[i].substring(0, equals)), unescaped(parts[i].substring(equals + 1)));
                    }
                }
            }
            values.forEach((name, value) -> integers.merge(
                    name, value.equals(NULL) || INTEGER.matcher(value).matches(), Boolean::logicalAnd));
            columns.valuesByFile.put(file, values);
        }
        for (Map<String, String> values : columns.valuesByFile.values()) {
            values.replaceAll((name, value) -> read(value, integers.get(name)));
        }
        return columns;
    }

    /** Names and values, null ones too, in the order of the path. */
    Map<String, String> of(String file) {
        return valuesByFile.get(file);
    }

    private static String read(String value, boolean integer) {
        if (value.equals(NULL)) {
            return null;
        }
        return integer ? Long.toString(Long.parseLong(value)) : value;
    }

    /** Characters that cannot stand in a file's name are written as {@code %3A}. */
    private static String unescaped(String part) {
        return ESCAPED.matcher(part)
                .replaceAll(code -> java.util.regex.Matcher.quoteReplacement(
                        Character.toString(Integer.parseInt(code.group(1), 16))));
    }
}
