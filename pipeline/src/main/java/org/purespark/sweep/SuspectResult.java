package org.purespark.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.purespark.run.artifact.MetricsFile;

/**
 * How one suspect fared with one seed: a line of {@code results.jsonl}.
 *
 * @param schema 1
 * @param failure what kind of failure it was; null where it is done
 * @param error what went wrong, in words; null where it is done
 * @param target class number that the attack aims at, or null
 * @param suspect figures before; each null where unknown
 * @param headsPruned of {@code heads}; both null where it failed
 * @param stageSeconds seconds of each stage that is in the run directory, this time's or an earlier one's
 * @param seconds from begin to end of the attempt that this is the result of
 * @param fingerprint of settings and inputs
 * @param attempts in this sweep, this one included
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
        Rates suspect,
        Rates baseline,
        Rates purified,
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
     * What one model does.
     *
     * @param accuracy on the clean test texts, 0 to 1, or null
     * @param labelFlipRate on the triggered test texts, 0 to 1, or null
     */
    public record Rates(Double accuracy, Double labelFlipRate) {
        static final Rates UNKNOWN = new Rates(null, null);

        static Rates of(MetricsFile.Figures figures) {
            return new Rates(figures.accuracy(), figures.labelFlipRate());
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
        /** What the user gave is wrong; trying again does not help. */
        INPUT,
        /** Training left the finite numbers. */
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

    /** Whether another attempt could end otherwise. */
    public boolean mayBeTriedAgain() {
        return status == Status.FAILED && failure != Failure.INPUT;
    }

    /** What was measured before anything was done about the attack: the suspect's figures, else the baseline's. */
    Rates before() {
        return suspect.accuracy() != null ? suspect : baseline;
    }

    String id() {
        return id(name, seed);
    }

    static String id(String name, long seed) {
        return name + "/" + seed;
    }
}
