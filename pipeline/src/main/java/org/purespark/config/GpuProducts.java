// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** How exactly a GPU multiplies matrices. */
public enum GpuProducts {
    /** In float32, as a CPU does. */
    FLOAT32,
    /** With factors rounded to the 10 bits of TF32, on tensor cores. */
    TF32
}
