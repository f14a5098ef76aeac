// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** What carries gradients and parameters between the tasks of a training. */
public enum ExchangeChoice {
    /** Spark's block transfer, with its authentication and encryption. */
    SPARK,
    /** NVIDIA's NCCL, from GPU to GPU, over connections of its own. */
    NCCL
}
