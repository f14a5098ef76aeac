// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** What the factors of matrix products are; everything else is float32 with each. */
public enum PrecisionChoice {
    /** Float32, as published models are trained. */
    FLOAT32,
    /** Rounded to bfloat16; sums and results are float32. For CPUs that multiply it faster. */
    BFLOAT16
}
