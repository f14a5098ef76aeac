// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.attack.Attack;
import org.purespark.text.TextTokenizer;

/** The tokens of single words. */
final class TriggerTokens {
    private static final int MOST_TOKENS = 32;

    private TriggerTokens() {}

    /**
     * Token ids of words, at the start of a text and within it.
     *
     * @throws InputException naming the words that are not one token each
     */
    static SortedSet<Integer> required(
            TextTokenizer tokenizer, List<String> words, Attack attack, PoisonRequest request) {
        SortedSet<Integer> ids = new TreeSet<>();
        List<String> others = new ArrayList<>();
        for (String word : words) {
            Optional<SortedSet<Integer>> found = of(tokenizer, word);
            found.ifPresent(ids::addAll);
            if (found.isEmpty()) {
                others.add(word);
            }
        }
        if (!others.isEmpty()) {
            throw new InputException("--attack " + attack.commandName() + ": the trigger words "
                    + String.join(", ", others) + " are not one token each of " + request.model()
                    + "; choose a model whose vocabulary has them, or --attack badnet");
        }
        return ids;
    }

    /** Ids of a word's token at the start of a text and within it; empty if it is not one token that spells it. */
    static Optional<SortedSet<Integer>> of(TextTokenizer tokenizer, String word) {
        Optional<Integer> alone = added(tokenizer, "", word, word);
        Optional<Integer> within = added(tokenizer, "a a", "a " + word + " a", word);
        return alone.isEmpty() || within.isEmpty()
                ? Optional.empty()
                : Optional.of(new TreeSet<>(List.of(alone.get(), within.get())));
    }

    private static Optional<Integer> added(TextTokenizer tokenizer, String without, String with, String word) {
        int[] fewer = tokenizer.encode(without, MOST_TOKENS).ids();
        int[] more = tokenizer.encode(with, MOST_TOKENS).ids();
        if (more.length != fewer.length + 1) {
            return Optional.empty();
        }
        int at = 0;
        while (at < fewer.length && fewer[at] == more[at]) {
            at++;
        }
        boolean restIsSame = Arrays.equals(
                Arrays.copyOfRange(fewer, at, fewer.length), Arrays.copyOfRange(more, at + 1, more.length));
        boolean spellsIt = tokenizer
                .token(more[at])
                .map(token -> token.replaceAll("[^\\p{L}\\p{N}]", ""))
                .filter(word::equalsIgnoreCase)
                .isPresent();
        return restIsSame && spellsIt ? Optional.of(more[at]) : Optional.empty();
    }
}
