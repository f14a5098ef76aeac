// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import java.util.List;
import java.util.Map;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.task.Measure;

/** Figures of a run with two classes: 8 clean texts, 5 of them of class 0, and 4 triggered ones; the target is 1. */
public final class FixedMetrics {
    private FixedMetrics() {}

    /** The purified model takes 1 of 5 texts without trigger for the target, and none of 4 with it. */
    public static MetricsFile with(String target) {
        return new MetricsFile(
                1,
                11,
                Measure.ACCURACY,
                1,
                target,
                null,
                new MetricsFile.Figures(0.875, 1.0, 0.2),
                new MetricsFile.Figures(0.875, 0.75, 0.2),
                new MetricsFile.PurifiedFigures(
                        0.75,
                        0.0,
                        0.2,
                        new MetricsFile.ConfusionCounts(
                                List.of(List.of(4L, 1L), List.of(1L, 2L)), List.of(List.of(4L, 0L), List.of(0L, 0L))),
                        null),
                Map.of());
    }

    /** No triggered texts. */
    public static MetricsFile withoutTrigger() {
        return new MetricsFile(
                1,
                11,
                Measure.ACCURACY,
                null,
                null,
                null,
                new MetricsFile.Figures(0.875, null, null),
                new MetricsFile.Figures(0.875, null, null),
                new MetricsFile.PurifiedFigures(
                        0.75,
                        null,
                        null,
                        new MetricsFile.ConfusionCounts(List.of(List.of(4L, 1L), List.of(1L, 2L)), null),
                        null),
                Map.of());
    }
}
