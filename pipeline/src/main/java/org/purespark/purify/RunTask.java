// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import org.purespark.checkpoint.Checkpoint;
import org.purespark.config.TaskSettings;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;
import org.purespark.text.EncodedRows;
import org.purespark.text.LabelForm;
import org.purespark.text.ScoreRange;

/** The task of a run: from the settings, the model and the texts. */
public final class RunTask {
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
            case SCORE -> ScoreRange.of(settings, measured.labels());
        };
    }
}
