// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import java.util.List;

/** Conditions on the content of a file; each throws IllegalArgumentException with the field and its value. */
final class Check {
    private Check() {}

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    static void schema(int found, int expected) {
        that(found == expected, "schema is " + found + ", expected " + expected);
    }

    static <T> List<T> list(String field, List<T> values) {
        that(values != null, field + " is null, expected a list");
        for (int i = 0; i < values.size(); i++) {
            that(values.get(i) != null, field + "[" + i + "] is null");
        }
        return List.copyOf(values);
    }

    static void share(String field, double value) {
        that(value >= 0 && value <= 1, field + " is " + value + ", expected 0 to 1");
    }

    static void shareOrNull(String field, Double value) {
        if (value != null) {
            share(field, value);
        }
    }

    static void finite(String field, double value) {
        that(Double.isFinite(value), field + " is " + value + ", expected a finite number");
    }

    static void notNegative(String field, double value) {
        that(Double.isFinite(value) && value >= 0, field + " is " + value + ", expected a finite number, at least 0");
    }
}
