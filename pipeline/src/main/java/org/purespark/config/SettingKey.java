// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** One setting: its name, the type of its record component, its range. */
final class SettingKey {
    private final String name;
    private final Class<?> type;
    private final Interval interval;
    private final boolean changesResult;

    SettingKey(String name, Class<?> type, Interval interval, boolean changesResult) {
        this.name = name;
        this.type = type;
        this.interval = interval;
        this.changesResult = changesResult;
    }

    String name() {
        return name;
    }

    boolean changesResult() {
        return changesResult;
    }

    /** The allowed values, in words. */
    String allowed() {
        String values;
        if (type == boolean.class) {
            values = "true or false";
        } else if (type.isEnum()) {
            values = String.join(" or ", constants());
        } else if (type == String.class) {
            values = "any text";
        } else {
            values = interval == null ? "any 64-bit whole number" : interval.toString();
        }
        return nullable() ? values + " or null" : values;
    }

    /**
     * The value of the component's own type.
     *
     * @throws IllegalArgumentException with what is wrong, without the allowed values
     */
    Object parse(ConfigValue value) {
        return switch (value.valueType()) {
            case NULL -> {
                if (!nullable()) {
                    throw new IllegalArgumentException("null is not a value here");
                }
                yield null;
            }
            case LIST, OBJECT -> throw new IllegalArgumentException("a single value is expected");
            default -> parse(String.valueOf(value.unwrapped()));
        };
    }

    private Object parse(String text) {
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("neither true nor false");
            }
            return Boolean.valueOf(text);
        }
        if (type.isEnum()) {
            int index = constants().indexOf(text);
            if (index < 0) {
                throw new IllegalArgumentException("not known");
            }
            return type.getEnumConstants()[index];
        }
        if (type == String.class) {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return text;
        }
        if (type == int.class || type == long.class) {
            return wholeNumber(text);
        }
        if (type == double.class || type == Double.class) {
            double value = number(text).doubleValue();
            inRange(Double.isInfinite(value) ? number(text) : BigDecimal.valueOf(value));
            return value;
        }
        throw new IllegalStateException("setting " + name + ": no reader for " + type);
    }

    private Object wholeNumber(String text) {
        long value;
        try {
            value = number(text).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("not a whole number of 64 bits", e);
        }
        inRange(BigDecimal.valueOf(value));
        if (type == long.class) {
            return value;
        }
        return Math.toIntExact(value);
    }

    private static BigDecimal number(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number", e);
        }
    }

    private void inRange(BigDecimal value) {
        if (interval != null && !interval.contains(value)) {
            throw new IllegalArgumentException("out of range");
        }
    }

    private boolean nullable() {
        return type == Double.class || type == String.class;
    }

    private List<String> constants() {
        return Arrays.stream(type.getEnumConstants()).map(SettingKey::text).collect(Collectors.toList());
    }

    /** The name of an enum constant in files. */
    static String text(Object constant) {
        if (constant instanceof Spelt spelt) {
            return spelt.spelling();
        }
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
