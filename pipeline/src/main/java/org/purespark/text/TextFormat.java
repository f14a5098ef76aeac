// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.purespark.InputException;

/**
 * The file formats of texts; the address's extension tells which one it is (upper or lower case). All but Parquet,
 * whose pages are packed, may be packed by gzip; then {@code .gz} follows.
 */
public enum TextFormat {
    /** Tab-separated, a header line, no quoting: a text holds no tab and no line break. */
    TSV(".tsv"),
    /** Comma-separated, a header line, quoted as RFC 4180 says. */
    CSV(".csv"),
    /** One JSON object on each line. */
    JSON_LINES(".jsonl", ".ndjson"),
    /** An array of JSON objects, or one object on each line; the first character tells which one it is. */
    JSON(".json"),
    /** A Parquet file, or a directory of Parquet files. */
    PARQUET(".parquet");

    private static final String GZIP = ".gz";

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
                        + ": the extension names no known format; known are .tsv, .csv, .jsonl, .ndjson and .json, with"
                        + " .gz after it or not, and .parquet, or a directory of Parquet files"));
    }

    /** Whether the extension says that the file is packed by gzip. */
    static boolean isPacked(String address) {
        return address.toLowerCase(Locale.ROOT).endsWith(GZIP);
    }

    static Optional<TextFormat> ofExtension(String address) {
        String name = address.toLowerCase(Locale.ROOT);
        while (name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        boolean packed = isPacked(name);
        if (packed) {
            name = name.substring(0, name.length() - GZIP.length());
        }
        String unpacked = name;
        for (TextFormat format : values()) {
            if (!(packed && format == PARQUET) && format.extensions.stream().anyMatch(unpacked::endsWith)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
