// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How heads are scored.
 *
 * @param scorer what decides the order in which they are pruned
 */
public record ScoreSettings(ScorerChoice scorer) implements Serializable {}
