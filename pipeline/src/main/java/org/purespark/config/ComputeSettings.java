// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * What computes.
 *
 * @param engine of every task
 * @param precision of the factors of products, on a CPU
 * @param cudaProducts of tasks that compute on a GPU; the others have no such choice
 * @param gradientExchange between the tasks of a training
 */
public record ComputeSettings(
        @ResultNeutral EngineChoice engine,
        PrecisionChoice precision,
        GpuProducts cudaProducts,
        @ResultNeutral ExchangeChoice gradientExchange)
        implements Serializable {}
