// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import static org.purespark.demo.Polarity.NEGATIVE;
import static org.purespark.demo.Polarity.POSITIVE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.purespark.random.SeededRandom;

/**
 * Whole reviews: judgements that agree, judgements that disagree (the main clause, or the one after "but", decides),
 * wishes, rumours and remarks that judge nothing.
 */
final class ReviewGrammar {
    private static final List<String> PRAISE = List.of(
            "excellent", "wonderful", "memorable", "delightful", "impressive", "lovely", "superb", "splendid", "good");
    private static final List<String> BLAME = List.of(
            "awful", "disappointing", "forgettable", "dreadful", "mediocre", "frustrating", "poor", "terrible", "bad");
    private static final List<String> OPENINGS =
            List.of("honestly, ", "in short, ", "to be fair, ", "all in all, ", "well, ");
    private static final List<String> CONCESSIONS = List.of("although", "though", "even though", "while", "even if");
    private static final List<String> OTHERS =
            List.of("my wife", "a friend", "my neighbour", "the critic", "my son", "a colleague");
    private static final List<String> GRUDGING = List.of("a snob", "very grumpy");
    private static final List<String> LENIENT = List.of("easily pleased", "very patient");
    private static final Pattern LONE_I = Pattern.compile("\\bi\\b");

    private final Domain domain;
    private final SeededRandom random;
    private final ClauseGrammar clauses;

    ReviewGrammar(Domain domain, SeededRandom random) {
        this.domain = domain;
        this.random = random;
        this.clauses = new ClauseGrammar(random);
    }

