// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Where texts are in a file, and how they become tokens.
 *
 * @param maxLength most tokens of a text, with [CLS] and [SEP], [3, 4096]
 * @param labels which class each label means: pairs {@code label=CLASS}, or {@code new}; null for labels that tell it
 * @param textColumn name of the texts' column; null for one of the usual names
 * @param pairColumn name of the second texts' column; none for single texts; null for what the columns' names tell
 * @param labelColumn name of the labels' column; null for one of the usual names
 * @param transformers the version whose tokenizers are followed where versions differ
 */
public record TextSettings(
        @Allowed("[3, 4096]") int maxLength,
        String labels,
        String textColumn,
        String pairColumn,
        String labelColumn,
        TransformersRules transformers)
        implements Serializable {}
