// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.config.DataSettings;

/**
 * How much one source of texts may hold. A small file can stand for many texts: Parquet writes a text that is repeated
 * a million times in a few bytes.
 *
 * @param rows the most rows (data.max-rows)
 * @param megabytes the most millions of characters that texts and labels have together (data.max-text-megabytes)
 */
public record TextLimits(long rows, long megabytes) {
    /** The most characters of one line, or of one text. */
    static final int MOST_CHARACTERS = 16_000_000;

    private static final int BYTES_PER_MEGABYTE = 1_000_000;

    /** A text, its label and their records take this much without their characters. */
    private static final int ROW_BYTES = 160;

    /** A second text takes this much without its characters. */
    private static final int SECOND_BYTES = 40;

    public static TextLimits of(DataSettings settings) {
        return new TextLimits(settings.maxRows(), settings.maxTextMegabytes());
    }

    long bytes() {
        return megabytes * BYTES_PER_MEGABYTE;
    }

    /** Bytes that a row takes in memory, if each character takes one. */
    static long bytesOf(TextParts text, String label) {
        return ROW_BYTES + (text.isPair() ? SECOND_BYTES : 0) + text.length() + (label == null ? 0 : label.length());
    }
}
