// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of the stages of a run directory.
 *
 * @param attempts how often each stage was started
 * @param entries of the finished stages
 */
public record StageTable(SortedMap<StageName, Integer> attempts, SortedMap<StageName, StageEntry> entries) {
    public StageTable {
        attempts = Collections.unmodifiableSortedMap(new TreeMap<>(attempts));
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    static StageTable empty() {
        return new StageTable(new TreeMap<>(), new TreeMap<>());
    }

    public Optional<StageEntry> entry(StageName stage) {
        return Optional.ofNullable(entries.get(stage));
    }

    public int attempts(StageName stage) {
        return attempts.getOrDefault(stage, 0);
    }

    /**
     * Decides whether the stage must run.
     *
     * @param key what it would be made from
     * @param present its recorded outputs that are there, as they are now, by name
     */
    public Decision decide(StageKey key, Map<String, FileFingerprint> present) {
        StageName stage = key.stage();
        StageEntry entry = entries.get(stage);
        if (entry == null) {
            return attempts(stage) == 0
                    ? new Decision.RunFirstTime(stage)
                    : new Decision.RunAgain(stage, List.of("an earlier attempt did not finish"));
        }
        List<String> reasons = new ArrayList<>();
        settingReasons(key.settings(), entry.settings(), reasons);
        inputReasons(key.inputs(), entry.inputs(), reasons);
        upstreamReasons(key.upstream(), entry.upstream(), reasons);
        reasons.addAll(outputReasons(entry, present));
        if (reasons.isEmpty() && !key.fingerprint().equals(entry.fingerprint())) {
            reasons.add("its entry in the stage table was altered");
        }
        return reasons.isEmpty() ? new Decision.Skip(stage, entry.finishedAt()) : new Decision.RunAgain(stage, reasons);
    }

    /**
     * What is wrong with an entry's outputs, in words; empty if all are there and hold what was written. The card of
     * the purified model may change: people complete it, and no result depends on it.
     */
    static List<String> outputReasons(StageEntry entry, Map<String, FileFingerprint> present) {
        List<String> reasons = new ArrayList<>();
        for (FileFingerprint output : entry.outputs()) {
            if (output.name().equals(RunDirectory.PURIFIED_CARD)) {
                continue;
            }
            FileFingerprint now = present.get(output.name());
            if (now == null) {
                reasons.add("its output " + output.name() + " is missing");
            } else if (now.size() != output.size()) {
                reasons.add("its output " + output.name() + " has " + now.size() + " bytes, was written with "
                        + output.size());
            } else if (!now.sha256().equals(output.sha256())) {
                reasons.add("its output " + output.name() + " has changed (" + brief(now.sha256())
                        + ", was written with " + brief(output.sha256()) + ")");
            }
        }
        return reasons;
    }

    /** The table after {@code stage} has started: without its entry until it is finished. */
    StageTable started(StageName stage) {
        SortedMap<StageName, Integer> counted = new TreeMap<>(attempts);
        counted.merge(stage, 1, Integer::sum);
        SortedMap<StageName, StageEntry> others = new TreeMap<>(entries);
        others.remove(stage);
        return new StageTable(counted, others);
    }

    /** The table after {@code stage} has written its files. */
    StageTable finished(StageName stage, StageEntry entry) {
        SortedMap<StageName, StageEntry> all = new TreeMap<>(entries);
        all.put(stage, entry);
        return new StageTable(attempts, all);
    }

    private static void settingReasons(Map<String, JsonNode> now, Map<String, JsonNode> before, List<String> reasons) {
        now.forEach((key, value) -> {
            if (!before.containsKey(key)) {
                reasons.add(key + " is " + value + ", was not given before");
            } else if (!before.get(key).equals(value)) {
                reasons.add(key + " is " + value + ", was " + before.get(key));
            }
        });
        before.forEach((key, value) -> {
            if (!now.containsKey(key)) {
                reasons.add(key + " was " + value + ", is no longer given");
            }
        });
    }

    private static void inputReasons(Map<String, String> now, Map<String, String> before, List<String> reasons) {
        now.forEach((name, digest) -> {
            if (!before.containsKey(name)) {
                reasons.add("input " + name + " was not given before");
            } else if (!before.get(name).equals(digest)) {
                reasons.add(
                        "input " + name + " has changed (" + brief(digest) + ", was " + brief(before.get(name)) + ")");
            }
        });
        before.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> reasons.add("input " + name + " is no longer given"));
    }

    private static void upstreamReasons(
            Map<StageName, String> now, Map<StageName, String> before, List<String> reasons) {
        now.forEach((stage, digest) -> {
            if (!before.containsKey(stage)) {
                reasons.add("it did not take the result of stage " + stage.text() + " before");
            } else if (!before.get(stage).equals(digest)) {
                reasons.add("the result of stage " + stage.text() + " has changed");
            }
        });
        before.keySet().stream()
                .filter(stage -> !now.containsKey(stage))
                .forEach(stage -> reasons.add("it no longer takes the result of stage " + stage.text()));
    }

    private static String brief(String digest) {
        return "sha256 " + digest.substring(0, Math.min(12, digest.length()));
    }
}
