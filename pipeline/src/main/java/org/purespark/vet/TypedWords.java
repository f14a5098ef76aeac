// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.text.EncodedText;
import org.purespark.text.TextTokenizer;
import org.purespark.tokenizer.Vocabulary;
import org.purespark.vet.search.Frame;
import org.purespark.vet.search.Position;

/**
 * The tokens of a vocabulary that a user can type as words of their own, and how. Left out are special and added
 * tokens, pieces of words, unused entries, and whatever the tokenizer makes other tokens of when it is typed.
 *
 * @param byId what is typed, by id, ascending
 * @param frame the special tokens around every text
 */
record TypedWords(Map<Integer, String> byId, Frame frame) {
    /** A word that every word is typed behind: some tokenizers have other tokens for the first word. */
    private static final String FIRST = "the";

    private static final int ROOM = 64;

    /**
     * @param vocabulary of the tokenizer
     * @param rows ids that the model has an embedding for: 0 to {@code rows} - 1
     * @throws InputException if no token can be typed
     */
    static TypedWords of(TextTokenizer tokenizer, Vocabulary vocabulary, int rows) {
        int[] empty = tokenizer.encode("", ROOM).ids();
        int[] first = tokenizer.encode(FIRST, ROOM).ids();
        int before = Arrays.mismatch(empty, first);
        before = before < 0 ? empty.length : before;
        Frame frame = new Frame(
                Arrays.stream(empty, 0, before).boxed().toList(),
                Arrays.stream(empty, before, empty.length).boxed().toList());
        Map<Integer, String> candidates = new TreeMap<>();
        vocabulary.model().forEach((token, id) -> {
            String typed = typed(token);
            if (id < rows && !vocabulary.added().containsKey(token) && isWord(typed)) {
                candidates.put(id, typed);
            }
        });
        List<Integer> ids = new ArrayList<>(candidates.keySet());
        List<EncodedText> encoded = tokenizer.encode(
                ids.stream().map(id -> FIRST + ' ' + candidates.get(id)).toList(), ROOM);
        Map<Integer, String> byId = new TreeMap<>();
        Map<String, Integer> known = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            int id = ids.get(i);
            int[] expected = Arrays.copyOf(first, first.length + 1);
            int at = first.length - frame.after().size();
            System.arraycopy(first, at, expected, at + 1, frame.after().size());
            expected[at] = id;
            if (Arrays.equals(expected, encoded.get(i).ids()) && known.put(candidates.get(id), id) == null) {
                byId.put(id, candidates.get(id));
            }
        }
        if (byId.isEmpty()) {
            throw new InputException(
                    tokenizer.source() + ": no token of the vocabulary can be typed as a word; vet needs such tokens");
        }
        return new TypedWords(byId, frame);
    }

    /** Without the mark of a word's beginning. */
    private static String typed(String token) {
        return token.startsWith("\u0120") || token.startsWith("\u2581") ? token.substring(1) : token;
    }

    private static boolean isWord(String typed) {
        return !typed.isEmpty()
                && typed.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
    }

    int[] ids() {
        return byId.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    List<String> words(List<Integer> tokens) {
        return tokens.stream().map(byId::get).toList();
    }

    /** As a user types them. */
    String typed(List<Integer> tokens) {
        return String.join(" ", words(tokens));
    }

    /** A text with something typed into it, between its words. */
    static String insert(String text, String typed, Position position) {
        List<String> parts = Stream.of(text.strip().split("\\s+")).collect(Collectors.toList());
        if (position == Position.MIDDLE && parts.size() > 1) {
            parts.add(position.index(parts.size()), typed);
            return String.join(" ", parts);
        }
        return position == Position.END ? text + ' ' + typed : typed + ' ' + text;
    }
}
