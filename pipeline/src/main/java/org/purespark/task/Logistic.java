// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

/** The logistic function, 1 / (1 + e^-z). */
public final class Logistic {
    private Logistic() {}

    /** @return 0 to 1 */
    public static double of(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
