// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.config.SettingKeys;

/**
 * The stages of a purification in their order. Each has the stages whose results it uses, the settings on which its
 * result depends, and its files in the run directory.
 */
@SuppressWarnings("ImmutableEnumChecker") // its lists come from List.of
public enum StageName {
    /** Examines the suspect without a known trigger; only with the setting {@code purify.vet}. */
    VET(List.of(), List.of("seed", "data", "text", "task", "compute", "vet", "purify"), List.of(RunDirectory.VET)),
    /** Fine-tunes the suspect on clean texts. */
    BASELINE(List.of(), List.of("seed", "data", "text", "task", "compute", "train"), List.of(RunDirectory.BASELINE)),
    /** Scores the baseline's heads. */
    SCORE(
            List.of(BASELINE),
            List.of("seed", "data", "text", "task", "compute", "evaluate", "score"),
            List.of(RunDirectory.HEAD_SCORES)),
    /** Chooses the heads to prune. */
    PRUNE(
            List.of(BASELINE, SCORE),
            List.of("seed", "data", "text", "task", "compute", "evaluate", "prune"),
            List.of(RunDirectory.PRUNED_HEADS)),
    /** Computes the coefficients and fine-tunes the pruned suspect with the penalty. */
    NORMALIZE(
            List.of(BASELINE, PRUNE),
            List.of(
                    "seed",
                    "data",
                    "text",
                    "task",
                    "compute",
                    "evaluate",
                    "train",
                    "defence",
                    "penalty",
                    "repair",
                    "export"),
            List.of(RunDirectory.NORMALIZATION, RunDirectory.REPAIR, RunDirectory.PURIFIED)),
    /** Measures accuracy and label-flip rate of suspect, baseline and purified model, and tries known triggers. */
    EVALUATE(
            List.of(BASELINE, NORMALIZE),
            List.of("seed", "data", "text", "task", "compute", "evaluate", "probe"),
            List.of(RunDirectory.PROBES, RunDirectory.METRICS)),
    /** Writes the page that shows everything, with the settings. */
    REPORT(
            List.of(BASELINE, SCORE, PRUNE, NORMALIZE, EVALUATE),
            List.of(
                    "seed",
                    "data",
                    "text",
                    "task",
                    "compute",
                    "train",
                    "score",
                    "prune",
                    "defence",
                    "penalty",
                    "repair",
                    "evaluate",
                    "probe",
                    "vet",
                    "purify",
                    "export"),
            List.of(RunDirectory.REPORT, RunDirectory.REPORT_JSON));

    private final List<StageName> upstream;
    private final List<String> settingGroups;
    private final List<String> outputs;

    StageName(List<StageName> upstream, List<String> settingGroups, List<String> outputs) {
        this.upstream = upstream;
        this.settingGroups = settingGroups;
        this.outputs = outputs;
    }

    /** The stages whose results this one uses, unless a command gives it others. */
    public List<StageName> upstream() {
        return upstream;
    }

    /** Keys of the settings that the stage's result depends on, sorted. */
    public SortedSet<String> settings() {
        SortedSet<String> keys = new TreeSet<>();
        for (String key : SettingKeys.changingResults()) {
            if (settingGroups.contains(key) || settingGroups.contains(key.replaceFirst("\\..*", ""))) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Names, in the run directory, of the files and directories that the stage writes. */
    public List<String> outputs() {
        return outputs;
    }

    /** The name in files and on the command line. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The stage with the name {@code text}.
     *
     * @throws IllegalArgumentException if there is none
     */
    @JsonCreator
    public static StageName of(String text) {
        return Arrays.stream(values())
                .filter(stage -> stage.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a stage; the stages are "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(StageName::text).toList())));
    }
}
