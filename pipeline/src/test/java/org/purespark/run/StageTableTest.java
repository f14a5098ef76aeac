// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.purespark.config.SettingKeys;

class StageTableTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final Map<String, FileFingerprint> PRESENT = present(7, A);

    private final StageKey key =
            key("{\"prune.group-size\":10,\"seed\":11}", Map.of("train", A), Map.of(StageName.SCORE, A));
    private final StageTable table = tableOf(key);

    @Test
    void stageThatWasNeverStartedRuns() {
        Decision decision = StageTable.empty().decide(key, Map.of());
        assertThat(decision).isEqualTo(new Decision.RunFirstTime(StageName.PRUNE));
        assertThat(decision.runs()).isTrue();
        assertThat(decision.inWords()).isEqualTo("prune: runs");
    }

    @Test
    void completeStageMadeFromTheSameIsSkipped() {
        Decision decision = table.decide(key, PRESENT);
        assertThat(decision).isEqualTo(new Decision.Skip(StageName.PRUNE, "2026-01-02T03:04:05Z"));
        assertThat(decision.runs()).isFalse();
        assertThat(decision.inWords()).isEqualTo("prune: skipped, complete since 2026-01-02T03:04:05Z");
    }

    @Test
    void changedSettingIsNamedWithBothValues() {
        StageKey now = key("{\"prune.group-size\":5,\"seed\":11}", Map.of("train", A), Map.of(StageName.SCORE, A));
        assertThat(reasons(now)).containsExactly("prune.group-size is 5, was 10");
        assertThat(table.decide(now, PRESENT).inWords())
                .isEqualTo("prune: runs again, because prune.group-size is 5, was 10");
    }

    @Test
    void settingsThatCameOrWentAreNamed() {
        StageKey now =
                key("{\"prune.group-size\":10,\"--target\":\"1\"}", Map.of("train", A), Map.of(StageName.SCORE, A));
        assertThat(reasons(now))
                .containsExactly("--target is \"1\", was not given before", "seed was 11, is no longer given");
    }

    @Test
    void changedInputsAreNamed() {
        StageKey now =
                key("{\"prune.group-size\":10,\"seed\":11}", Map.of("train", B, "test", A), Map.of(StageName.SCORE, A));
        assertThat(reasons(now))
                .containsExactly(
                        "input test was not given before",
                        "input train has changed (sha256 bbbbbbbbbbbb, was sha256 aaaaaaaaaaaa)");
        StageKey without = key("{\"prune.group-size\":10,\"seed\":11}", Map.of(), Map.of(StageName.SCORE, A));
        assertThat(reasons(without)).containsExactly("input train is no longer given");
    }

    @Test
    void changedResultsUpstreamAreNamed() {
        StageKey now = key(
                "{\"prune.group-size\":10,\"seed\":11}",
                Map.of("train", A),
                Map.of(StageName.SCORE, B, StageName.BASELINE, A));
        assertThat(reasons(now))
                .containsExactly(
                        "it did not take the result of stage baseline before", "the result of stage score has changed");
        StageKey without = key("{\"prune.group-size\":10,\"seed\":11}", Map.of("train", A), Map.of());
        assertThat(reasons(without)).containsExactly("it no longer takes the result of stage score");
    }

    @Test
    void missingAndMisshapenOutputsAreNamed() {
        assertThat(((Decision.RunAgain) table.decide(key, Map.of())).reasons())
                .containsExactly("its output pruned-heads.json is missing");
        assertThat(((Decision.RunAgain) table.decide(key, present(6, ""))).reasons())
                .containsExactly("its output pruned-heads.json has 6 bytes, was written with 7");
        assertThat(((Decision.RunAgain) table.decide(key, present(7, B))).reasons())
                .containsExactly("its output pruned-heads.json has changed (sha256 bbbbbbbbbbbb, was written with"
                        + " sha256 aaaaaaaaaaaa)");
    }

    @Test
    void startedStageHasNoEntryUntilItIsFinished() {
        StageTable started = table.started(StageName.PRUNE);
        assertThat(started.entry(StageName.PRUNE)).isEmpty();
        assertThat(started.attempts(StageName.PRUNE)).isEqualTo(2);
        assertThat(((Decision.RunAgain) started.decide(key, PRESENT)).reasons())
                .containsExactly("an earlier attempt did not finish");
        assertThat(table.attempts(StageName.PRUNE)).isEqualTo(1);
    }

    @Test
    void fingerprintChangesWithEveryPart() {
        assertThat(List.of(
                        key.fingerprint(),
                        key("{\"prune.group-size\":10,\"seed\":12}", Map.of("train", A), Map.of(StageName.SCORE, A))
                                .fingerprint(),
                        key("{\"prune.group-size\":10,\"seed\":11}", Map.of("train", B), Map.of(StageName.SCORE, A))
                                .fingerprint(),
                        key("{\"prune.group-size\":10,\"seed\":11}", Map.of("test", A), Map.of(StageName.SCORE, A))
                                .fingerprint(),
                        key("{\"prune.group-size\":10,\"seed\":11}", Map.of("train", A), Map.of(StageName.SCORE, B))
                                .fingerprint()))
                .doesNotHaveDuplicates()
                .allMatch(fingerprint -> fingerprint.matches("[0-9a-f]{64}"));
    }

    @Test
    void everySettingThatChangesResultsIsReadByAStage() {
        List<String> ofStages = List.copyOf(SettingKeys.changingResults());
        assertThat(ofStages)
                .allSatisfy(name -> assertThat(StageName.REPORT.settings()).contains(name));
        for (String name : ofStages) {
            assertThat(EnumSet.complementOf(EnumSet.of(StageName.REPORT)))
                    .as(name)
                    .anyMatch(stage -> stage.settings().contains(name));
        }
        assertThat(StageName.REPORT.settings()).doesNotContain("train.checkpoint-interval-steps");
    }

    @Test
    void stagesAreNamedAsOnTheCommandLine() {
        assertThat(StageName.NORMALIZE.text()).isEqualTo("normalize");
        assertThat(StageName.of("score")).isEqualTo(StageName.SCORE);
        assertThatThrownBy(() -> StageName.of("Score"))
                .hasMessage("'Score' is not a stage; the stages are vet, baseline, score, prune, normalize, evaluate,"
                        + " report");
    }

    @Test
    void stagesComeAfterThoseTheyTakeResultsFrom() {
        for (StageName stage : StageName.values()) {
            assertThat(stage.upstream()).allMatch(before -> before.compareTo(stage) < 0);
        }
    }

    private static Map<String, FileFingerprint> present(long size, String sha256) {
        return Map.of("pruned-heads.json", new FileFingerprint("pruned-heads.json", size, sha256));
    }

    private List<String> reasons(StageKey now) {
        return ((Decision.RunAgain) table.decide(now, PRESENT)).reasons();
    }

    private static StageTable tableOf(StageKey key) {
        StageEntry entry = StageEntry.complete(
                key, List.of(new FileFingerprint("pruned-heads.json", 7, A)), 1.5, "2026-01-02T03:04:05Z", 1);
        return StageTable.empty().started(StageName.PRUNE).finished(StageName.PRUNE, entry);
    }

    private static StageKey key(String settings, Map<String, String> inputs, Map<StageName, String> upstream) {
        SortedMap<String, JsonNode> values = new TreeMap<>();
        try {
            new ObjectMapper().readTree(settings).properties().forEach(e -> values.put(e.getKey(), e.getValue()));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(settings, e);
        }
        return new StageKey(StageName.PRUNE, values, new TreeMap<>(inputs), new TreeMap<>(upstream));
    }
}
