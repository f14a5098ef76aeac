// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.List;

/** Conditions on the content of a file; each throws IllegalArgumentException with the field and its value. */
final class Require {
    private Require() {}

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    static void text(String field, String value) {
        that(value != null, field + " is null, expected a text");
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
}
