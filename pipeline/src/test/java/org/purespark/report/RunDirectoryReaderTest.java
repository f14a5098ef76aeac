// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.purespark.report.SyntheticRun.step;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.report.ReportModel.StageTime;
import org.purespark.run.RunDirectory;
import org.purespark.run.RunRecord;
import org.purespark.run.StageEntry;
import org.purespark.run.StageName;
import org.purespark.run.event.Event;

class RunDirectoryReaderTest {
    @TempDir
    private Path directory;

    @Test
    void readsEveryFileOfACompleteRun() throws IOException {
        ReportModel model = SyntheticRun.complete(directory).model();

        assertThat(model.headScores().orElseThrow().measured().texts()).isEqualTo(872);
        assertThat(model.totalHeads()).hasValue(144);
        assertThat(model.pruned()).hasSize(9).isSorted();
        assertThat(model.normalization().orElseThrow().lambda()).isEqualTo(0.15);
        assertThat(model.metrics().orElseThrow().purified().labelFlipRate()).isEqualTo(0.1667);
        assertThat(model.training())
                .extracting(ReportModel.TrainingCurve::stage)
                .containsExactly(StageName.BASELINE, StageName.NORMALIZE);
        assertThat(model.training()).allSatisfy(curve -> {
            assertThat(curve.steps()).hasSize(651);
            assertThat(curve.epochs()).hasSize(3);
        });
        assertThat(model.labels()).containsExactly("negative", "positive");
        assertThat(model.warnings())
                .containsExactly(
                        "there was no validation file: a tenth of train (692 texts) was held out",
                        "evaluate: 3 texts of test were longer than 128 tokens and were cut");
    }

    @Test
    void timesComeInTheOrderOfTheStages() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory);
        List<StageTime> times = List.of(
                new StageTime("baseline", 241.5),
                new StageTime("score", 9.3),
                new StageTime("prune", 38.2),
                new StageTime("normalize", 266.9),
                new StageTime("evaluate", 31.0));

        assertThat(run.model().stageTimes()).isEqualTo(times);
        assertThat(run.without(RunDirectory.RUN).model().stageTimes()).isEqualTo(times);
        assertThat(run.without(RunDirectory.METRICS).model().stageTimes()).isEmpty();
    }

    @Test
    void aContinuedStageReplacesTheStepsItRepeats() throws IOException {
        SyntheticRun run = SyntheticRun.empty(directory)
                .with(
                        step(StageName.BASELINE, 1, 4.0),
                        step(StageName.BASELINE, 2, 3.0),
                        step(StageName.BASELINE, 3, 9.0),
                        new Event.EpochFinished(StageName.BASELINE, 1, 5, null, 1),
                        new Event.StageStarted(StageName.BASELINE, 2, List.of()),
                        step(StageName.BASELINE, 2, 2.5));

        assertThat(run.model().training()).singleElement().satisfies(curve -> {
            assertThat(curve.steps()).extracting(Event.StepLoss::loss).containsExactly(4.0, 2.5);
            assertThat(curve.epochs()).isEmpty();
        });
    }

    @Test
    void aStageThatStartsAgainTakesItsWarningsBack() throws IOException {
        SyntheticRun run = SyntheticRun.empty(directory)
                .with(
                        new Event.Warning(StageName.SCORE, "old"),
                        new Event.Warning(StageName.PRUNE, "stays"),
                        new Event.StageStarted(StageName.SCORE, 2, List.of()),
                        new Event.Warning(StageName.SCORE, "new"),
                        new Event.Warning(StageName.SCORE, "new"));

        assertThat(run.model().warnings()).containsExactly("prune: stays", "score: new");
    }

    @Test
    void lossesThatAreNotFiniteAreAWarning() throws IOException {
        SyntheticRun run = SyntheticRun.empty(directory)
                .with(
                        step(StageName.BASELINE, 1, 4.0),
                        step(StageName.BASELINE, 2, Double.NaN),
                        step(StageName.BASELINE, 3, Double.POSITIVE_INFINITY),
                        new Event.StepLoss(StageName.NORMALIZE, 1, 1, 1, 1, 0, Double.NaN, 0, 0));

        assertThat(run.model().warnings())
                .containsExactly(
                        "baseline: the loss was not a finite number at 2 steps, first at step 2",
                        "normalize: the gradient norm was not a finite number at 1 step, first at step 1");
    }

    @Test
    void resultsOfAnEarlierUpstreamAreAWarning() throws IOException {
        RunRecord record = SyntheticRun.record(Map.of());
        SortedMap<StageName, StageEntry> stages = new TreeMap<>(record.stages());
        StageEntry score = stages.get(StageName.SCORE);
        stages.put(
                StageName.SCORE,
                new StageEntry(
                        score.state(), "", score.settings(), score.inputs(), score.upstream(), List.of(), 1, "", 2));
        stages.remove(StageName.NORMALIZE);
        RunRecord changed = new RunRecord(
                1,
                record.versions(),
                record.configuration(),
                record.seeds(),
                record.inputs(),
                record.attempts(),
                stages);

        assertThat(SyntheticRun.empty(directory)
                        .with(RunDirectory.RUN, changed)
                        .model()
                        .warnings())
                .containsExactly(
                        "the stage prune was made from an earlier result of score: run it again",
                        "the stage normalize was started again and has not finished: the result of evaluate is from an"
                                + " earlier run");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "head-scores.json | {\"schema\":1 | head-scores.json: ",
                "head-scores.json | {\"schema\":2} | schema 2, this version reads schema 1",
                "pruned-heads.json | {\"schema\":1,\"threshold\":0.8,\"pruned\":{\"12\":[1]},"
                        + "\"steps\":[{\"pruned\":1,\"accuracy\":0.9,\"gaveBack\":false}]}"
                        + " | pruned-heads.json does not fit head-scores.json: pruned head 12.1 does not exist",
                "normalization.json | {\"schema\":1,\"lambda\":0.1,\"layerVariance\":[1],\"coefficients\":[1]}"
                        + " | normalization.json does not fit head-scores.json: it has 1 layers, expected 12. The "
                        + "files of",
                "purified/config.json | {\"id2label\":{\"0\":\"a\",\"2\":\"b\"}}"
                        + " | config.json: id2label has no name for class 1 of 2",
                "purified/config.json | { | config.json: not JSON",
                "events.jsonl | {\"stage\":\"a\"} | events.jsonl, line 1",
            })
    void aWrongFileIsAnErrorWithItsPlace(String file, String content, String message) {
        SyntheticRun run = SyntheticRun.complete(directory).with(file, content);

        assertThatThrownBy(run::model).isInstanceOf(InputException.class).hasMessageContaining(message);
    }

    @Test
    void anAbsentDirectoryIsAnError() {
        SyntheticRun run = SyntheticRun.empty(directory.resolve("nowhere"));

        assertThatThrownBy(run::model)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no run directory at ")
                .hasMessageContaining("--run DIR");
    }
}
