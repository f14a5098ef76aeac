// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.EOFException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.shuffle.BlockFetchingListener;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockManagerId;
import org.purespark.train.Exchange;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * Waits for blocks of other tasks and fetches them while the task computes. One thread asks the driver for all awaited
 * notes at once; Spark's own transfer threads fetch the blocks.
 */
final class BlockFetcher implements AutoCloseable {
    private static final long SHORTEST_WAIT_NANOS = 500_000;
    private static final long LONGEST_WAIT_NANOS = 16_000_000;
    /** Index of the note among a message's blocks. */
    private static final int NOTE = 0;

    private static final long LOOK_FOR_CANCELLATION_MILLIS = 200;

    /** Most bytes that are fetched at once; a single piece may be larger. */
    private static final long IN_FLIGHT_BYTES = 128L << 20;

    private final BlockManager blocks;
    private final TaskContext task;
    private final PartBuffers memory;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Awaited> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> chores = new ConcurrentLinkedQueue<>();
    private final AtomicLong inFlightBytes = new AtomicLong();
    private volatile boolean closed;
    private volatile Throwable broken;

    /**
     * A message that another task sends.
     *
     * @param note the block that the driver knows
     * @param parts the other blocks of the message
     * @param bytes of the parts
     */
    record WantedBlock(BlockId note, List<BlockId> parts, long bytes) {
        String[] names() {
            List<String> names = new ArrayList<>(List.of(note.name()));
            parts.forEach(part -> names.add(part.name()));
            return names.toArray(String[]::new);
        }
    }

    /** @param memory for the received parts */
    BlockFetcher(BlockManager blocks, TaskContext task, PartBuffers memory) {
        this.blocks = blocks;
        this.task = task;
        this.memory = memory;
        this.thread = new Thread(this::run, "pure-exchange");
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins to wait for a message. */
    Exchange.Pending fetch(WantedBlock wanted) {
        Awaited awaited = new Awaited(wanted, new CompletableFuture<>());
        asked.add(awaited);
        LockSupport.unpark(thread);
        return () -> take(awaited);
    }

    /** Gives the thread some work for later; nobody waits for it. */
    void later(Runnable chore) {
        chores.add(chore);
        LockSupport.unpark(thread);
    }

    private record Awaited(WantedBlock wanted, CompletableFuture<Exchange.Message> message) {}

    private Exchange.Message take(Awaited awaited) {
        while (true) {
            task.killTaskIfInterrupted();
            try {
                return awaited.message().get(LOOK_FOR_CANCELLATION_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (broken != null) {
                    throw new IllegalStateException("the exchange between tasks broke: " + broken.getMessage(), broken);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "interrupted while waiting for " + awaited.wanted().note(), e);
            } catch (ExecutionException e) {
                throw new IllegalStateException(
                        "cannot fetch " + awaited.wanted().note() + ": "
                                + e.getCause().getMessage(),
                        e.getCause());
            }
        }
    }

    private void run() {
        List<Awaited> waiting = new ArrayList<>();
        long pause = SHORTEST_WAIT_NANOS;
        try {
            while (!closed || !chores.isEmpty()) {
                for (Runnable chore = chores.poll(); chore != null; chore = chores.poll()) {
                    chore.run();
                }
                for (Awaited more = asked.poll(); more != null; more = asked.poll()) {
                    waiting.add(more);
                    pause = SHORTEST_WAIT_NANOS;
                }
                if (waiting.isEmpty()) {
                    LockSupport.park(this);
                } else if (beginReady(waiting)) {
                    pause = SHORTEST_WAIT_NANOS;
                } else {
                    LockSupport.parkNanos(this, pause);
                    pause = Math.min(2 * pause, LONGEST_WAIT_NANOS);
                }
            }
        } catch (RuntimeException | Error e) {
            broken = e;
            waiting.forEach(awaited -> awaited.message().completeExceptionally(e));
        }
    }

    /** Begins to fetch the messages whose notes the driver knows; returns whether there were any. */
    private boolean beginReady(List<Awaited> waiting) {
        if (inFlightBytes.get() >= IN_FLIGHT_BYTES) {
            return false;
        }
        BlockId[] notes =
                waiting.stream().map(awaited -> awaited.wanted().note()).toArray(BlockId[]::new);
        IndexedSeq<Seq<BlockManagerId>> places = blocks.master().getLocations(notes);
        boolean any = false;
        Iterator<Awaited> each = waiting.iterator();
        for (int i = 0; each.hasNext(); i++) {
            Awaited awaited = each.next();
            if (!places.apply(i).isEmpty() && inFlightBytes.get() < IN_FLIGHT_BYTES) {
                each.remove();
                any = true;
                begin(awaited, places.apply(i).head());
            }
        }
        return any;
    }

    private void begin(Awaited awaited, BlockManagerId place) {
        WantedBlock wanted = awaited.wanted();
        Arriving arriving = new Arriving(awaited, System.nanoTime());
        if (place.equals(blocks.blockManagerId())) {
            // The other task is in this executor.
            takeHere(wanted.note(), arriving);
            wanted.parts().forEach(part -> takeHere(part, arriving));
            return;
        }
        blocks.blockTransferService()
                .fetchBlocks(place.host(), place.port(), place.executorId(), wanted.names(), arriving, null);
    }

    private void takeHere(BlockId id, Arriving arriving) {
        ManagedBuffer data = blocks.getLocalBlockData(id);
        try {
            arriving.onBlockFetchSuccess(id.name(), data);
        } finally {
            // The block is locked until its data are released.
            data.release();
        }
    }

    /** Collects the blocks of one message. */
    private final class Arriving implements BlockFetchingListener {
        private final Awaited awaited;
        private final long announcedNanos;
        private final List<String> names;
        private final ByteBuffer[] arrived;
        private final AtomicInteger missing;

        Arriving(Awaited awaited, long announcedNanos) {
            this.awaited = awaited;
            this.announcedNanos = announcedNanos;
            this.names = Arrays.asList(awaited.wanted().names());
            this.arrived = new ByteBuffer[names.size()];
            this.missing = new AtomicInteger(arrived.length);
            inFlightBytes.addAndGet(awaited.wanted().bytes());
        }

        @Override
        public void onBlockFetchSuccess(String name, ManagedBuffer data) {
            // The transfer takes its buffer back when this returns. A stream, since a single buffer would be joined
            // first.
            try (InputStream bytes = data.createInputStream()) {
                int block = names.indexOf(name);
                int length = Math.toIntExact(data.size());
                ByteBuffer copy = block == NOTE ? ByteBuffer.allocate(length) : memory.take(length);
                if (bytes.readNBytes(copy.array(), 0, length) < length) {
                    throw new EOFException("block " + name + " has less than its " + length + " bytes");
                }
                arrived[block] = copy;
            } catch (Exception e) {
                onBlockFetchFailure(name, e);
                return;
            }
            if (missing.decrementAndGet() == 0) {
                inFlightBytes.addAndGet(-awaited.wanted().bytes());
                awaited.message()
                        .complete(new Exchange.Message(
                                arrived[NOTE], List.of(arrived).subList(1, arrived.length), announcedNanos));
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void onBlockFetchFailure(String name, Throwable failure) {
            awaited.message().completeExceptionally(failure);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
