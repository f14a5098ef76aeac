// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;
import org.purespark.InputException;

/**
 * Memory for arrays, and the arithmetic on them. SameDiff defines the model's graph; an engine runs it. One thread at a
 * time may use an engine. All engines of the same class in this process may read each other's arrays: several
 * classifiers work at the same time on the same weights, each with its own engine.
 */
public interface Engine extends AutoCloseable {
    /** The name in the setting {@code compute.engine}. */
    String name();

    /**
     * Memory for weights and activations.
     *
     * @return an array whose contents are undefined
     */
    DeviceArray allocate(long... shape);

    /**
     * Memory that a training keeps from step to step, for gradient sums and moments. It is read and written by ranges;
     * it need not have views. It may be left to the engine, which gives it back when it is closed.
     *
     * @return a flat array of zeros
     */
    DeviceArray allocateState(long length);

    /** A transposed copy of a matrix [rows, columns]: [columns, rows]. */
    DeviceArray transposed(DeviceArray matrix);

    /**
     * Checks that this engine can compute heads of E entries.
     *
     * @throws IllegalArgumentException if it cannot
     */
    void requireHeadSize(int headSize);

    /** The operations of the graph, for one run on one batch. */
    Kernels kernels(TextBatch batch);

    /** Operations on parameters and gradients outside the graph. */
    UpdateKernels updates();

    /**
     * Sums over the first entries of each text's CLS attention. Every engine gives the same bits for the same
     * attention.
     *
     * @param clsAttention [N, A] of each layer, at least one
     * @param most entries of a text that count, at least 1
     */
    default ClsSums clsSums(TextBatch batch, List<DeviceArray> clsAttention, int most) {
        return ClsSums.byHost(batch, clsAttention, most);
    }

    /**
     * Checks that this engine can send arrays to other tasks.
     *
     * @throws InputException if it, or this machine, has no way to
     */
    default void requirePeers() {
        throw sendsNothing();
    }

    /**
     * A new identity for a group of engines of this class.
     *
     * @throws InputException as {@link #requirePeers}
     */
    default byte[] newGroup() {
        throw sendsNothing();
    }

    /**
     * Joins a group; it waits for all others to do so. The group is closed before the engine.
     *
     * @throws InputException as {@link #requirePeers}
     * @throws IllegalStateException if this task is cancelled, or another one is lost
     */
    default Peers join(Peers.Link link) {
        throw sendsNothing();
    }

    private InputException sendsNothing() {
        return new InputException("compute.gradient-exchange=nccl: the engine " + name()
                + " sends nothing itself; leave it at spark, or give each task a GPU");
    }

    /** Ends its threads and gives its own memory back; the users of arrays close them. */
    @Override
    void close();
}
