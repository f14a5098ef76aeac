// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.config.TaskSettings;
import org.purespark.task.LossKind;
import org.purespark.task.Measure;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;
import org.purespark.text.EncodedRows;
import org.purespark.text.FoundLabels;
import org.purespark.text.LabelForm;

/** The task of a run: from the settings, the model and the texts. */
public final class RunTask {
    /** Of the range of the true scores. */
    private static final double SHIFT_SHARE = 0.25;

    private RunTask() {}

    /** The kind of task that the user chooses, else that of the checkpoint's classifier, else one label. */
    public static TaskKind kind(TaskSettings settings, Checkpoint checkpoint) {
        return settings.kind().kind().orElse(checkpoint.hasClassifier() ? checkpoint.task() : TaskKind.ONE_LABEL);
    }

    /**
     * @param measured the texts whose answers are measured
     * @throws InputException if scores are all the same, or out of their range
     */
    static Task of(TaskSettings settings, EncodedRows measured) {
        LabelForm form = measured.labels().form();
        return switch (form) {
            case CLASS -> new Task.OneLabel();
            case SET -> new Task.ManyLabels(settings.labelThreshold());
            case SCORE -> score(settings, measured.labels());
        };
    }

    private static Task.Score score(TaskSettings settings, FoundLabels labels) {
        FoundLabels.Range range = labels.scores()
                .filter(found -> found.high() > found.low())
                .orElseThrow(() -> new InputException(labels.source()
                        + ": all scores are the same; a model is measured by how it ranks texts of different scores"));
        LossKind loss = settings.scoreLoss().kind();
        if (loss == LossKind.BINARY_CROSS_ENTROPY) {
            requireShares(labels.source(), range);
        }
        double wide = (double) range.high() - range.low();
        double shift = settings.scoreShift() == null ? SHIFT_SHARE * wide : settings.scoreShift();
        if (shift > wide) {
            throw new InputException("task.score-shift=" + shift + " is wider than the range of the scores of "
                    + labels.source() + ", " + range.low() + " to " + range.high() + ": no text could be flipped");
        }
        return new Task.Score(loss, Measure.RANK_CORRELATION, shift, range.low(), range.high());
    }

    /** Refuses scores that no probability can be. */
    static void requireShares(String source, FoundLabels.Range range) {
        if (range.low() < 0 || range.high() > 1) {
            throw new InputException(source + ": the scores go from " + range.low() + " to " + range.high()
                    + "; task.score-loss=binary-cross-entropy needs scores from 0 to 1");
        }
    }
}
