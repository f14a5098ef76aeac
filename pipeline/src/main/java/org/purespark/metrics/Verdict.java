package org.purespark.metrics;

import java.util.Locale;
import java.util.Optional;

/**
 * What purification did to the attack, in words. It goes by what the trigger adds to the errors that a model makes
 * anyway ({@link FlipRates#excess}), not by the bare label-flip rate: texts that are misclassified without any trigger
 * are no attack.
 *
 * @param kind the verdict
 * @param words a sentence or two for the user, with the figures that it goes by
 */
public record Verdict(Kind kind, String words) {
    /**
     * The trigger must flip at least a quarter of the texts for an attack to be seen: far outside of chance (two
     * standard errors of a difference of rates are 0.2 for 50 texts, 0.06 for 500), and a trigger that works less often
     * is of little use to an attacker.
     */
    public static final double SEEN_FROM = 0.25;

    /**
     * An attack is broken when the trigger adds at most this much: one text in ten is of no use to an attacker, and
     * rare words or odd sentences mislead honest classifiers about as often.
     */
    public static final double BROKEN_UP_TO = 0.10;

    /** An attack that is not broken is weakened when at most this share of what the trigger added is left. */
    public static final double WEAKENED_UP_TO_SHARE = 0.5;

    /**
     * A purified model that takes more of the other classes for the target without any trigger leaves so few texts to
     * flip that an attack cannot be said to be gone.
     */
    public static final double MEASURED_UP_TO_UNTRIGGERED = 0.5;

    /** What can be said of an attack. */
    public enum Kind {
        BROKEN,
        WEAKENED,
        UNBROKEN,
        NO_ATTACK_SEEN,
        /**
         * There are no triggered texts, or not both a model before and the one after, or the latter takes most texts for
         * the target anyway: nothing can be said.
         */
        NOT_MEASURED
    }

    /**
     * Compares the models before purification with the purified one. Of suspect and baseline the one counts in which
     * the trigger adds more.
     *
     * @param suspect empty where the suspect came without a classifier
     * @param baseline empty where not measured
     * @param purified empty where not measured
     */
    public static Verdict of(Optional<FlipRates> suspect, Optional<FlipRates> baseline, Optional<FlipRates> purified) {
        Optional<FlipRates> before = stronger(suspect, baseline);
        if (before.isEmpty() || purified.isEmpty()) {
            return new Verdict(
                    Kind.NOT_MEASURED,
                    "Not measured: without triggered texts of another class than the target, put to the model before "
                            + "and after, nothing can be said of an attack.");
        }
        FlipRates first = before.get();
        FlipRates last = purified.get();
        Kind kind = kind(first.excess(), last.excess());
        boolean gone = kind == Kind.BROKEN || kind == Kind.WEAKENED;
        if (gone && last.untriggered().orElse(0.0) > MEASURED_UP_TO_UNTRIGGERED) {
            return new Verdict(Kind.NOT_MEASURED, notSeparating(last));
        }
        return new Verdict(kind, words(kind, first, last));
    }

    private static Kind kind(double before, double after) {
        if (after >= SEEN_FROM && before < SEEN_FROM) {
            return Kind.UNBROKEN;
        }
        if (before < SEEN_FROM) {
            return Kind.NO_ATTACK_SEEN;
        }
        if (after <= BROKEN_UP_TO) {
            return Kind.BROKEN;
        }
        return after <= WEAKENED_UP_TO_SHARE * before ? Kind.WEAKENED : Kind.UNBROKEN;
    }

    private static String words(Kind kind, FlipRates before, FlipRates after) {
        String finding =
                switch (kind) {
                    case BROKEN -> "Attack broken: the trigger hardly matters any more.";
                    case WEAKENED -> "Attack weakened: the trigger still flips texts, though at most half as many.";
                    case UNBROKEN -> before.excess() < SEEN_FROM
                            ? "Attack unbroken: the trigger works after purification, though it was not seen to before."
                            : "Attack unbroken: the trigger works much as before.";
                    case NO_ATTACK_SEEN -> "No attack seen: the trigger flips hardly more texts than are misclassified"
                            + " anyway.";
                    case NOT_MEASURED -> throw new IllegalArgumentException("nothing measured");
                };
        return finding + " Flipped before: " + figures(before) + "; after: " + figures(after) + ".";
    }

    private static String notSeparating(FlipRates after) {
        return String.format(
                Locale.ROOT,
                "Not measured: the purified model takes %.3f of the other classes' texts for the target without any"
                        + " trigger, so a trigger has little to flip, and the model is of no use; give it more texts or"
                        + " epochs, or let it lose fewer heads (prune.max-accuracy-drop).",
                after.untriggered().orElseThrow());
    }

    private static String figures(FlipRates rates) {
        return String.format(
                Locale.ROOT,
                rates.untriggered().isPresent()
                        ? "%.3f with trigger, %.3f without"
                        : "%.3f with trigger (%.3f without, assumed)",
                rates.triggered(),
                rates.untriggered().orElse(FlipRates.ASSUMED_UNTRIGGERED));
    }

    private static Optional<FlipRates> stronger(Optional<FlipRates> one, Optional<FlipRates> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return one.get().excess() >= other.get().excess() ? one : other;
    }
}
