// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.Shown;

/** The part {@code added_tokens}: texts that are found before and after normalization, and become one token each. */
final class AddedTokensCheck {
    /** The native code compares each with all before it. */
    private static final int MOST = 10_000;

    private static final int LONGEST = 256;
    private static final int MOST_CHARACTERS = 500_000;
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");

    private AddedTokensCheck() {}

    /**
     * Checks the tokens and numbers them as the native code does, which does not look at their {@code id}: a token of
     * the model keeps its id, others get the next free ones.
     *
     * @param warnings gets a sentence if ids of the file are not those
     */
    static Vocabulary check(
            JsonPart tokens, ModelCheck.Tokens model, Normalization normalization, List<String> warnings) {
        Map<String, Integer> added = new LinkedHashMap<>();
        if (!tokens.isThere()) {
            return new Vocabulary(model.ids(), added);
        }
        int highest = -1;
        int others = 0;
        int characters = 0;
        JsonPart other = null;
        for (JsonPart token : tokens.items(MOST)) {
            String content = content(token);
            characters += content.length();
            requireFindable(token, content, normalization);
            requireStripsNoBlanks(token, content);
            Integer known = added.get(content);
            known = known == null ? model.ids().get(content) : known;
            int id = known != null ? known : next(token, highest, model.size());
            added.put(content, id);
            highest = Math.max(highest, id);
            if (token.at("id").id() != id && others++ == 0) {
                other = token;
            }
        }
        if (characters > MOST_CHARACTERS) {
            throw tokens.refused("has " + characters + " characters in all; expected are at most " + MOST_CHARACTERS);
        }
        if (other != null) {
            String content = other.at("content").json().textValue();
            warnings.add(
                    tokens.source() + ": " + others + " of added_tokens have other ids than the file says, such as \""
                            + Shown.of(content) + "\", which gets " + added.get(content) + " and not "
                            + other.at("id").json() + "; transformers numbers them the same way");
        }
        return new Vocabulary(model.ids(), added);
    }

    private static int next(JsonPart token, int highest, int size) {
        if (highest == Integer.MAX_VALUE) {
            throw token.refused("has no free id: one before it has " + highest);
        }
        return highest >= size ? highest + 1 : size;
    }

    private static String content(JsonPart token) {
        token.requireFields(
                Set.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"), Set.of());
        FLAGS.forEach(flag -> token.at(flag).flag());
        String content = token.at("content").text(LONGEST);
        if (content.isEmpty()) {
            throw token.at("content").unexpected("a string that is not empty");
        }
        return content;
    }

    /** A token that normalization turns into nothing would be found at each byte of a text, which ends the process. */
    private static void requireFindable(JsonPart token, String content, Normalization normalization) {
        if (!token.at("normalized").flag() || normalization.keepsEverything()) {
            return;
        }
        if (normalization.loses().isPresent()) {
            throw token.refused("is normalized, and " + normalization.loses().get() + " may leave nothing of it");
        }
        if (!Normalization.hasSolid(content)) {
            throw token.refused("is normalized, and nothing may be left of \"" + Shown.of(content) + "\"");
        }
    }

    /**
     * A blank token that takes the blanks beside it takes them again at each of them: in a long run of blanks that is
     * quadratic; and if another one has taken them, it ends the process.
     */
    private static void requireStripsNoBlanks(JsonPart token, String content) {
        if ((token.at("lstrip").flag() || token.at("rstrip").flag()) && !Normalization.hasSolid(content)) {
            throw token.refused("has lstrip or rstrip, and its content \"" + Shown.of(content) + "\" may be blank");
        }
    }
}
