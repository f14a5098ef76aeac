// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * What computes.
 *
 * @param engine of every task
 * @param precision of the factors of products
 */
public record ComputeSettings(@ResultNeutral EngineChoice engine, PrecisionChoice precision) implements Serializable {
    /** Those that a run has without a word about it. */
    public static final ComputeSettings DEFAULT = new ComputeSettings(EngineChoice.AUTO, PrecisionChoice.FLOAT32);
}
