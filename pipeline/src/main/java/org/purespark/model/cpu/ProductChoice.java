// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

/** What a CPU's engine multiplies matrices with. */
public enum ProductChoice {
    /** ND4J, in float32. */
    FLOAT32,
    /** oneDNN: factors are rounded to bfloat16, sums and results are float32. */
    BFLOAT16
}