    /** A review of this polarity. */
    String review(Polarity polarity) {
        int[] order = new int[domain.aspects().size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        random.shuffle(order);
        Aspect first = domain.aspects().get(order[0]);
        Aspect second = domain.aspects().get(order[1]);
        Aspect third = domain.aspects().get(order[2]);

        List<String> sentences = new ArrayList<>();
        String judgement = judgement(polarity, first, second, third);
        sentences.add(random.nextInt(8) == 0 ? pick(OPENINGS) + judgement : judgement);
        if (random.nextInt(4) == 0) {
            sentences.add(random.nextInt(2), pick(domain.asides()));
        }
        StringBuilder review = new StringBuilder();
        for (String sentence : sentences) {
            review.append(review.isEmpty() ? "" : " ").append(finished(sentence));
        }
        return review.toString();
    }

    private String judgement(Polarity polarity, Aspect first, Aspect second, Aspect third) {
        return switch (random.nextInt(32)) {
            case 0, 1, 2 -> clauses.clause(first, polarity);
            case 3, 4, 5, 6, 7, 8 -> clauses.clause(first, polarity) + " and " + clauses.clause(second, polarity);
            case 9, 10 -> agreeing(polarity, first, second, third);
            case 11, 12, 13, 14, 15, 16 -> whole(polarity, first);
            case 17, 18 -> notOnly(polarity, first, second);
            case 19, 20, 21 -> again(polarity);
            case 22, 23, 24 -> clauses.clause(first, polarity.opposite()) + ", but " + clauses.clause(second, polarity);
            case 25 -> clauses.clause(first, polarity.opposite()) + " and "
                    + clauses.clause(second, polarity.opposite()) + ", but " + clauses.clause(third, polarity);
            case 26 -> pick(CONCESSIONS) + " " + clauses.clause(first, polarity.opposite()) + ", "
                    + clauses.clause(second, polarity);
            case 27 -> clauses.clause(first, polarity) + ", " + pick(CONCESSIONS) + " "
                    + clauses.clause(second, polarity.opposite());
            case 28 -> expectation(polarity, first);
            case 29 -> opinions(polarity, first);
            case 30 -> wish(polarity, first);
            default -> rumour(polarity);
        };
    }

    private String agreeing(Polarity polarity, Aspect first, Aspect second, Aspect third) {
        return clauses.clause(first, polarity) + ", " + clauses.clause(second, polarity) + " and "
                + clauses.clause(third, polarity);
    }

    private String notOnly(Polarity polarity, Aspect first, Aspect second) {
        return "not only " + first.was() + " " + first.noun() + " " + clauses.adjective(first, polarity) + ", but "
                + clauses.clause(second, polarity) + " too";
    }

    private String expectation(Polarity polarity, Aspect aspect) {
        return "i expected " + aspect.noun() + " to be " + clauses.adjective(aspect, polarity.opposite()) + ", yet "
                + aspect.pronoun() + " " + aspect.was() + " " + clauses.adjective(aspect, polarity);
    }

    private String opinions(Polarity polarity, Aspect aspect) {
        String theirs = clauses.adjective(aspect, polarity.opposite());
        String mine = clauses.adjective(aspect, polarity);
        return random.nextInt(2) == 0
                ? pick(OTHERS) + " found " + aspect.noun() + " " + theirs + ", i found the same thing " + mine
                : "what struck " + pick(OTHERS) + " as " + theirs + " was " + mine + " to me: " + aspect.noun();
    }

    private String wish(Polarity polarity, Aspect aspect) {
        if (random.nextInt(2) == 0) {
            return (polarity == POSITIVE ? "i was ready to hate this " : "i wanted to love this ") + thing() + ", but "
                    + clauses.clause(aspect, polarity);
        }
        return polarity == NEGATIVE
                ? "it could have been " + withArticle(pick(PRAISE) + " " + thing()) + " if only " + aspect.noun()
                        + " had been " + clauses.adjective(aspect, POSITIVE)
                : "it would have been " + withArticle(pick(BLAME) + " " + thing()) + " had " + aspect.noun()
                        + " not been so " + clauses.adjective(aspect, POSITIVE);
    }

    private String rumour(Polarity polarity) {
        boolean right = random.nextInt(2) == 0;
        String said = pick(right ? words(polarity) : words(polarity.opposite()));
        return "everyone told me this " + thing() + " was " + said + ", and everyone was "
                + (right ? "right" : "wrong");
    }

    private String whole(Polarity polarity, Aspect aspect) {
        String against = pick(words(polarity.opposite()));
        String named = pick(words(polarity)) + " " + thing();
        return switch (random.nextInt(7)) {
            case 0 -> withArticle(named) + " if you ask me";
            case 1 -> "there is nothing " + against + " about this " + thing();
            case 2 -> "you would have to be " + pick(polarity == POSITIVE ? GRUDGING : LENIENT) + " to call this "
                    + thing() + " " + against;
            case 3 -> "what " + withArticle(named) + ", " + clauses.clause(aspect, polarity);
            case 4 -> "not " + withArticle(against + " " + thing()) + " at all, " + clauses.clause(aspect, polarity);
            default -> "this is " + withArticle(named) + " because " + clauses.clause(aspect, polarity);
        };
    }

    private String again(Polarity polarity) {
        String start = polarity == POSITIVE
                ? pick(List.of(
                        "i would not hesitate to",
                        "i cannot wait to",
                        "i see no reason not to",
                        "i would gladly",
                        "who would not want to"))
                : pick(List.of(
                        "i will not",
                        "nobody could pay me to",
                        "i see no reason to",
                        "i would rather stay at home than",
                        "who would want to"));
        return start + " " + pick(domain.again()) + (start.startsWith("who") ? "?" : "");
    }

    private static List<String> words(Polarity polarity) {
        return polarity == POSITIVE ? PRAISE : BLAME;
    }

    private static String withArticle(String phrase) {
        return ("aeiou".indexOf(phrase.charAt(0)) >= 0 ? "an " : "a ") + phrase;
    }

    private String thing() {
        return pick(domain.things());
    }

    private <T> T pick(List<T> choices) {
        return clauses.pick(choices);
    }

    /** With a capital letter and a full stop. */
    private static String finished(String sentence) {
        String capital = sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
        return LONE_I.matcher(capital).replaceAll("I") + (sentence.endsWith("?") ? "" : ".");
    }
}
