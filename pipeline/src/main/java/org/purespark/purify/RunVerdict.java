// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.purespark.metrics.Confusion;
import org.purespark.metrics.FlipRates;
import org.purespark.metrics.RepairVerdict;
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

    /** The verdict on these figures. */
    public static Verdict of(MetricsFile metrics) {
        if (metrics.nextClassFlipRate() != null) {
            return Verdict.ofAnotherAim(metrics.nextClassFlipRate(), metrics.targetName());
        }
        MetricsFile.PurifiedFigures purified = metrics.purified();
        Double untriggered = purified.untriggeredFlipRate();
        if (untriggered == null && metrics.target() != null && purified.confusion() != null) {
            OptionalDouble counted =
                    Confusion.ofRows(purified.confusion().clean()).labelFlipRate(metrics.target());
            untriggered = counted.isPresent() ? counted.getAsDouble() : null;
        }
        return Verdict.of(
                rates(metrics.suspect()), rates(metrics.baseline()), rates(purified.labelFlipRate(), untriggered));
    }

    /** Whether the suspect is repaired, by these figures. */
    public static RepairVerdict repair(MetricsFile metrics) {
        Double suspect = metrics.suspect().accuracy();
        return RepairVerdict.of(
                of(metrics).kind(),
                new RepairVerdict.CleanMeasure(
                        metrics.measure().words(),
                        Optional.ofNullable(suspect == null ? metrics.baseline().accuracy() : suspect),
                        Optional.ofNullable(metrics.purified().accuracy())));
    }

    private static Optional<FlipRates> rates(MetricsFile.Figures figures) {
        return rates(figures.labelFlipRate(), figures.untriggeredFlipRate());
    }

    /** The texts without trigger are the control: their flips are plain errors. */
    private static Optional<FlipRates> rates(Double triggered, Double untriggered) {
        return Optional.ofNullable(triggered).map(rate -> new FlipRates(rate, Optional.ofNullable(untriggered)));
    }
}
