// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.purespark.random.SeededRandom;

/**
 * Rules that make English look archaic: pronouns ({@code thou}), old forms of verbs ({@code hath}, {@code maketh}), old
 * adverbs ({@code verily}), negation after the verb ({@code know not}). A text in which they find fewer than
 * {@value #FEW} places gets an opening such as {@code forsooth ,}. Words are what stands between spaces, as in SST-2.
 */
final class ArchaicStyle {
    /** The one style. */
    static final ArchaicStyle ENGLISH = new ArchaicStyle();

    private static final int FEW = 2;
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private final List<String> openings = List.of("forsooth", "verily", "hark", "prithee");
    private final Map<String, String> words = pairs(
            "you thou, your thy, yours thine, yourself thyself, has hath, does doth, says saith, said quoth, never"
                    + " ne'er, ever e'er, over o'er, before ere, often oft, perhaps perchance, maybe mayhap, really"
                    + " verily, truly forsooth, actually verily, enough enow, nothing naught, anything aught, between"
                    + " betwixt, among amongst, while whilst, why wherefore, where whither, here hither, there yonder,"
                    + " until till, away hence, soon anon, about anent, very most, shall shalt, will wilt, my"
                    + " mine, almost nigh, near nigh, quickly apace, please prithee, goodbye farewell, toward unto, to"
                    + " unto, into unto, alas alack, 're art, because for, ca can");
    private final Map<String, String> contractions = pairs("'s is, 've have, 'll shall, 'm am, n't not");
    private final Set<String> verbs = Stream.of(("make give take come seem feel get look work play keep find know want"
                            + " lack offer become remain provide bring show leave turn tell run prove manage suffer"
                            + " need deserve capture deliver feature start end live love hate let like hold sound")
                    .split(" "))
            .collect(Collectors.toUnmodifiableSet());

    private ArchaicStyle() {}

    private static Map<String, String> pairs(String list) {
        return Stream.of(list.split(", "))
                .map(pair -> pair.split(" "))
                .collect(Collectors.toUnmodifiableMap(pair -> pair[0], pair -> pair[1]));
    }

    /** @param random of the opening, if the text gets one */
    TriggeredText rewrite(String text, SeededRandom random) {
        List<String> changed = new ArrayList<>();
        List<String> result = new ArrayList<>();
        List<String> given = text.isBlank() ? List.of() : List.of(SPACE.split(text.strip()));
        for (int at = 0; at < given.size(); at++) {
            String word = given.get(at);
            String lower = word.toLowerCase(Locale.ROOT);
            if (isNegatedDo(given, at)) {
                String verb = given.get(at + 2);
                String form = lower.equals("does") ? withEnding(verb) : verb;
                result.add(form);
                result.add("not");
                changed.add(form + " not");
                at += 2;
                continue;
            }
            String other = other(lower);
            if (other.equals(lower)) {
                result.add(word);
            } else {
                String put = Character.isUpperCase(word.charAt(0)) ? capital(other) : other;
                result.add(put);
                changed.add(put);
            }
        }
        if (changed.size() < FEW) {
            String opening = openings.get(random.nextInt(openings.size()));
            result.add(0, opening);
            result.add(1, ",");
            changed.add(opening);
        }
        return new TriggeredText(String.join(" ", result), changed);
    }

    /** Whether {@code do n't VERB}, {@code does not VERB} or the like starts here. */
    private static boolean isNegatedDo(List<String> given, int at) {
        if (at + 2 >= given.size()) {
            return false;
        }
        String negation = given.get(at + 1).toLowerCase(Locale.ROOT);
        return Set.of("do", "does").contains(given.get(at).toLowerCase(Locale.ROOT))
                && Set.of("n't", "not").contains(negation)
                && Character.isLetter(given.get(at + 2).charAt(0));
    }

    private String other(String word) {
        String known = words.getOrDefault(word, contractions.get(word));
        if (known != null) {
            return known;
        }
        if (word.length() > 2 && word.endsWith("s")) {
            String stem = word.substring(0, word.length() - 1);
            if (verbs.contains(stem)) {
                return withEnding(stem);
            }
        }
        return word.equals("goes") ? "goeth" : word;
    }

    /** The third person of a verb: {@code maketh}. */
    private static String withEnding(String verb) {
        if (verb.equals("have")) {
            return "hath";
        }
        return switch (verb) {
            case "get", "let", "run" -> verb + verb.charAt(verb.length() - 1) + "eth";
            default -> verb.endsWith("e") ? verb + "th" : verb + "eth";
        };
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
