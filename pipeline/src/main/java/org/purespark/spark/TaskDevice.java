package org.purespark.spark;

import org.apache.spark.TaskContext;

/** What a task may compute with: the cores that Spark gave it ({@code spark.task.cpus}). */
final class TaskDevice {
    private TaskDevice() {}

    static int threads() {
        return TaskContext.get().cpus();
    }
}
