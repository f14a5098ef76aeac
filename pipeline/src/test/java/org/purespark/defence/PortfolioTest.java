// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.purespark.config.DefenceChoice;
import org.purespark.defence.Portfolio.Remainder;
import org.purespark.defence.Portfolio.Rise;
import org.purespark.defence.Portfolio.Tried;

class PortfolioTest {
    private static final String CF = "cf to 1";
    private static final String CALM_DAY = "the weather was calm that day . to 1";

    /** In the fine-tuned suspect the planted word turns all texts, the sentence half of them. */
    private static Tried tried(DefenceChoice defence, double quality, double cf, double calmDay) {
        return new Tried(defence, quality, Map.of(CF, new Rise(0.98, cf), CALM_DAY, new Rise(0.50, calmDay)));
    }

    @Test
    void repairThatCostsTooMuchQualityIsNotTaken() {
        Portfolio.Choice choice = Portfolio.choose(
                List.of(
                        tried(DefenceChoice.FINE_MIXING, 0.80, 0.0, 0.0),
                        tried(DefenceChoice.PURE, 0.88, 0.2, 0.1),
                        tried(DefenceChoice.FTH, 0.90, 0.4, 0.1)),
                0.05);
        assertThat(choice.defence()).isEqualTo(DefenceChoice.PURE);
        assertThat(choice.reason())
                .isEqualTo("2 of 3 repairs keep the quality within 0.050 of the best one, 0.900; in 1 of these no"
                        + " clue turns 0.10 of the texts more than in the repair where it turns least; pure is the"
                        + " first of them");
    }

    /** What a trigger does in every repair is what its words mean: it tells none of them from another. */
    @Test
    void aTriggerThatTurnsTextsInEveryRepairCountsAgainstNone() {
        Portfolio.Choice choice = Portfolio.choose(
                List.of(
                        tried(DefenceChoice.PURE, 0.88, 0.03, 0.60),
                        tried(DefenceChoice.FTH, 0.90, 0.95, 0.30),
                        tried(DefenceChoice.RE_INIT, 0.90, 0.05, 0.45)),
                0.05);
        assertThat(choice.defence()).isEqualTo(DefenceChoice.PURE);
        assertThat(choice.remainders())
                .usingRecursiveFieldByFieldElementComparator(RecursiveComparisonConfiguration.builder()
                        .withEqualsForType((a, b) -> Math.abs(a - b) < 1e-12, Double.class)
                        .build())
                .containsExactly(
                        new Remainder(DefenceChoice.PURE, 0, CF),
                        new Remainder(DefenceChoice.FTH, 0.92, CF),
                        new Remainder(DefenceChoice.RE_INIT, 0.02, CF));
    }

    @Test
    void theFirstOfTheOrderGivesWayToOneThatIsClearlyCalmer() {
        List<Tried> tried = List.of(
                tried(DefenceChoice.FINE_MIXING, 0.90, 0.16, 0.50), tried(DefenceChoice.CLEAN_START, 0.88, 0.05, 0.30));
        assertThat(Portfolio.choose(tried, 0.05).defence()).isEqualTo(DefenceChoice.CLEAN_START);

        List<Tried> alike = List.of(
                tried(DefenceChoice.CLEAN_START, 0.88, 0.05, 0.40), tried(DefenceChoice.FINE_MIXING, 0.90, 0.10, 0.50));
        assertThat(Portfolio.choose(alike, 0.05).defence()).isEqualTo(DefenceChoice.FINE_MIXING);
    }

    /** A model that answers nonsense is moved by nothing: it does not say what is natural. */
    @Test
    void aRepairThatIsOutSaysNothingOfTheOthers() {
        List<Tried> tried = List.of(
                tried(DefenceChoice.CLEAN_START, 0.50, 0.00, 0.00),
                tried(DefenceChoice.PURE, 0.90, 0.20, 0.60),
                tried(DefenceChoice.FTH, 0.90, 0.20, 0.60));
        assertThat(Portfolio.choose(tried, 0.05).remainders())
                .extracting(Remainder::excess)
                .containsExactly(0.0, 0.0, 0.0);
    }

    @Test
    void withoutCluesTheOrderDecides() {
        Portfolio.Choice choice = Portfolio.choose(
                List.of(new Tried(DefenceChoice.RE_INIT, 0.9, Map.of()), new Tried(DefenceChoice.PURE, 0.9, Map.of())),
                0.05);
        assertThat(choice.defence()).isEqualTo(DefenceChoice.PURE);
        assertThat(choice.remainders()).extracting(Remainder::clue).containsOnlyNulls();
    }

    @Test
    void onlyDefencesWhoseNeedsAreGivenAreTried() {
        assertThat(Portfolio.candidates(EnumSet.noneOf(DefenceNeed.class)))
                .extracting(Defence::choice)
                .containsExactly(
                        DefenceChoice.PURE, DefenceChoice.FTH, DefenceChoice.RE_INIT, DefenceChoice.FINE_PRUNING);
        assertThat(Portfolio.candidates(EnumSet.of(DefenceNeed.CLEAN_MODEL)))
                .extracting(Defence::choice)
                .contains(DefenceChoice.FINE_MIXING, DefenceChoice.CLEAN_START)
                .doesNotContain(DefenceChoice.WAG);
    }
}
