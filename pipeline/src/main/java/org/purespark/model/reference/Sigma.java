// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import java.util.function.IntToDoubleFunction;

/** Σ. */
final class Sigma {
    private Sigma() {}

    /** Σ term(i), 0 ≤ i < count, in float64. */
    static double sum(int count, IntToDoubleFunction term) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += term.applyAsDouble(i);
        }
        return sum;
    }
}
