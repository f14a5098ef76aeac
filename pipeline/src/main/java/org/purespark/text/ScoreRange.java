// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import org.purespark.InputException;
import org.purespark.config.TaskSettings;
import org.purespark.task.LossKind;
import org.purespark.task.Measure;
import org.purespark.task.Task;

/** What a flip of a score is, from the range of the true scores. */
public final class ScoreRange {
    /** Of the range of the true scores. */
    private static final double SHIFT_SHARE = 0.25;

    private ScoreRange() {}

    /**
     * The task of a model that gives one score.
     *
     * @param labels of the texts that are measured
     * @throws InputException if scores are all the same, out of the loss's range, or nearer to one another than the
     *     shift
     */
    public static Task.Score of(TaskSettings settings, FoundLabels labels) {
        FoundLabels.Range range = labels.scores()
                .filter(found -> found.high() > found.low())
                .orElseThrow(() -> new InputException(labels.source()
                        + ": all scores are the same; a model is measured by how it ranks texts of different scores"));
        LossKind loss = settings.scoreLoss().kind();
        requireFit(loss, labels);
        double wide = (double) range.high() - range.low();
        double shift = settings.scoreShift() == null ? SHIFT_SHARE * wide : settings.scoreShift();
        if (shift > wide) {
            throw new InputException("task.score-shift=" + shift + " is wider than the range of the scores of "
                    + labels.source() + ", " + range.low() + " to " + range.high() + ": no text could be flipped");
        }
        return new Task.Score(
                loss, shift, range.low(), range.high(), settings.scoreMeasure().measure());
    }

    /**
     * Refuses scores that the loss has no use for.
     *
     * @throws InputException naming the row
     */
    public static void requireFit(LossKind loss, FoundLabels labels) {
        labels.scores()
                .filter(range -> loss == LossKind.BINARY_CROSS_ENTROPY && (range.low() < 0 || range.high() > 1))
                .ifPresent(range -> {
                    boolean low = range.low() < 0;
                    throw new InputException(labels.cell(low ? range.lowPlace() : range.highPlace()) + ": the score "
                            + (low ? range.low() : range.high())
                            + "; task.score-loss=binary-cross-entropy needs scores from 0 to 1");
                });
    }

    /**
     * Refuses scores that are no gains.
     *
     * @throws InputException naming the row
     */
    public static void requireGains(Measure measure, FoundLabels labels) {
        labels.scores()
                .filter(range -> measure == Measure.NDCG && range.low() < 0)
                .ifPresent(range -> {
                    throw new InputException(labels.cell(range.lowPlace()) + ": the score " + range.low()
                            + "; task.score-measure=ndcg takes scores for gains, from 0");
                });
    }

    /**
     * Refuses triggered texts whose true scores are not those of clean texts.
     *
     * @param clean all clean texts
     * @throws InputException naming the row
     */
    public static void requireWithin(FoundLabels triggered, List<FoundLabels> clean) {
        List<FoundLabels.Range> ranges =
                clean.stream().flatMap(labels -> labels.scores().stream()).toList();
        if (triggered.scores().isEmpty() || ranges.isEmpty()) {
            return;
        }
        FoundLabels.Range range = triggered.scores().get();
        double low = ranges.stream().mapToDouble(FoundLabels.Range::low).min().orElseThrow();
        double high = ranges.stream().mapToDouble(FoundLabels.Range::high).max().orElseThrow();
        if (range.low() < low || range.high() > high) {
            boolean below = range.low() < low;
            throw new InputException(triggered.cell(below ? range.lowPlace() : range.highPlace()) + ": the score "
                    + (below ? range.low() : range.high()) + " is not among those of the clean texts, " + (float) low
                    + " to " + (float) high + "; a triggered text keeps its true score, in the clean texts' unit");
        }
    }
}
