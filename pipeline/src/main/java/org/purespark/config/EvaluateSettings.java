// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Scoring and evaluation.
 *
 * @param batchTexts texts that go through the model at once, [1, 65536]
 */
public record EvaluateSettings(@Allowed("[1, 65536]") int batchTexts) implements Serializable {}
