// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The ids that a model has embeddings for. A tokenizer may know more tokens than that, if no text has them.
 *
 * @param model the model's address, for messages
 * @param vocabulary V: ids from 0 to V - 1 have one
 */
public record EmbeddingSize(String model, int vocabulary) {
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

    /**
     * Encodes texts as {@link TextTokenizer#encode(List, int, IntFunction)} does.
     *
     * @throws InputException for a text with a token that has no embedding, and for one without any token
     */
    public List<EncodedText> encode(
            TextTokenizer tokenizer, List<String> texts, int maxLength, IntFunction<String> place) {
        List<EncodedText> encoded = tokenizer.encode(texts, maxLength, place);
        require(tokenizer, encoded, place);
        return encoded;
    }

    private void require(TextTokenizer tokenizer, List<EncodedText> texts, IntFunction<String> place) {
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).ids().length == 0) {
                throw new InputException(place.apply(i) + ": no token is left of the text, and " + tokenizer.source()
                        + " puts none around it; remove the text");
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
