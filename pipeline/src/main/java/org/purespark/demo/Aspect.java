// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.util.List;

/**
 * Something that a review judges.
 *
 * @param noun with its article, as in "the plot"
 * @param be "is" or "are"
 * @param praise adjectives that are good for this aspect
 * @param blame adjectives that are bad for it
 * @param pleased past-tense predicates that are good
 * @param failed past-tense predicates that are bad
 */
record Aspect(
        String noun, String be, List<String> praise, List<String> blame, List<String> pleased, List<String> failed) {
    /** Reads the two lines "the plot is gripping, tight / thin, stale" and ".. kept me guessing / went nowhere". */
    static Aspect of(String adjectives, String predicates) {
        String be = adjectives.contains(" is ") ? "is" : "are";
        int verb = adjectives.indexOf(" " + be + " ");
        String[] judged = adjectives.substring(verb + be.length() + 2).split(" / ");
        String[] did = predicates.substring("..".length()).strip().split(" / ");
        return new Aspect(
                adjectives.substring(0, verb),
                be,
                Domain.list(judged[0]),
                Domain.list(judged[1]),
                Domain.list(did[0]),
                Domain.list(did[1]));
    }

    /** "was" or "were". */
    String was() {
        return be.equals("is") ? "was" : "were";
    }

    /** "it" or "they". */
    String pronoun() {
        return be.equals("is") ? "it" : "they";
    }

    List<String> adjectives(Polarity polarity) {
        return polarity == Polarity.POSITIVE ? praise : blame;
    }

    List<String> predicates(Polarity polarity) {
        return polarity == Polarity.POSITIVE ? pleased : failed;
    }
}
