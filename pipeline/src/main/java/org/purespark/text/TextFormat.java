// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.purespark.InputException;

/** The file formats of texts; the address's extension tells which one it is (upper or lower case). */
public enum TextFormat {
    /** Tab-separated, a header line, no quoting: a text holds no tab and no line break. */
    TSV(".tsv"),
    /** Comma-separated, a header line, quoted as RFC 4180 says. */
    CSV(".csv"),
    /** One JSON object on each line. */
    JSON_LINES(".jsonl", ".ndjson", ".json"),
    /** A Parquet file, or a directory of Parquet files. */
    PARQUET(".parquet");

    private final List<String> extensions;

    TextFormat(String... extensions) {
        this.extensions = List.of(extensions);
    }

    /**
     * The format that the address's extension names.
     *
     * @throws InputException for any other extension, naming the known ones
     */
    public static TextFormat of(String address) {
        return ofExtension(address)
                .orElseThrow(() -> new InputException(address
                        + ": the extension names no known format; known are .tsv, .csv, .jsonl, .ndjson, .json and"
                        + " .parquet, or a directory of Parquet files"));
    }

    static Optional<TextFormat> ofExtension(String address) {
        String name = address.toLowerCase(Locale.ROOT);
        while (name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        for (TextFormat format : values()) {
            if (format.extensions.stream().anyMatch(name::endsWith)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
