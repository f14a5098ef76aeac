// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How heads are scored.
 *
 * @param scorer what decides the order in which they are pruned
 * @param samples passes with dropout of the scorer {@link ScorerChoice#UNCERTAINTY}, [2, 1000]
 */
public record ScoreSettings(ScorerChoice scorer, @Allowed("[2, 1000]") int samples) implements Serializable {}
