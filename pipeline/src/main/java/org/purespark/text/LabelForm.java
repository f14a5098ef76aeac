// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.task.TaskKind;

/** What the label of a row is. */
public enum LabelForm {
    /** The name or number of a class. */
    CLASS,
    /** Names of labels: a list in JSON, or with commas between them; or a 0/1 column for each label. */
    SET,
    /** A number. */
    SCORE;

    /** The form of a task's labels. */
    public static LabelForm of(TaskKind task) {
        return switch (task) {
            case ONE_LABEL -> CLASS;
            case MANY_LABELS -> SET;
            case SCORE -> SCORE;
        };
    }
}
