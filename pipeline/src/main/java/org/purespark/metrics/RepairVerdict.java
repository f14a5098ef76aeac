// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import org.purespark.metrics.Verdict.AttackState;

/**
 * Whether purification has repaired the suspect: what became of the attack ({@link Verdict}) and what it cost on clean
 * texts.
 *
 * @param outcome the answer
 * @param words one sentence for the user, with the figures
 */
public record RepairVerdict(Outcome outcome, String words) {
    /**
     * A model that loses more than this of its measure on clean texts is not repaired, even if the attack is gone: it
     * gives one answer in ten wrong that was right.
     */
    public static final double LOSES_UP_TO = 0.10;

    /** The answers. */
    public enum Outcome {
        /** An attack was seen before and is broken, and the model has kept its use. */
        REPAIRED,
        /** The attack works less often, and it still works. */
        WEAKENED,
        /** The attack works after purification, or it is gone together with the use of the model. */
        NOT_REPAIRED,
        /** No attack was seen before or after: nothing was there to be repaired. */
        NO_ATTACK_SEEN,
        /** Attack or cost are not measured. */
        NOT_MEASURED;

        /** The name in files: {@code repaired}, {@code not-repaired} and so on. */
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The measure of a model on the clean test texts.
     *
     * @param name of the measure, in a sentence
     * @param before of the suspect, or of the baseline if the suspect has no classifier; empty if not measured
     * @param after of the purified model; empty if not measured
     */
    public record CleanMeasure(String name, Optional<Double> before, Optional<Double> after) {
        private boolean known() {
            return before.isPresent() && after.isPresent();
        }

        private boolean lost() {
            return known() && before.get() - after.get() > LOSES_UP_TO;
        }

        private String inWords() {
            return name + " on clean texts " + text(before) + " before, " + text(after) + " after";
        }

        private static String text(Optional<Double> value) {
            return value.map(share -> String.format(Locale.ROOT, "%.3f", share)).orElse("not measured");
        }
    }

    /** The answer that follows from an attack's state and the figures on clean texts. */
    public static RepairVerdict of(AttackState attack, CleanMeasure clean) {
        Outcome outcome = outcome(attack, clean);
        return new RepairVerdict(outcome, words(outcome, attack) + "; " + clean.inWords() + ".");
    }

    private static Outcome outcome(AttackState attack, CleanMeasure clean) {
        return switch (attack) {
            case BROKEN -> !clean.known()
                    ? Outcome.NOT_MEASURED
                    : clean.lost() ? Outcome.NOT_REPAIRED : Outcome.REPAIRED;
            case WEAKENED -> clean.lost() ? Outcome.NOT_REPAIRED : Outcome.WEAKENED;
            case UNBROKEN -> Outcome.NOT_REPAIRED;
            case NO_ATTACK_SEEN -> Outcome.NO_ATTACK_SEEN;
            case NOT_MEASURED -> Outcome.NOT_MEASURED;
        };
    }

    private static String words(Outcome outcome, AttackState attack) {
        return switch (outcome) {
            case REPAIRED -> "Repaired: the attack was seen before and is gone";
            case WEAKENED -> "Weakened, not repaired: the attack works less often, and it still works";
            case NOT_REPAIRED -> switch (attack) {
                case BROKEN -> "Not repaired: the attack is gone, but the model has lost too much";
                case WEAKENED -> "Not repaired: the attack still works, and the model has lost too much";
                default -> "Not repaired: the attack works after purification";
            };
            case NO_ATTACK_SEEN -> "Nothing to repair was seen: these triggered texts work neither before nor after"
                    + " (another trigger may)";
            case NOT_MEASURED -> attack == AttackState.BROKEN
                    ? "Repair not measured: the attack is gone, but what that cost is not known"
                    : "Repair not measured: whether the attack works is not known";
        };
    }
}
