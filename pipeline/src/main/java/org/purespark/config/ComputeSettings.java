// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * What computes.
 *
 * @param engine of every task
 */
public record ComputeSettings(@ResultNeutral EngineChoice engine) implements Serializable {}
