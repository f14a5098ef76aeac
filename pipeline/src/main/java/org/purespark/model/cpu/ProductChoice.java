// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

/** What a CPU's engine multiplies matrices with. */
public enum ProductChoice {
    /** ND4J's own product, in float32. */
    ND4J,
    /** oneDNN, in float32. */
    ONEDNN,
    /** oneDNN: factors are rounded to bfloat16, sums and results are float32. */
    ONEDNN_BFLOAT16;

    /** What multiplies in float32. */
    public static final ProductChoice FLOAT32 = ND4J;
}
