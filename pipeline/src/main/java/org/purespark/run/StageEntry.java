// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A finished stage in the stage table.
 *
 * @param state always complete: a stage that is not finished has no entry
 * @param fingerprint {@link StageKey#fingerprint()} of what it is made from
 * @param settings its settings and options, values as JSON
 * @param inputs digest of each input
 * @param upstream digest of each upstream stage's outputs
 * @param outputs its files, names relative to the run directory
 * @param seconds that it took
 * @param finishedAt ISO 8601, UTC
 * @param attempts how often it was started in this run directory
 */
public record StageEntry(
        State state,
        String fingerprint,
        SortedMap<String, JsonNode> settings,
        SortedMap<String, String> inputs,
        SortedMap<StageName, String> upstream,
        List<FileFingerprint> outputs,
        double seconds,
        String finishedAt,
        int attempts) {
    /** The state of a stage. */
    public enum State {
        /** All its files are written. */
        @JsonProperty("complete")
        COMPLETE
    }

    public StageEntry {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
        upstream = Collections.unmodifiableSortedMap(new TreeMap<>(upstream));
        outputs = List.copyOf(outputs);
    }

    /** The entry of a stage that has just written {@code outputs}. */
    static StageEntry complete(
            StageKey key, List<FileFingerprint> outputs, double seconds, String finishedAt, int attempts) {
        return new StageEntry(
                State.COMPLETE,
                key.fingerprint(),
                key.settings(),
                key.inputs(),
                key.upstream(),
                outputs,
                seconds,
                finishedAt,
                attempts);
    }

    /** SHA-256 over the outputs: later stages depend on it. */
    public String outputDigest() {
        return Fingerprints.digest(outputs);
    }
}
