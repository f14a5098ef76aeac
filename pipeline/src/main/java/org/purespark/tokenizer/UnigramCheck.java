// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.Shown;

/**
 * SentencePiece's unigram model (Kudo, Subword Regularization, ACL 2018): tokens with scores. The native code keeps
 * them in a tree with a node for each byte, and tries at each place of a text all tokens that begin there.
 */
final class UnigramCheck {
    /** SentencePiece makes tokens of at most 16 characters; symbols that users add are longer. */
    private static final int LONGEST_TOKEN = 256;

    /** A node takes some 300 bytes. */
    private static final long MOST_NODES = 4_000_000;

    /** Tokens of which each begins with the one before. */
    private static final int DEEPEST_NESTING = 64;

    private UnigramCheck() {}

    static ModelCheck.Tokens check(JsonPart model) {
        model.requireFields(Set.of("unk_id", "vocab"), Set.of("byte_fallback"));
        model.at("byte_fallback").requireFlagIfThere();
        JsonPart vocabulary = model.at("vocab");
        JsonNode json = vocabulary.json();
        if (!json.isArray() || json.isEmpty() || json.size() > ModelCheck.MOST_TOKENS) {
            throw vocabulary.unexpected("an array of 1 to " + ModelCheck.MOST_TOKENS + " tokens with their scores");
        }
        model.at("unk_id").integer(0, json.size() - 1);
        Map<String, Integer> ids = new HashMap<>(json.size() * 2);
        int id = 0;
        for (JsonNode entry : json) {
            if (!entry.isArray()
                    || entry.size() != 2
                    || !entry.get(0).isTextual()
                    || !entry.get(1).isNumber()
                    || !Double.isFinite(entry.get(1).doubleValue())) {
                throw vocabulary.at(id).unexpected("a token with a finite score");
            }
            ModelCheck.requireLength(vocabulary, entry.get(0).textValue(), LONGEST_TOKEN);
            ids.put(entry.get(0).textValue(), id++);
        }
        requireSmallTree(vocabulary, ids.keySet());
        return new ModelCheck.Tokens(ids, json.size());
    }

    private static void requireSmallTree(JsonPart vocabulary, Set<String> tokens) {
        List<String> sorted = new ArrayList<>(tokens);
        Collections.sort(sorted);
        Deque<String> beginnings = new ArrayDeque<>();
        String before = "";
        long nodes = 0;
        for (String token : sorted) {
            nodes += bytes(token.substring(sharedStart(before, token)));
            while (!beginnings.isEmpty() && !token.startsWith(beginnings.peek())) {
                beginnings.pop();
            }
            beginnings.push(token);
            if (beginnings.size() > DEEPEST_NESTING) {
                throw vocabulary.refused("has more than " + DEEPEST_NESTING
                        + " tokens of which each begins with the one" + " before, up to \"" + Shown.of(token) + "\"");
            }
            before = token;
        }
        if (nodes > MOST_NODES) {
            throw vocabulary.refused("makes a tree of " + nodes + " bytes; at most " + MOST_NODES + " are read");
        }
    }

    private static int sharedStart(String one, String other) {
        int most = Math.min(one.length(), other.length());
        int shared = 0;
        while (shared < most && one.charAt(shared) == other.charAt(shared)) {
            shared++;
        }
        return shared;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
