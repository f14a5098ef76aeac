// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.util.List;

/**
 * A {@code tokenizer.json} that native code may be given.
 *
 * @param json what it is given: without the decoder, and with the model's type
 * @param kind WordPiece, BPE, Unigram or WordLevel
 * @param vocabulary all tokens
 * @param growth bytes that a text becomes for each of its own, at most
 * @param pairs how the two texts of a pair are put together
 * @param warnings what is allowed but seldom meant, one sentence each
 */
public record CheckedTokenizer(
        String json, String kind, Vocabulary vocabulary, double growth, PairRule pairs, List<String> warnings) {
    public CheckedTokenizer {
        warnings = List.copyOf(warnings);
    }
}
