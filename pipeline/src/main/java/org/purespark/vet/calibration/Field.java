// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.util.List;

/** Conditions on the content of a file; each throws IllegalArgumentException with the field and its value. */
final class Field {
    private Field() {}

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    static <T> List<T> list(String field, List<T> values) {
        that(values != null && values.stream().noneMatch(java.util.Objects::isNull), field + " is null or holds null");
        return List.copyOf(values);
    }

    static void finite(String field, double value) {
        that(Double.isFinite(value), field + " is " + value + ", expected a finite number");
    }
}
