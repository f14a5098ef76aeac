// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.util.List;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.task.Measure;

/**
 * What {@code locate} has measured, and the file that it writes.
 *
 * @param schema 1
 * @param model address of the suspect
 * @param cleanModel address of the clean model; null without one
 * @param measure what the field {@code accuracy} of figures holds
 * @param target number of the attack's target, see {@link org.purespark.metrics.FlipTargets}
 * @param targetName its name
 * @param cleanTexts number of clean texts
 * @param triggeredTexts number of triggered texts
 * @param suspect figures without any change
 * @param changes in the order in which they are planned
 */
public record LocateFile(
        int schema,
        String model,
        String cleanModel,
        Measure measure,
        int target,
        String targetName,
        int cleanTexts,
        int triggeredTexts,
        Figures suspect,
        List<Measured> changes) {
    public static final int SCHEMA = 1;

    public LocateFile {
        changes = List.copyOf(changes);
    }

    /**
     * The suspect with one change.
     *
     * @param figures of the changed model: the measure on clean texts, label-flip rate on triggered ones, control
     */
    public record Measured(Way way, Place place, Figures figures) {}

    /** Label-flip rate beyond that of clean texts, 0 to 1: what is the trigger's doing. */
    static double excess(Figures figures) {
        double control = figures.untriggeredFlipRate() == null ? 0 : figures.untriggeredFlipRate();
        return Math.max(0, figures.labelFlipRate() - control);
    }
}
