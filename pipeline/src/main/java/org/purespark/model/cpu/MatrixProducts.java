// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/** What multiplies matrices for a CPU's engine. Results do not depend on the number of threads. */
interface MatrixProducts extends AutoCloseable {
    /** {@link ProductKernels#linear}. */
    void linear(ProductKernels.LinearInputs<DeviceArray> in, ProductKernels.Weight form, DeviceArray result);

    /** {@link ProductKernels#linearGradient}. */
    void linearGradient(
            ProductKernels.LinearBackward<DeviceArray> in, ProductKernels.LinearInputs<DeviceArray> gradients);

    /** Gives its native memory back; the threads of the engine have ended. */
    @Override
    void close();
}
