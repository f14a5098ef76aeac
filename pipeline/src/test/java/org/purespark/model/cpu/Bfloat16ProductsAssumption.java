// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.junit.jupiter.api.Assumptions;

/** For tests of products that oneDNN has on CPUs with AVX-512 or AMX alone, emulated or not. */
public final class Bfloat16ProductsAssumption {
    private Bfloat16ProductsAssumption() {}

    /** Skips the test on a CPU for which oneDNN has no such product. */
    public static void require() {
        try (OneDnn dnn = new OneDnn()) {
            OneDnnProduct.packedBytes(dnn, OneDnn.Entry.BFLOAT16, 16, 16);
        } catch (UnsupportedOperationException e) {
            Assumptions.abort("this CPU has no product of bfloat16: " + e.getMessage());
        }
    }
}
