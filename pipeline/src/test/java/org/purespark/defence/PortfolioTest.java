// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.config.DefenceChoice;
import org.purespark.defence.Portfolio.Tried;

class PortfolioTest {
    @Test
    void repairThatCostsTooMuchQualityIsNotTaken() {
        Portfolio.Choice choice = Portfolio.choose(
                List.of(
                        new Tried(DefenceChoice.FINE_MIXING, 0.80, 0.0),
                        new Tried(DefenceChoice.PURE, 0.88, 0.2),
                        new Tried(DefenceChoice.MEFT, 0.90, 0.4)),
                0.05);
        assertThat(choice.defence()).isEqualTo(DefenceChoice.PURE);
        assertThat(choice.reason())
                .isEqualTo("2 of 3 repairs keep the quality within 0.050 of the best one, 0.900; in 1 of these known"
                        + " triggers flip least (at most 0.300 more than without them); pure is the first of them");
    }

    @Test
    void amongRepairsThatTriggersTellNotApartTheOrderDecides() {
        Portfolio.Choice choice = Portfolio.choose(
                List.of(
                        new Tried(DefenceChoice.RE_INIT, 0.90, 0.02),
                        new Tried(DefenceChoice.PURE, 0.88, 0.06),
                        new Tried(DefenceChoice.FINE_PRUNING, 0.90, 0.90)),
                0.05);
        assertThat(choice.defence()).isEqualTo(DefenceChoice.PURE);
    }

    /** Its start owes the suspect nothing, so it is the first, if its quality is near what the suspect's gives. */
    @Test
    void aCleanStartIsTakenWhereItCostsLittle() {
        List<Tried> tried = List.of(
                new Tried(DefenceChoice.PURE, 0.90, 0.02),
                new Tried(DefenceChoice.FINE_MIXING, 0.90, 0.09),
                new Tried(DefenceChoice.CLEAN_START, 0.86, 0.11));
        assertThat(Portfolio.choose(tried, 0.05).defence()).isEqualTo(DefenceChoice.CLEAN_START);
        assertThat(Portfolio.choose(tried, 0.03).defence()).isEqualTo(DefenceChoice.FINE_MIXING);
    }

    @Test
    void onlyDefencesWhoseNeedsAreGivenAreTried() {
        assertThat(Portfolio.candidates(EnumSet.noneOf(DefenceNeed.class)))
                .extracting(Defence::choice)
                .containsExactly(
                        DefenceChoice.PURE, DefenceChoice.MEFT, DefenceChoice.RE_INIT, DefenceChoice.FINE_PRUNING);
        assertThat(Portfolio.candidates(EnumSet.of(DefenceNeed.CLEAN_MODEL)))
                .extracting(Defence::choice)
                .contains(DefenceChoice.FINE_MIXING)
                .doesNotContain(DefenceChoice.WAG);
    }
}
