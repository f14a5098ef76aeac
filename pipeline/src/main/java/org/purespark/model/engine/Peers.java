// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A group of engines, each of another task on a device of its own, to which arrays go without the host. All tasks make
 * the same transfers in the same order.
 */
public interface Peers extends AutoCloseable {
    /**
     * A task's place in a group.
     *
     * @param group identity of the group, of {@link Engine#newGroup}; the same for all
     * @param rank this task's number, 0 to {@code tasks} - 1
     * @param tasks number of tasks
     * @param cancelled whether this task is to stop; asked while it waits for others
     */
    record Link(byte[] group, int rank, int tasks, BooleanSupplier cancelled) {}

    /**
     * A range of an array.
     *
     * @param task the other task
     * @param count entries, at least 1
     */
    record Range(int task, DeviceArray array, long from, long count) {}

    /**
     * Sends ranges to other tasks and receives others from them, all at once; at most one each to and from a task. When
     * it returns, what has been sent may be written to, and what was to come is there.
     *
     * @throws IllegalStateException if another task is lost, or this one is cancelled
     */
    void transfer(List<Range> sent, List<Range> received);

    @Override
    void close();
}
