// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.util.ArrayList;
import java.util.List;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Peers;
import org.purespark.model.engine.UpdateKernels.From;

/** What a step's exchange sends from device to device: gradients to the owners of their ranges, parameters to all. */
final class DensePeers {
    private final Peers peers;
    private final Shards shards;
    private final int rank;
    private final int tasks;
    /** [N - 1, owned] the gradients of the other tasks for this task's range, in the order of the tasks. */
    private final DeviceArray received;

    DensePeers(Peers peers, Shards shards, Exchange exchange, Engine engine) {
        this.peers = peers;
        this.shards = shards;
        this.rank = exchange.rank();
        this.tasks = exchange.tasks();
        this.received = engine.allocateState((long) (tasks - 1) * shards.length(rank));
    }

    /**
     * Sends this task's gradients of each range to its owner.
     *
     * @param dense of this task, from {@link Shards#start} on
     * @param contributors tasks 0 to {@code contributors} - 1 have gradients
     */
    void gradients(DeviceArray dense, int contributors) {
        List<Peers.Range> sent = new ArrayList<>();
        List<Peers.Range> incoming = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            if (task == rank) {
                continue;
            }
            if (rank < contributors && shards.length(task) > 0) {
                sent.add(new Peers.Range(task, dense, shards.from(task) - shards.start(), shards.length(task)));
            }
            if (task < contributors && shards.length(rank) > 0) {
                incoming.add(new Peers.Range(task, received, placeOf(task), shards.length(rank)));
            }
        }
        peers.transfer(sent, incoming);
    }

    /** What {@link #gradients} has received of another task. */
    From of(int task) {
        return new From(received, placeOf(task));
    }

    private long placeOf(int task) {
        return (long) (task < rank ? task : task - 1) * shards.length(rank);
    }

    /** Sends this task's range of the parameters to all, and receives theirs. */
    void parameters(DeviceArray memory) {
        List<Peers.Range> sent = new ArrayList<>();
        List<Peers.Range> incoming = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            if (task == rank) {
                continue;
            }
            if (shards.length(rank) > 0) {
                sent.add(new Peers.Range(task, memory, shards.from(rank), shards.length(rank)));
            }
            if (shards.length(task) > 0) {
                incoming.add(new Peers.Range(task, memory, shards.from(task), shards.length(task)));
            }
        }
        peers.transfer(sent, incoming);
    }
}
