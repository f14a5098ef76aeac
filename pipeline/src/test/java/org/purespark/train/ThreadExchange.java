// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.purespark.model.engine.Peers;

/** The exchange between tasks that are threads of this JVM; it counts what is left behind. */
final class ThreadExchange {
    private static final int SECONDS = 60;

    private final int tasks;
    private final Transport transport;
    /** What peers have sent and not received, by sender and receiver. */
    private final Map<List<Integer>, BlockingQueue<float[]>> sent = new ConcurrentHashMap<>();

    private final Map<Key, CompletableFuture<Exchange.Message>> messages = new ConcurrentHashMap<>();

    private record Key(Exchange.Round round, int from, int to) {}

    /** A task's work. */
    interface Work<T> {
        T with(Exchange exchange) throws Exception;
    }

    /** How long arrays travel. */
    enum Transport {
        MESSAGES,
        PEERS
    }

    private ThreadExchange(int tasks, Transport transport) {
        this.tasks = tasks;
        this.transport = transport;
    }

    /**
     * Runs the work in {@code tasks} threads, each with its side of one exchange; results in the order of the ranks.
     */
    static <T> List<T> run(int tasks, Work<T> work) throws Exception {
        return run(tasks, Transport.MESSAGES, work);
    }

    static <T> List<T> run(int tasks, Transport transport, Work<T> work) throws Exception {
        ThreadExchange all = new ThreadExchange(tasks, transport);
        ExecutorService threads = Executors.newFixedThreadPool(tasks);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int rank = 0; rank < tasks; rank++) {
                Exchange side = all.new Side(rank);
                calls.add(() -> {
                    try (side) {
                        return work.with(side);
                    } catch (Exception | Error e) {
                        all.messages.values().forEach(message -> message.completeExceptionally(e));
                        throw e;
                    }
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** A task's side of what goes from device to device. */
    private final class Group implements Peers {
        private final int rank;

        Group(int rank) {
            this.rank = rank;
        }

        @Override
        public void transfer(List<Range> out, List<Range> in) {
            for (Range range : out) {
                float[] values = new float[Math.toIntExact(range.count())];
                range.array().get(range.from(), values, 0, values.length);
                between(rank, range.task()).add(values);
            }
            for (Range range : in) {
                float[] values;
                try {
                    values = between(range.task(), rank).poll(SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                if (values == null || values.length != range.count()) {
                    throw new AssertionError("nothing, or not enough, from task " + range.task());
                }
                range.array().put(range.from(), values, 0, values.length);
            }
        }

        private BlockingQueue<float[]> between(int from, int to) {
            return sent.computeIfAbsent(List.of(from, to), none -> new LinkedBlockingQueue<>());
        }

        @Override
        public void close() {}
    }

    private final class Side implements Exchange {
        private final int rank;
        private final Map<Round, List<ByteBuffer>> offered = new HashMap<>();

        Side(int rank) {
            this.rank = rank;
        }

        @Override
        public Optional<Peers> peers() {
            return transport == Transport.PEERS ? Optional.of(new Group(rank)) : Optional.empty();
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int tasks() {
            return tasks;
        }

        @Override
        public ByteBuffer part(int bytes) {
            return ByteBuffer.allocate(bytes);
        }

        @Override
        public void release(Message message) {
            message.piece().forEach(part -> part.limit(0));
        }

        @Override
        public void offerEach(Round round, ByteBuffer note, List<List<ByteBuffer>> pieces) {
            for (int to = 0; to < tasks; to++) {
                if (to != rank) {
                    offer(round, to, note, pieces.get(to));
                }
            }
        }

        @Override
        public void offerAll(Round round, ByteBuffer note, List<ByteBuffer> piece) {
            for (int to = 0; to < tasks; to++) {
                offer(round, to, note, piece);
            }
        }

        private void offer(Round round, int to, ByteBuffer note, List<ByteBuffer> piece) {
            offered.computeIfAbsent(round, none -> new ArrayList<>()).addAll(piece);
            List<ByteBuffer> views = piece.stream().map(ByteBuffer::duplicate).toList();
            message(new Key(round, rank, to)).complete(new Message(note.duplicate(), views, System.nanoTime()));
        }

        @Override
        public Pending expect(Round round, int from, long pieceBytes) {
            CompletableFuture<Message> message = message(new Key(round, from, rank));
            return () -> {
                Message arrived = message.join();
                long bytes =
                        arrived.piece().stream().mapToLong(ByteBuffer::limit).sum();
                if (bytes != pieceBytes) {
                    throw new AssertionError(round + " from " + from + ": " + bytes + " bytes, expected " + pieceBytes);
                }
                return arrived;
            };
        }

        private CompletableFuture<Message> message(Key key) {
            return messages.computeIfAbsent(key, none -> new CompletableFuture<>());
        }

        @Override
        public void withdraw(Round round) {
            // Another one's memory from now on.
            offered.getOrDefault(round, List.of()).forEach(part -> Arrays.fill(part.array(), (byte) 0xff));
            offered.remove(round);
            for (int to = 0; to < tasks; to++) {
                messages.computeIfPresent(new Key(round, rank, to), (key, offered) -> {
                    // Who comes too late is told so instead of waiting without end.
                    return CompletableFuture.failedFuture(new IllegalStateException(key + " was withdrawn"));
                });
            }
        }

        @Override
        public void close() {}
    }
}
