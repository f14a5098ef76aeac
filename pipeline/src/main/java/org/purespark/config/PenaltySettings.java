// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * The attention penalty of the normalized fine-tuning.
 *
 * @param lambda its weight in the loss, [0, 1000]
 */
public record PenaltySettings(@Allowed("[0, 1000]") double lambda) implements Serializable {}
