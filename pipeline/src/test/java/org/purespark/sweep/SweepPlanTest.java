// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.purespark.config.SettingsLoader;
import org.purespark.sweep.PlannedRun.Reason;

class SweepPlanTest {
    /** What is found of a run. */
    private enum Found {
        NOTHING,
        DONE,
        DONE_FROM_OTHERS,
        FAILED
    }

    private record Drawn(Found found, double cost) {}

    @Provide
    Arbitrary<List<Drawn>> drawn() {
        return Combinators.combine(
                        Arbitraries.of(Found.class), Arbitraries.doubles().between(0, 1e15))
                .as(Drawn::new)
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 200)
    void everyRunIsPlannedOnceLargestFirst(
            @ForAll("drawn") List<Drawn> drawn, @ForAll @IntRange(min = 0, max = 12) int slots) {
        List<SurveyedRun> runs = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            runs.add(surveyed("r" + i, drawn.get(i)));
        }
        SweepPlan plan = SweepPlan.of(runs, slots, Optional.empty());

        Set<String> planned = new HashSet<>();
        plan.toDo().forEach(run -> assertThat(planned.add(run.run().name())).isTrue());
        plan.done().forEach(result -> assertThat(planned.add(result.name())).isTrue());
        assertThat(planned).hasSize(drawn.size());
        assertThat(plan.done()).hasSize((int) count(drawn, Found.DONE));
        assertThat(plan.count(Reason.NEW)).isEqualTo(count(drawn, Found.NOTHING));
        assertThat(plan.count(Reason.CHANGED)).isEqualTo(count(drawn, Found.DONE_FROM_OTHERS));
        assertThat(plan.count(Reason.FAILED_BEFORE)).isEqualTo(count(drawn, Found.FAILED));
        for (int i = 1; i < plan.toDo().size(); i++) {
            assertThat(plan.toDo().get(i).cost())
                    .isLessThanOrEqualTo(plan.toDo().get(i - 1).cost());
        }
        boolean fills = slots > 1 && plan.toDo().size() >= slots;
        assertThat(plan.mode()).isEqualTo(fills ? SweepMode.SLOTS : SweepMode.CLUSTER);
        assertThat(plan.why()).contains(plan.toDo().size() + " run", slots + " slot");
    }

    private static long count(List<Drawn> drawn, Found found) {
        return drawn.stream().filter(run -> run.found() == found).count();
    }

    private static SurveyedRun surveyed(String name, Drawn drawn) {
        return switch (drawn.found()) {
            case NOTHING -> Sweeps.surveyed(name, drawn.cost(), null, null);
            case DONE -> Sweeps.surveyed(name, drawn.cost(), Sweeps.done(name, 11, 1.0, 0.1, 0.9), "now");
            case DONE_FROM_OTHERS -> Sweeps.surveyed(name, drawn.cost(), Sweeps.done(name, 11, 1.0, 0.1, 0.9), "then");
            case FAILED -> Sweeps.surveyed(
                    name, drawn.cost(), Sweeps.failed(name, SuspectResult.Failure.INPUT, "bad"), "now");
        };
    }

    @Test
    void theModeThatIsAskedForIsTaken() {
        SweepPlan plan = SweepPlan.of(List.of(Sweeps.surveyed("a", 1, null, null)), 8, Optional.of(SweepMode.SLOTS));
        assertThat(plan.mode()).isEqualTo(SweepMode.SLOTS);
        assertThat(plan.why()).isEqualTo("as asked for");
    }

    @Test
    void equalRunsKeepTheManifestsOrder() {
        SweepPlan plan = SweepPlan.of(
                List.of(
                        Sweeps.surveyed("b", 1, null, null),
                        Sweeps.surveyed("a", 1, null, null),
                        Sweeps.surveyed("c", 2, null, null)),
                2,
                Optional.empty());
        assertThat(plan.toDo().stream().map(run -> run.run().name())).containsExactly("c", "b", "a");
    }

    @Test
    void changesAreSaidInWords() {
        RunKey before = RunKey.of(SettingsLoader.defaults(), Optional.of("1"), Map.of("model", "x", "test", "t"));
        RunKey now = RunKey.of(
                new SettingsLoader(null)
                        .load(null, List.of("penalty.lambda=0.5"))
                        .settings(),
                Optional.empty(),
                Map.of("model", "y", "validation", "v"));
        assertThat(now.changesSince(before))
                .containsExactly(
                        "penalty.lambda is 0.5, was 0.15",
                        "target is not given, was 1",
                        "input model has changed",
                        "input test is no longer given",
                        "input validation was not given before");
        assertThat(now.fingerprint()).isNotEqualTo(before.fingerprint());
        assertThat(before.changesSince(before)).isEmpty();
    }

    @Test
    void settingsThatChangeNoResultChangeNoKey() {
        RunKey other = RunKey.of(
                new SettingsLoader(null)
                        .load(null, List.of("train.checkpoint-interval-steps=7"))
                        .settings(),
                Optional.empty(),
                Map.of("model", "now"));
        assertThat(other).isEqualTo(Sweeps.key("now"));
    }
}
