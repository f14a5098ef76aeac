// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.purespark.metrics.Confusion;
import org.purespark.metrics.FlipRates;
import org.purespark.metrics.Verdict;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;

/** The verdict on the figures of a run's {@code metrics.json}. */
public final class RunVerdict {
    private RunVerdict() {}

    /** @throws org.purespark.InputException if the run directory has no metrics yet, or they are not valid */
    public static Verdict of(RunDirectory run) throws IOException {
        return of(run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA));
    }

    static Verdict of(MetricsFile metrics) {
        return Verdict.of(rates(metrics.suspect()), rates(metrics.baseline()), purified(metrics));
    }

    private static Optional<FlipRates> rates(MetricsFile.Figures figures) {
        return Optional.ofNullable(figures.labelFlipRate()).map(rate -> new FlipRates(rate, Optional.empty()));
    }

    /** The same texts without trigger are the control: their flips are plain errors. */
    private static Optional<FlipRates> purified(MetricsFile metrics) {
        MetricsFile.PurifiedFigures figures = metrics.purified();
        if (figures.labelFlipRate() == null || metrics.target() == null) {
            return Optional.empty();
        }
        return FlipRates.of(
                confusion(figures.confusion().poisoned()),
                confusion(figures.confusion().clean()),
                metrics.target());
    }

    private static Confusion confusion(List<List<Long>> rows) {
        long[][] counts = new long[rows.size()][rows.size()];
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                counts[i][j] = rows.get(i).get(j);
            }
        }
        return new Confusion(counts);
    }
}
