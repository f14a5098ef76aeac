// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import org.purespark.model.engine.Peers;

/**
 * What the engine's kernels run on: memory with addresses, the kernels of {@link KernelSources} by name, and products.
 * All its work is done in the order of the calls. Work of other boards of the same device goes on at the same time. One
 * thread at a time.
 */
interface Board extends AutoCloseable {
    /** What it is, for messages: name and architecture of a device. */
    String description();

    /**
     * Memory, whose contents are undefined.
     *
     * @param bytes above 0
     * @return its address, a multiple of 256
     */
    long allocate(long bytes);

    /** Gives memory of {@link #allocate} back. */
    void free(long address);

    /** The most bytes that {@link #lend} and {@link #fetch} take. */
    int exchangeBytes();

    /** A buffer in the machine's byte order, to be filled and given to {@link #send}. */
    ByteBuffer lend(int bytes);

    /** Writes all bytes of a lent buffer to {@code to}. The buffer is not used after that. */
    void send(ByteBuffer lent, long to);

    /** The bytes from {@code from} on, after all work so far; to be read before another call. */
    ByteBuffer fetch(long from, int bytes);

    /** Copies {@code bytes} from one address to another; the ranges do not overlap. */
    void copy(long from, long to, long bytes);

    /** Sets {@code bytes} from {@code at} on to zero. */
    void clear(long at, long bytes);

    /**
     * Runs a kernel.
     *
     * @throws IllegalArgumentException if there is no kernel of that name
     */
    void launch(String kernel, Grid grid, Arguments arguments);

    /** Computes a product, in float32. */
    void multiply(Product product);

    /**
     * Work from now on begins after all that the other board has been given so far. That one may be in use by another
     * thread.
     *
     * @param other of the same device
     */
    void follow(Board other);

    /** A part of memory for, or from, another task; {@code count} floats. */
    record Part(int task, long address, long count) {}

    /** See {@link Peers}. */
    interface Transfers extends AutoCloseable {
        /** As {@link Peers#transfer}, after all work so far. */
        void transfer(List<Part> sent, List<Part> received);

        @Override
        void close();
    }

    /** A new group, as {@link org.purespark.model.engine.Engine#newGroup}. */
    byte[] newGroup();

    /** Joins a group, as {@link org.purespark.model.engine.Engine#join}. */
    Transfers join(Peers.Link link);

    /** Waits for all work so far. */
    void settle();

    @Override
    void close();
}
