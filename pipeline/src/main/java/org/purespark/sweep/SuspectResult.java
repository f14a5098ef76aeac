// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.purespark.metrics.RepairVerdict;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.run.artifact.MayBeAbsent;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.task.Measure;

/**
 * The result of one suspect with one seed: a line of {@code results.jsonl}.
 *
 * @param schema 1
 * @param failure kind of failure; null if the run is done
 * @param error the message; null if the run is done
 * @param measure what the field {@code accuracy} of each model holds; null if the run failed, or in a row of before
 * @param target number of the attack's target, as in {@code metrics.json}, or null
 * @param targetName its name, or null
 * @param verdict on the attack; null if the run failed, or in a row of before
 * @param repair whether the suspect is repaired; null if the run failed, or in a row of before
 * @param vet verdict of the examination of the suspect; null if it was not examined
 * @param suspect figures before purification; each null if unknown
 * @param headsPruned of {@code heads}; both null if the run failed
 * @param stageSeconds seconds of each stage in the run directory, of this attempt or an earlier one
 * @param seconds from begin to end of the last attempt
 * @param fingerprint of settings and inputs
 * @param attempts in this sweep, with the last one
 * @param finishedAt ISO 8601, UTC
 */
public record SuspectResult(
        int schema,
        String name,
        long seed,
        Status status,
        Failure failure,
        String error,
        @MayBeAbsent Measure measure,
        Integer target,
        @MayBeAbsent String targetName,
        @MayBeAbsent AttackState verdict,
        @MayBeAbsent RepairVerdict.Outcome repair,
        @MayBeAbsent String vet,
        ModelRates suspect,
        ModelRates baseline,
        ModelRates purified,
        Integer headsPruned,
        Integer heads,
        Map<String, Double> stageSeconds,
        double seconds,
        String fingerprint,
        int attempts,
        SweepMode mode,
        String finishedAt) {
    public static final int SCHEMA = 1;

    /**
     * The figures of one model.
     *
     * @param accuracy the measure on the clean test texts, 0 to 1, or null
     * @param labelFlipRate on the triggered test texts, 0 to 1, or null
     * @param untriggeredFlipRate the same rate on the clean test texts: the control; 0 to 1, or null
     */
    public record ModelRates(Double accuracy, Double labelFlipRate, @MayBeAbsent Double untriggeredFlipRate) {
        static final ModelRates UNKNOWN = new ModelRates(null, null, null);

        static ModelRates of(MetricsFile.Figures figures) {
            return new ModelRates(figures.accuracy(), figures.labelFlipRate(), figures.untriggeredFlipRate());
        }

        static ModelRates of(MetricsFile.PurifiedFigures figures) {
            return new ModelRates(figures.accuracy(), figures.labelFlipRate(), figures.untriggeredFlipRate());
        }
    }

    /** How a run ended. */
    public enum Status {
        DONE,
        FAILED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Kinds of failure. */
    public enum Failure {
        /** The input is wrong; trying again does not help. */
        INPUT,
        /** Training gave numbers that are not finite. */
        DIVERGED,
        /** Anything else: a file system, a lost executor, an error of this program. */
        FAILED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public SuspectResult {
        stageSeconds = Collections.unmodifiableMap(new LinkedHashMap<>(stageSeconds));
    }

    public boolean done() {
        return status == Status.DONE;
    }

    /** Whether another attempt could succeed. */
    public boolean mayBeTriedAgain() {
        return status == Status.FAILED && failure != Failure.INPUT;
    }

    /** The figures before purification: the suspect's, else the baseline's. */
    ModelRates before() {
        return suspect.accuracy() != null ? suspect : baseline;
    }

    /** The target's name, else its number, or null. */
    String targetText() {
        return targetName != null || target == null ? targetName : Integer.toString(target);
    }

    /** What purification took from the label-flip rate; null where nothing can be said of the attack. */
    Double fall() {
        return verdict == AttackState.NOT_MEASURED ? null : minus(before().labelFlipRate(), purified.labelFlipRate());
    }

    /** What purification took from the measure, or null. */
    Double cost() {
        return minus(before().accuracy(), purified.accuracy());
    }

    private static Double minus(Double one, Double other) {
        return one == null || other == null ? null : Double.valueOf(one - other);
    }

    String id() {
        return id(name, seed);
    }

    static String id(String name, long seed) {
        return name + "/" + seed;
    }
}
