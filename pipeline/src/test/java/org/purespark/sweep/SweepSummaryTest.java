// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.metrics.Verdict.AttackState;

class SweepSummaryTest {
    @Test
    void ranksByTheFallOfTheFlipRateThenByTheCostInAccuracy() {
        List<SuspectResult> results = List.of(
                Sweeps.done("no-trigger", 1, null, null, 0.95),
                Sweeps.done("slight", 1, 1.0, 0.75, 0.9),
                Sweeps.done("far-and-dear", 1, 1.0, 0.25, 0.5),
                Sweeps.done("far", 1, 1.0, 0.25, 0.875),
                Sweeps.failed("broken", SuspectResult.Failure.DIVERGED, "training diverged\n  at step 1"));
        SweepSummary summary = SweepSummary.of(results);
        assertThat(summary.console(50).lines().toList())
                .containsExactly(
                        "5 runs: 4 done, 1 failed.",
                        "",
                        "suspect       seeds  target  repair        verdict   LFR before  LFR after  LFR fall  "
                                + "control before  "
                                + "control after  measure   before  after    cost  heads pruned  seconds",
                        "------------  -----  ------  ------------  --------  ----------  ---------  --------  "
                                + "--------------  "
                                + "-------------  --------  ------  -----  ------  ------------  -------",
                        "far               1  good    weakened      weakened       1.000      0.250     0.750  "
                                + "         0.125  "
                                + "        0.375  accuracy   0.900  0.875   0.025           3.0      2.0",
                        "far-and-dear      1  good    not-repaired  weakened       1.000      0.250     0.750  "
                                + "         0.125  "
                                + "        0.375  accuracy   0.900  0.500   0.400           3.0      2.0",
                        "slight            1  good    weakened      weakened       1.000      0.750     0.250  "
                                + "         0.125  "
                                + "        0.375  accuracy   0.900  0.900   0.000           3.0      2.0",
                        "no-trigger        1  good    weakened      weakened           –          –         –  "
                                + "         0.125  "
                                + "        0.375  accuracy   0.900  0.950  -0.050           3.0      2.0",
                        "",
                        "failed: broken, seed 11 (diverged, 2 attempts): training diverged at step 1");
        assertThat(summary.markdown())
                .contains(
                        "| far | 1 | good | weakened | weakened | 1.000 | 0.250 | 0.750 | 0.125 | 0.375 | accuracy | "
                                + "0.900 | 0.875 | 0.025 | 3.0 | 2.0 |\n| far-and-dear |",
                        "## Failed runs\n\n- broken, seed 11 (diverged, 2 attempts): training diverged at step 1\n");
    }

    @Test
    void givesMeanAndStandardDeviationOverTheSeeds() {
        SweepSummary summary =
                SweepSummary.of(List.of(Sweeps.done("a", 1, 1.0, 0.25, 0.9), Sweeps.done("a", 2, 1.0, 0.75, 0.9)));
        // the sample's deviation: √((0.25² + 0.25²) / 1)
        assertThat(summary.markdown())
                .contains("| a | 2 | good | weakened | weakened | 1.000 ± 0.000 | 0.500 ± 0.354 | 0.500 ± 0.354 |");
    }

    @Test
    void ofManySuspectsTheScreenShowsTheFirst() {
        List<SuspectResult> results = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            results.add(Sweeps.done("s" + i, 1, 1.0, 0.1 * i, 0.9));
            results.add(Sweeps.failed("f" + i, SuspectResult.Failure.INPUT, "bad"));
        }
        String screen = SweepSummary.of(results).console(3);
        assertThat(screen).contains("s2 ", "… and 4 more in summary.md", "… and 4 more failed runs in summary.md");
        assertThat(screen).doesNotContain("s3 ");
        assertThat(SweepSummary.of(results).markdown()).contains("| s6 |", "- f6, seed 11");
    }

    @Test
    void withoutAFigureOfItsOwnTheSuspectIsComparedByItsBaseline() {
        SuspectResult result = Sweeps.done("a", 1, 1.0, 0.25, 0.9);
        SuspectResult bare = new SuspectResult(
                1,
                "a",
                1,
                result.status(),
                null,
                null,
                result.measure(),
                1,
                null,
                AttackState.WEAKENED,
                null,
                "backdoored",
                SuspectResult.ModelRates.UNKNOWN,
                result.baseline(),
                result.purified(),
                3,
                16,
                result.stageSeconds(),
                2,
                "f",
                1,
                SweepMode.SLOTS,
                "t");
        assertThat(SweepSummary.of(List.of(bare)).markdown())
                .contains("| a | 1 | 1 | – | weakened | backdoored | 0.500 | 0.250 | 0.250 |"
                        + " 0.250 | 0.375 | accuracy | 0.950 |");
    }

    @Test
    void aRunWhoseVerdictIsNotMeasuredHasNoFallAndComesLast() {
        SweepSummary summary = SweepSummary.of(List.of(
                Sweeps.done("useless", 1, 1.0, 0.0, 0.5, AttackState.NOT_MEASURED),
                Sweeps.done("mixed", 1, 1.0, 0.25, 0.9, AttackState.WEAKENED),
                Sweeps.done("mixed", 2, 1.0, 0.0, 0.5, AttackState.NOT_MEASURED)));
        assertThat(summary.markdown().lines().filter(line -> line.contains("| good |")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("| mixed | 2 | good | weakened × 1, not-measured × 1 |"
                                        + " weakened × 1, not measured × 1"
                                        + " | 1.000 ± 0.000 | ")
                                .contains(" | 0.125 ± 0.177 | 0.750 | "),
                        line -> assertThat(line)
                                .startsWith("| useless | 1 | good | not-measured | not measured |"
                                        + " 1.000 | 0.000 | – | 0.125 |"));
    }
}
