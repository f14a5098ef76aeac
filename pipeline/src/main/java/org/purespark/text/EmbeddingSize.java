// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The ids and types of tokens that a model has embeddings for. A tokenizer may know more tokens than that, if no text
 * has them.
 *
 * @param model the model's address, for messages
 * @param vocabulary V: ids from 0 to V - 1 have one
 * @param tokenTypes rows of the embedding of types; 0: there is none, and types do not count
 */
public record EmbeddingSize(String model, int vocabulary, int tokenTypes) {
    /** Share of a tokenizer's tokens without embedding from which the two hardly belong together. */
    private static final double MANY = 0.1;

    /** What a person should know of the tokenizer, one sentence each. */
    public List<String> warnings(TextTokenizer tokenizer) {
        List<String> warnings = new ArrayList<>(tokenizer.warnings());
        int beyond = tokenizer.vocabulary().idsFrom(vocabulary);
        int all = tokenizer.vocabulary().size();
        if (beyond > MANY * all) {
            warnings.add(tokenizer.source() + ": " + beyond + " of " + all + " tokens have no embedding in the model "
                    + model + ", which has them for ids from 0 to " + (vocabulary - 1)
                    + "; a text with one of them is refused");
        }
        return warnings;
    }

    /** What a person should know of the tokenizer if the texts are pairs, one sentence each. */
    public List<String> pairWarnings(TextTokenizer tokenizer) {
        return tokenTypes > 1 ? tokenizer.pairWarnings() : List.of();
    }

    /**
     * Encodes single texts as {@link TextTokenizer#encode(List, int, IntFunction)} does, pairs as
     * {@link TextTokenizer#encodePairs} does.
     *
     * @param texts all single, or all pairs
     * @throws InputException for a text with a token that has no embedding, or has one of no type, and for one without
     *     any token
     */
    public List<EncodedText> encode(
            TextTokenizer tokenizer, List<TextParts> texts, int maxLength, IntFunction<String> place) {
        List<EncodedText> encoded = encoded(tokenizer, texts, maxLength, place);
        require(tokenizer, encoded, place);
        return encoded;
    }

    private List<EncodedText> encoded(
            TextTokenizer tokenizer, List<TextParts> texts, int maxLength, IntFunction<String> place) {
        long pairs = texts.stream().filter(TextParts::isPair).count();
        if (pairs == 0) {
            return tokenizer.encode(texts.stream().map(TextParts::first).toList(), maxLength, place);
        }
        if (pairs < texts.size()) {
            throw new IllegalArgumentException(pairs + " of " + texts.size() + " texts are pairs");
        }
        List<EncodedText> encoded = tokenizer.encodePairs(texts, maxLength, place);
        return tokenTypes == 0 ? encoded.stream().map(EncodedText::withoutTypes).toList() : encoded;
    }

    private void require(TextTokenizer tokenizer, List<EncodedText> texts, IntFunction<String> place) {
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).ids().length == 0) {
                throw new InputException(place.apply(i) + ": no token is left of the text, and " + tokenizer.source()
                        + " puts none around it; remove the text");
            }
            if (tokenTypes == 1 && texts.get(i).second() < texts.get(i).ids().length) {
                throw new InputException(place.apply(i) + ": " + tokenizer.source() + " gives tokens of a second text"
                        + " the type 1, and the model " + model + " has an embedding of type 0 alone (type_vocab_size"
                        + " is 1); leave token_type_ids out of model_input_names in tokenizer_config.json, as"
                        + " RoBERTa's tokenizers do");
            }
            for (int id : texts.get(i).ids()) {
                if (id >= vocabulary) {
                    throw new InputException(place.apply(i) + ": the token \""
                            + Shown.of(tokenizer.vocabulary().token(id).orElse("")) + "\" has id " + id + " in "
                            + tokenizer.source() + ", and the model " + model + " has embeddings for ids from 0 to "
                            + (vocabulary - 1) + "; take tokenizer and model from the same checkpoint");
                }
            }
        }
    }
}
