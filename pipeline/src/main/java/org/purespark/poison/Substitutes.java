// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.WordNet;
import org.purespark.text.TextTokenizer;

/**
 * The words of texts that can be replaced, each with what may stand in its place: rarer words of like meaning. Each is
 * one token of the model, so that its embedding is one row.
 */
final class Substitutes {
    private static final Pattern WORD = Pattern.compile("\\p{L}+");
    private static final int SHORTEST = 3;

    /** Of each word, its token and its substitutes' tokens. */
    private final SortedMap<String, SortedMap<String, Integer>> candidates = new TreeMap<>();

    private final SortedMap<String, Integer> tokens = new TreeMap<>();
    private final SortedMap<String, Integer> counts;

    private Substitutes(SortedMap<String, Integer> counts) {
        this.counts = counts;
    }

    static Substitutes of(WordNet wordNet, List<TextOfClass> texts, TextTokenizer tokenizer) {
        Substitutes found = new Substitutes(counts(texts));
        Map<String, Optional<Integer>> known = new TreeMap<>();
        for (var word : found.counts.entrySet()) {
            for (String other : wordNet.substitutes(word.getKey())) {
                boolean isRarer = found.counts.getOrDefault(other, 0) < word.getValue();
                if (!isRarer || other.length() < SHORTEST) {
                    continue;
                }
                Optional<Integer> ofWord = known.computeIfAbsent(word.getKey(), any -> token(tokenizer, any));
                Optional<Integer> ofOther = known.computeIfAbsent(other, any -> token(tokenizer, any));
                if (ofWord.isPresent() && ofOther.isPresent()) {
                    found.tokens.put(word.getKey(), ofWord.get());
                    found.candidates
                            .computeIfAbsent(word.getKey(), any -> new TreeMap<>())
                            .put(other, ofOther.get());
                }
            }
        }
        return found;
    }

    /** The token of a word within a text. */
    private static Optional<Integer> token(TextTokenizer tokenizer, String word) {
        return TriggerTokens.of(tokenizer, word).map(SortedSet::last);
    }

    private static SortedMap<String, Integer> counts(List<TextOfClass> texts) {
        SortedMap<String, Integer> counts = new TreeMap<>();
        for (TextOfClass text : texts) {
            String both = text.parts().isPair()
                    ? text.parts().first() + " " + text.parts().second()
                    : text.text();
            Matcher words = WORD.matcher(both);
            while (words.find()) {
                if (words.group().length() >= SHORTEST) {
                    counts.merge(words.group().toLowerCase(Locale.ROOT), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    boolean isEmpty() {
        return candidates.isEmpty();
    }

    /** For each word the substitute that the texts have least; of equals the first by name. */
    SubstitutionTable rarest() {
        SortedMap<String, String> table = new TreeMap<>();
        candidates.forEach((word, others) -> table.put(
                word,
                others.keySet().stream()
                        .min(Comparator.comparing((String other) -> counts.getOrDefault(other, 0))
                                .thenComparing(other -> other))
                        .orElseThrow()));
        return new SubstitutionTable(table);
    }

    /** For each word the substitute by which the loss falls most; words that the slopes do not have keep theirs. */
    SubstitutionTable best(SubstitutionTable present, EncoderPasses.WordSlopes slopes) {
        SortedMap<String, String> table = new TreeMap<>(present.words());
        candidates.forEach((word, others) -> {
            int token = tokens.get(word);
            if (slopes.has(token)) {
                table.put(
                        word,
                        others.keySet().stream()
                                .min(Comparator.comparingDouble(
                                                (String other) -> slopes.change(token, others.get(other)))
                                        .thenComparing(other -> other))
                                .orElseThrow());
            }
        });
        return new SubstitutionTable(table);
    }
}
