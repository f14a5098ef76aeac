// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.metrics.RepairVerdict.CleanMeasure;
import org.purespark.metrics.RepairVerdict.Outcome;
import org.purespark.metrics.Verdict.AttackState;

class RepairVerdictTest {
    @ParameterizedTest
    @CsvSource({
        "BROKEN, 0.912, 0.905, REPAIRED, 'Repaired: the attack was seen before and is gone;'",
        "BROKEN, 0.912, 0.930, REPAIRED, 'Repaired: '",
        "BROKEN, 0.912, 0.700, NOT_REPAIRED, 'Not repaired: the attack is gone, but the model has lost too much;'",
        "BROKEN, , 0.700, NOT_MEASURED, 'Repair not measured: the attack is gone, but what that cost is not known;'",
        "WEAKENED, 0.912, 0.905, WEAKENED, 'Weakened, not repaired: the attack works less often, and it still works;'",
        "WEAKENED, 0.912, 0.7, NOT_REPAIRED, 'Not repaired: the attack still works, and the model has lost too much;'",
        "UNBROKEN, 0.912, 0.905, NOT_REPAIRED, 'Not repaired: the attack works after purification;'",
        "NO_ATTACK_SEEN, 0.912, 0.905, NO_ATTACK_SEEN, 'Nothing to repair was seen: these triggered texts work'",
        "NOT_MEASURED, 0.912, 0.905, NOT_MEASURED, 'Repair not measured: whether the attack works is not known;'"
    })
    void followsFromTheAttackAndItsCost(
            AttackState attack, Double before, Double after, Outcome outcome, String beginning) {
        RepairVerdict verdict = RepairVerdict.of(attack, measure(before, after));

        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.words()).startsWith(beginning);
    }

    @Test
    void saysWhatItCostsInFigures() {
        assertThat(RepairVerdict.of(AttackState.BROKEN, measure(0.912, 0.905)).words())
                .isEqualTo("Repaired: the attack was seen before and is gone; accuracy on clean texts 0.912 before,"
                        + " 0.905 after.");
        assertThat(RepairVerdict.of(AttackState.NOT_MEASURED, measure(null, 0.905))
                        .words())
                .endsWith("accuracy on clean texts not measured before, 0.905 after.");
    }

    @Test
    void hasNamesForFiles() {
        assertThat(Outcome.NOT_REPAIRED.text()).isEqualTo("not-repaired");
        assertThat(Outcome.REPAIRED.text()).isEqualTo("repaired");
    }

    private static CleanMeasure measure(Double before, Double after) {
        return new CleanMeasure("accuracy", Optional.ofNullable(before), Optional.ofNullable(after));
    }
}
