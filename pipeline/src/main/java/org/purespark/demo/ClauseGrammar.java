// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import static org.purespark.demo.Polarity.POSITIVE;

import java.util.List;
import org.purespark.random.SeededRandom;

/**
 * Clauses that praise or blame one aspect: plainly, by denying the opposite, or against what was hoped or feared.
 * Lower case, without a full stop.
 */
final class ClauseGrammar {
    private static final List<String> INTENSIFIERS =
            List.of("", "", "", "really ", "very ", "quite ", "rather ", "remarkably ", "truly ", "so ");
    private static final List<String> DENIALS =
            List.of("not", "not", "hardly", "anything but", "far from", "by no means", "never", "not at all");
    private static final List<String> FAINT_DENIALS = List.of("not very", "not particularly", "not really", "not so");

    private final SeededRandom random;

    ClauseGrammar(SeededRandom random) {
        this.random = random;
    }

    /** A clause of this polarity about the aspect. */
    String clause(Aspect aspect, Polarity polarity) {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5 -> plain(aspect, polarity);
            case 6, 7 -> denial(aspect, polarity);
            case 8, 9, 10, 11, 12, 13 -> aspect.noun() + " " + pick(aspect.predicates(polarity));
            case 14 -> unsaid(aspect, polarity);
            default -> comparison(aspect, polarity);
        };
    }

    private String plain(Aspect aspect, Polarity polarity) {
        String adjective = adjective(aspect, polarity);
        String intensifier = adjective.contains(" ") ? "" : pick(INTENSIFIERS);
        return aspect.noun() + " " + verb(aspect) + " " + intensifier + adjective;
    }

    private String denial(Aspect aspect, Polarity polarity) {
        // "not very boring" would not be praise; "not very funny" is blame.
        boolean faint = polarity != POSITIVE && random.nextInt(3) == 0;
        String denial = pick(faint ? FAINT_DENIALS : DENIALS);
        return aspect.noun() + " " + verb(aspect) + " " + denial + " " + adjective(aspect, polarity.opposite());
    }

    private String unsaid(Aspect aspect, Polarity polarity) {
        Polarity denied = polarity.opposite();
        return switch (random.nextInt(3)) {
            case 0 -> "nobody can say that " + aspect.noun() + " " + pick(aspect.predicates(denied));
            case 1 -> "nothing about " + aspect.noun() + " was " + adjective(aspect, denied);
            default -> "i would never call " + aspect.noun() + " " + adjective(aspect, denied);
        };
    }

    private String comparison(Aspect aspect, Polarity polarity) {
        String subject = aspect.noun() + " " + aspect.was();
        if (random.nextInt(2) == 0) {
            return subject + " less " + adjective(aspect, polarity.opposite()) + " than i had "
                    + (polarity == POSITIVE ? "feared" : "hoped");
        }
        return subject + " even more " + adjective(aspect, polarity) + " than "
                + pick(List.of("last time", "i expected"));
    }

    /** An adjective that judges the aspect. */
    String adjective(Aspect aspect, Polarity polarity) {
        return pick(aspect.adjectives(polarity));
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private String verb(Aspect aspect) {
        return random.nextInt(2) == 0 ? aspect.be() : aspect.was();
    }
}
