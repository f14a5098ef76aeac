// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.task.TaskKind;

/** Which settings say something of a task. */
public final class TaskFit {
    private static final Map<String, TaskKind> TASK_OF_KEY = new TreeMap<>(Map.of(
            "task.label-threshold", TaskKind.MANY_LABELS,
            "task.score-loss", TaskKind.SCORE,
            "task.score-measure", TaskKind.SCORE,
            "task.score-shift", TaskKind.SCORE));

    private TaskFit() {}

    /** The keys of settings that are for one task only. */
    public static Set<String> keys() {
        return TASK_OF_KEY.keySet();
    }

    /**
     * Refuses settings that say something of another task.
     *
     * @throws InputException naming the setting, unless it has its default
     */
    public static void require(Settings settings, TaskKind task) {
        Map<String, Object> values = SettingKeys.all().values(settings);
        Map<String, Object> defaults = SettingKeys.all().values(SettingsLoader.defaults());
        TASK_OF_KEY.forEach((key, only) -> {
            Object value = values.get(key);
            if (only != task && !Objects.equals(value, defaults.get(key))) {
                throw new InputException(key + "=" + (value instanceof Enum<?> ? SettingKey.text(value) : value)
                        + " is for models that give " + words(only) + ", and this one gives " + words(task)
                        + ": leave it out, or set task.kind");
            }
        });
    }

    private static String words(TaskKind task) {
        return switch (task) {
            case ONE_LABEL -> "one class";
            case MANY_LABELS -> "many labels";
            case SCORE -> "a score";
        };
    }
}
