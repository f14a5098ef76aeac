// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.purespark.run.artifact.MetricsFile;

/**
 * The result of one suspect with one seed: a line of {@code results.jsonl}.
 *
 * @param schema 1
 * @param failure kind of failure; null if the run is done
 * @param error the message; null if the run is done
 * @param target number of the attack's target class, or null
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
        Integer target,
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
     * @param accuracy on the clean test texts, 0 to 1, or null
     * @param labelFlipRate on the triggered test texts, 0 to 1, or null
     */
    public record ModelRates(Double accuracy, Double labelFlipRate) {
        static final ModelRates UNKNOWN = new ModelRates(null, null);

        static ModelRates of(MetricsFile.Figures figures) {
            return new ModelRates(figures.accuracy(), figures.labelFlipRate());
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

    String id() {
        return id(name, seed);
    }

    static String id(String name, long seed) {
        return name + "/" + seed;
    }
}
