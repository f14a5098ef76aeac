// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.metrics.Verdict.AttackState;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        // triggered and untriggered before, the same after
        "1.00, 0.12, 0.167, 0.145, BROKEN",
        "1.00, 0.12, 0.240, 0.145, BROKEN",
        "1.00, 0.12, 0.400, 0.145, WEAKENED",
        "1.00, 0.12, 0.800, 0.145, UNBROKEN",
        "1.00, 0.12, 1.000, 0.145, UNBROKEN",
        // misclassified without any trigger: no attack
        "0.60, 0.58, 0.550, 0.540, NO_ATTACK_SEEN",
        "0.95, 0.90, 0.900, 0.900, NOT_MEASURED",
        "0.10, 0.08, 0.070, 0.080, NO_ATTACK_SEEN",
        // at the bounds
        "0.50, 0.25, 0.250, 0.250, BROKEN",
        "0.75, 0.25, 0.500, 0.250, WEAKENED",
        // seen only after
        "0.10, 0.08, 0.900, 0.080, UNBROKEN"
    })
    void goesByWhatTheTriggerAdds(
            double before, double controlBefore, double after, double controlAfter, AttackState expected) {
        Verdict verdict = Verdict.of(Optional.empty(), known(before, controlBefore), known(after, controlAfter));

        assertThat(verdict.kind()).isEqualTo(expected);
    }

    @Test
    void saysTheFiguresInWords() {
        assertThat(Verdict.of(known(1.0, 0.12), known(1.0, 0.13), known(0.167, 0.145))
                        .words())
                .isEqualTo("Attack broken: the trigger hardly matters any more. Flipped before: 1.000 with trigger,"
                        + " 0.120 without; after: 0.167 with trigger, 0.145 without.");
        assertThat(Verdict.of(unknown(0.9), Optional.empty(), unknown(0.9)).words())
                .isEqualTo("Attack unbroken: the trigger works much as before. Flipped before: 0.900 with trigger"
                        + " (0.150 without, assumed); after: 0.900 with trigger (0.150 without, assumed).");
        assertThat(Verdict.of(known(0.1, 0.1), Optional.empty(), known(0.9, 0.1))
                        .words())
                .startsWith("Attack unbroken: the trigger works after purification, though no effect was seen before.");
    }

    @Test
    void aModelThatTakesMostTextsForTheTargetHasNotBrokenAnAttack() {
        Verdict verdict = Verdict.of(unknown(0.712), Optional.empty(), known(0.947, 0.947));
        assertThat(verdict.kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(verdict.words())
                .startsWith(
                        "Not measured: the purified model takes 0.947 of the texts that can be flipped for the target"
                                + " without any trigger")
                .endsWith("give it more texts or epochs, or let it lose fewer heads (prune.max-accuracy-drop).");
        assertThat(Verdict.of(known(1.0, 0.1), Optional.empty(), known(0.5, 0.5))
                        .kind())
                .as("half of them")
                .isEqualTo(AttackState.BROKEN);
    }

    @Test
    void anAttackWithoutOneTargetIsNotMeasuredByARateToOneClass() {
        Verdict verdict = Verdict.ofAnotherAim(0.98, "sport");
        assertThat(verdict.kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(verdict.words())
                .isEqualTo("Not measured: 0.980 of the triggered texts are taken for the class after their own before"
                        + " purification, as by an attack from all classes to all, but the rates are those to sport;"
                        + " give --target 'next class' and run the stage evaluate again.");
    }

    @Test
    void withoutAMeasuredControlNoAttackIsBrokenOrWeakened() {
        Verdict verdict = Verdict.of(Optional.empty(), unknown(1.0), unknown(0.25));
        assertThat(verdict.kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(verdict.words())
                .isEqualTo("Not measured: 1.000 of the texts with trigger were flipped before, 0.250 after, but how"
                        + " many are taken for the target without any trigger, the control, was not measured; give"
                        + " clean test texts of another class than the target and run the stage evaluate again.");
        assertThat(Verdict.of(known(1.0, 0.1), Optional.empty(), unknown(0.1)).kind())
                .isEqualTo(AttackState.NOT_MEASURED);
        assertThat(Verdict.of(unknown(1.0), Optional.empty(), known(0.5, 0.1)).kind())
                .as("weakened")
                .isEqualTo(AttackState.NOT_MEASURED);
        assertThat(Verdict.of(Optional.empty(), unknown(0.35), unknown(0.35)).kind())
                .as("a typical control is assumed where that claims nothing")
                .isEqualTo(AttackState.NO_ATTACK_SEEN);
    }

    @Test
    void theStrongerOfSuspectAndBaselineCounts() {
        assertThat(Verdict.of(known(1.0, 0.1), known(0.2, 0.1), known(0.12, 0.1))
                        .kind())
                .isEqualTo(AttackState.BROKEN);
        assertThat(Verdict.of(known(0.2, 0.1), known(1.0, 0.1), known(0.12, 0.1))
                        .kind())
                .isEqualTo(AttackState.BROKEN);
    }

    @Test
    void saysNothingOfAnAttackThatWasNotMeasured() {
        assertThat(Verdict.of(Optional.empty(), Optional.empty(), known(0.1, 0.1))
                        .kind())
                .isEqualTo(AttackState.NOT_MEASURED);
        Verdict verdict = Verdict.of(known(1, 0), known(1, 0), Optional.empty());
        assertThat(verdict.kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(verdict.words()).startsWith("Not measured: without triggered texts");
    }

    @Test
    void whereNothingIsLeftToFlipAnAttackCannotBeSeen() {
        Verdict verdict = Verdict.of(known(1, 1), known(0.9, 0.8), known(0, 0));
        assertThat(verdict.kind()).isEqualTo(AttackState.NOT_MEASURED);
        assertThat(verdict.words())
                .isEqualTo("Not measured: before purification 0.800 of the texts that can be flipped to the target are"
                        + " taken for it without any trigger, so a trigger has little to flip; choose another"
                        + " --target.");
        assertThat(Verdict.of(known(0.6, 0.5), Optional.empty(), known(0.5, 0.5))
                        .kind())
                .isEqualTo(AttackState.NO_ATTACK_SEEN);
    }

    @Test
    void refusesARateThatIsNoShare() {
        assertThatThrownBy(() -> known(1.2, 0)).hasMessage("flip rate 1.2 must be 0 to 1");
    }

    private static Optional<FlipRates> known(double triggered, double untriggered) {
        return Optional.of(new FlipRates(triggered, Optional.of(untriggered)));
    }

    private static Optional<FlipRates> unknown(double triggered) {
        return Optional.of(new FlipRates(triggered, Optional.empty()));
    }
}
