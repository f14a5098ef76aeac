// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/** What products of float32 matrices are computed with, on a GPU. */
public enum ProductPrecision {
    /** Float32 throughout, as on a CPU. */
    FLOAT32,
    /** Factors are rounded to the 10 bits of TF32, sums are float32: faster, and less exact. */
    TF32
}
