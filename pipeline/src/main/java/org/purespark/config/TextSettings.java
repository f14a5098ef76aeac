// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How texts become tokens.
 *
 * @param maxLength most tokens of a text, with [CLS] and [SEP], [3, 4096]
 */
public record TextSettings(@Allowed("[3, 4096]") int maxLength) implements Serializable {}
