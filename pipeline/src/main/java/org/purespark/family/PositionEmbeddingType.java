// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.purespark.Shown;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceTerms;

/** The values of BERT's key {@code position_embedding_type} that are computed. */
enum PositionEmbeddingType {
    /** Positions have vectors, which are added to the words'. */
    ABSOLUTE("absolute"),
    /** Distances have vectors, which meet queries. */
    RELATIVE_KEY("relative_key"),
    /** Distances have vectors, which meet queries and keys. */
    RELATIVE_KEY_QUERY("relative_key_query");

    static final String KEY = "position_embedding_type";

    private final String word;

    PositionEmbeddingType(String word) {
        this.word = word;
    }

    /** The value in {@code config.json}. */
    String word() {
        return word;
    }

    static PositionEmbeddingType of(ConfigKeys keys) {
        String given = keys.text(KEY, ABSOLUTE.word);
        return Arrays.stream(values())
                .filter(type -> type.word.equals(given))
                .findFirst()
                .orElseThrow(() -> keys.invalid(
                        KEY,
                        "is \"" + Shown.of(given) + "\"; computed are "
                                + Arrays.stream(values()).map(type -> type.word).collect(Collectors.joining(", "))));
    }

    static PositionEmbeddingType of(Attention attention) {
        if (!(attention instanceof Attention.RelativeKeys keys)) {
            return ABSOLUTE;
        }
        return switch (keys.terms()) {
            case CONTENT_TO_POSITION -> RELATIVE_KEY;
            case BOTH -> RELATIVE_KEY_QUERY;
            case POSITION_TO_CONTENT -> throw new IllegalArgumentException(
                    "no " + KEY + " has distances that meet keys alone");
        };
    }

    /**
     * Which products with distances there are.
     *
     * @throws IllegalStateException for absolute positions
     */
    DistanceTerms terms() {
        return switch (this) {
            case RELATIVE_KEY -> DistanceTerms.CONTENT_TO_POSITION;
            case RELATIVE_KEY_QUERY -> DistanceTerms.BOTH;
            case ABSOLUTE -> throw new IllegalStateException("absolute positions have no products with distances");
        };
    }
}
