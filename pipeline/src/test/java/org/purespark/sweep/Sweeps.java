// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.metrics.RepairVerdict;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.purify.Inputs;
import org.purespark.task.Measure;

/** Runs and results for tests. */
final class Sweeps {
    private static final Settings SETTINGS = SettingsLoader.defaults();

    private Sweeps() {}

    static SuspectRun run(String name) {
        return new SuspectRun(
                name, Inputs.builder().model("m").train("t").build(), SETTINGS, "out/runs/" + name + "/seed-11");
    }

    static RunKey key(String model) {
        return RunKey.of(SETTINGS, Optional.empty(), Map.of("model", model));
    }

    static SurveyedRun surveyed(String name, double cost, SuspectResult before, String madeFrom) {
        Optional<SuspectOutcome> outcome = Optional.ofNullable(before)
                .map(result -> new SuspectOutcome(SuspectOutcome.SCHEMA, result, key(madeFrom)));
        return new SurveyedRun(run(name), key("now"), cost, outcome, null);
    }

    static SuspectResult done(String name, long seed, Double lfrBefore, Double lfrAfter, double accuracyAfter) {
        return done(name, seed, lfrBefore, lfrAfter, accuracyAfter, AttackState.WEAKENED);
    }

    static SuspectResult done(
            String name, long seed, Double lfrBefore, Double lfrAfter, double accuracyAfter, AttackState verdict) {
        return new SuspectResult(
                SuspectResult.SCHEMA,
                name,
                seed,
                SuspectResult.Status.DONE,
                null,
                null,
                Measure.ACCURACY,
                1,
                "good",
                verdict,
                RepairVerdict.of(
                                verdict,
                                new RepairVerdict.CleanMeasure(
                                        "accuracy", Optional.of(0.9), Optional.of(accuracyAfter)))
                        .outcome(),
                null,
                new SuspectResult.ModelRates(0.9, lfrBefore, 0.125),
                new SuspectResult.ModelRates(0.95, 0.5, 0.25),
                new SuspectResult.ModelRates(accuracyAfter, lfrAfter, 0.375),
                3,
                16,
                new TreeMap<>(Map.of("baseline", 1.5)),
                2.0,
                "f",
                1,
                SweepMode.SLOTS,
                "2026-01-01T00:00:00Z");
    }

    static SuspectResult failed(String name, SuspectResult.Failure failure, String error) {
        return new SuspectResult(
                SuspectResult.SCHEMA,
                name,
                11,
                SuspectResult.Status.FAILED,
                failure,
                error,
                null,
                null,
                null,
                null,
                null,
                null,
                SuspectResult.ModelRates.UNKNOWN,
                SuspectResult.ModelRates.UNKNOWN,
                SuspectResult.ModelRates.UNKNOWN,
                null,
                null,
                Map.of(),
                0.5,
                "f",
                2,
                SweepMode.CLUSTER,
                "2026-01-01T00:00:00Z");
    }
}
