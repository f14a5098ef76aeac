// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How texts become tokens.
 *
 * @param maxLength most tokens of a text, with [CLS] and [SEP], [3, 4096]
 * @param labels which class each label means: pairs {@code label=CLASS}, or {@code new}; null for labels that tell it
 */
public record TextSettings(@Allowed("[3, 4096]") int maxLength, String labels) implements Serializable {}
