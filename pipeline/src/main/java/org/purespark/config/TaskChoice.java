// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.util.Optional;
import org.purespark.task.TaskKind;

/** Which task a model has. */
public enum TaskChoice {
    /** The one of the model's own classifier; one label, if it has none. */
    AUTO(null),
    SINGLE_LABEL(TaskKind.ONE_LABEL),
    MULTI_LABEL(TaskKind.MANY_LABELS),
    SCORE(TaskKind.SCORE);

    private final TaskKind kind;

    TaskChoice(TaskKind kind) {
        this.kind = kind;
    }

    /** The task that is chosen; empty for that of the model. */
    public Optional<TaskKind> kind() {
        return Optional.ofNullable(kind);
    }
}
