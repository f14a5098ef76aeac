// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens of a tokenizer and their ids, as Hugging Face's library numbers them.
 *
 * @param model tokens of the model, with ids from 0 to 2^31 - 1
 * @param added added tokens; a token that the model has too keeps the model's id
 */
public record Vocabulary(Map<String, Integer> model, Map<String, Integer> added) {
    /** The token's id, if there is such a token. */
    public OptionalInt id(String token) {
        Integer id = added.get(token);
        id = id == null ? model.get(token) : id;
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** A token with this id, if there is one. Reads all tokens. */
    public Optional<String> token(int id) {
        for (Map<String, Integer> tokens : List.of(added, model)) {
            for (Map.Entry<String, Integer> token : tokens.entrySet()) {
                if (token.getValue() == id) {
                    return Optional.of(token.getKey());
                }
            }
        }
        return Optional.empty();
    }

    /** Number of tokens. */
    public int size() {
        return model.size()
                + (int) added.keySet().stream()
                        .filter(token -> !model.containsKey(token))
                        .count();
    }

    /** Number of tokens whose id is {@code bound} or more. */
    public int idsFrom(int bound) {
        long beyond = model.values().stream().filter(id -> id >= bound).count()
                + added.entrySet().stream()
                        .filter(token -> token.getValue() >= bound && !model.containsKey(token.getKey()))
                        .count();
        return (int) beyond;
    }
}
