// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.purespark.metrics.WilsonInterval;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.task.Measure;

class MeasuredModelTest {
    private static final MetricsFile METRICS = FixedMetrics.with("positive");

    @Test
    void intervalsAreOfTheTextsThatARateIsOf() {
        assertThat(MeasuredModel.purified(METRICS))
                .containsExactly(
                        new Figure("accuracy", "accuracy", 0.75, Figure.Texts.CLEAN, interval(6, 8)),
                        new Figure(
                                "label-flip-rate",
                                "label-flip rate to positive",
                                0,
                                Figure.Texts.TRIGGERED,
                                interval(0, 4)),
                        new Figure(
                                "label-flip-rate-without-trigger",
                                "label-flip rate to positive without trigger",
                                0.2,
                                Figure.Texts.CLEAN,
                                interval(1, 5)));
    }

    @Test
    void theSuspectIsMeasuredOnTheSameTexts() {
        assertThat(MeasuredModel.suspect(METRICS))
                .extracting(Figure::value, Figure::interval)
                .containsExactly(tuple(0.875, interval(7, 8)), tuple(1.0, interval(4, 4)), tuple(0.2, interval(1, 5)));
    }

    @Test
    void ofManyLabelsTheFlipRateAloneIsAShareOfTexts() {
        // target 1: label 0 taken from the 3 triggered texts that have it
        List<List<List<Long>>> clean = List.of(List.of(List.of(4L, 1L), List.of(1L, 3L)));
        List<List<List<Long>>> triggered = List.of(List.of(List.of(5L, 1L), List.of(2L, 1L)));
        MetricsFile metrics = new MetricsFile(
                1,
                11,
                Measure.MICRO_F1,
                1,
                "not toxic",
                null,
                MetricsFile.Figures.ABSENT,
                MetricsFile.Figures.ABSENT,
                new MetricsFile.PurifiedFigures(
                        0.75, 2.0 / 3, 0.25, null, new MetricsFile.LabelTables(clean, triggered)),
                Map.of());
        assertThat(MeasuredModel.purified(metrics))
                .extracting(Figure::type, Figure::interval)
                .containsExactly(
                        tuple("micro-f1", Optional.empty()),
                        tuple("label-flip-rate", interval(2, 3)),
                        tuple("label-flip-rate-without-trigger", interval(1, 4)));
        assertThat(MeasuredModel.suspect(metrics)).isEmpty();
    }

    private static Optional<WilsonInterval> interval(int successes, int trials) {
        return Optional.of(WilsonInterval.of(successes, trials, 0.95));
    }
}
