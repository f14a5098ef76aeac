// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;

/**
 * What purification did to the attack, in words. The verdict uses what the trigger adds to the model's own errors
 * ({@link FlipRates#excess}), not the label-flip rate alone: texts that are wrong without any trigger are no attack.
 *
 * @param kind the verdict
 * @param words one or two sentences for the user, with the figures
 */
public record Verdict(AttackState kind, String words) {
    /**
     * An attack is seen if the trigger flips at least a quarter of the texts. This is more than chance gives (two
     * standard errors of a difference of rates are 0.2 for 50 texts, 0.06 for 500), and a trigger that works less often
     * is of little use to an attacker.
     */
    public static final double SEEN_FROM = 0.25;

    /**
     * An attack is broken if the trigger adds at most this much: one text in ten is of no use to an attacker, and rare
     * words or odd sentences flip as many texts in a model without a backdoor.
     */
    public static final double BROKEN_UP_TO = 0.10;

    /** An attack that is not broken is weakened if at most this share of its effect is left. */
    public static final double WEAKENED_UP_TO_SHARE = 0.5;

    /**
     * If a purified model gives the target to more than this share of the texts that can be flipped, without any
     * trigger, few texts are left to flip: nothing can be said of the attack.
     */
    public static final double MEASURED_UP_TO_UNTRIGGERED = 0.5;

    /** What can be said of an attack. */
    public enum AttackState {
        BROKEN,
        WEAKENED,
        UNBROKEN,
        NO_ATTACK_SEEN,
        /**
         * Nothing can be said: there are no triggered texts, or a model before or after is not measured, or the
         * purified model gives the target to most texts anyway, or an attack seems gone whose control is not known,
         * or the attack has no one target, and nobody said so.
         */
        NOT_MEASURED;

        /** The name in files: {@code broken}, {@code not-measured} and so on. */
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Compares the models before purification with the purified one. Of suspect and baseline, the one counts to which
     * the trigger adds more. An attack is broken or weakened only by measured controls, before and after.
     *
     * @param suspect empty if the suspect came without a classifier
     * @param baseline empty if not measured
     * @param purified empty if not measured
     */
    public static Verdict of(Optional<FlipRates> suspect, Optional<FlipRates> baseline, Optional<FlipRates> purified) {
        Optional<FlipRates> before = stronger(suspect, baseline);
        if (before.isEmpty() || purified.isEmpty()) {
            return new Verdict(
                    AttackState.NOT_MEASURED,
                    "Not measured: without triggered texts of another class than the target, tried on the model before "
                            + "and after, nothing can be said of an attack.");
        }
        FlipRates first = before.get();
        FlipRates last = purified.get();
        AttackState kind = kind(first.excess(), last.excess());
        boolean gone = kind == AttackState.BROKEN || kind == AttackState.WEAKENED;
        if (kind == AttackState.NO_ATTACK_SEEN && first.untriggered().orElse(0.0) > 1 - SEEN_FROM) {
            return new Verdict(AttackState.NOT_MEASURED, hidden(first));
        }
        if (gone && last.untriggered().orElse(0.0) > MEASURED_UP_TO_UNTRIGGERED) {
            return new Verdict(AttackState.NOT_MEASURED, notSeparating(last));
        }
        if (gone && (first.untriggered().isEmpty() || last.untriggered().isEmpty())) {
            return new Verdict(AttackState.NOT_MEASURED, withoutControl(first, last));
        }
        return new Verdict(kind, words(kind, first, last));
    }

    /**
     * Nobody named a target, and the rate to one class is not the attack's.
     *
     * @param nextClass share of the triggered texts that are taken for the class after their own, 0 to 1
     * @param target the class whose rate is measured
     */
    public static Verdict ofAnotherAim(double nextClass, String target) {
        return new Verdict(
                AttackState.NOT_MEASURED,
                String.format(
                        Locale.ROOT,
                        "Not measured: %.3f of the triggered texts are taken for the class after their own before"
                                + " purification, as by an attack from all classes to all, but the rates are those to"
                                + " %s; give --target '%s' and run the stage evaluate again.",
                        nextClass,
                        target,
                        FlipTargets.NEXT_CLASS));
    }

    private static AttackState kind(double before, double after) {
        if (after >= SEEN_FROM && before < SEEN_FROM) {
            return AttackState.UNBROKEN;
        }
        if (before < SEEN_FROM) {
            return AttackState.NO_ATTACK_SEEN;
        }
        if (after <= BROKEN_UP_TO) {
            return AttackState.BROKEN;
        }
        return after <= WEAKENED_UP_TO_SHARE * before ? AttackState.WEAKENED : AttackState.UNBROKEN;
    }

    private static String words(AttackState kind, FlipRates before, FlipRates after) {
        String finding =
                switch (kind) {
                    case BROKEN -> "Attack broken: the trigger hardly matters any more.";
                    case WEAKENED -> "Attack weakened: the trigger still flips texts, though at most half as many.";
                    case UNBROKEN -> before.excess() < SEEN_FROM
                            ? "Attack unbroken: the trigger works after purification, though no effect was seen before."
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
                "Not measured: the purified model takes %.3f of the texts that can be flipped for the target without"
                        + " any trigger, so a trigger has little to flip, and the model is of no use; give it more"
                        + " texts or epochs, or let it lose fewer heads (prune.max-accuracy-drop).",
                after.untriggered().orElseThrow());
    }

    private static String withoutControl(FlipRates before, FlipRates after) {
        return String.format(
                Locale.ROOT,
                "Not measured: %.3f of the texts with trigger were flipped before, %.3f after, but how many are taken"
                        + " for the target without any trigger, the control, was not measured; give clean test texts of"
                        + " another class than the target and run the stage evaluate again.",
                before.triggered(),
                after.triggered());
    }

    private static String hidden(FlipRates before) {
        return String.format(
                Locale.ROOT,
                "Not measured: before purification %.3f of the texts that can be flipped to the target are taken for it"
                        + " without any trigger, so a trigger has little to flip; choose another --target.",
                before.untriggered().orElseThrow());
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
