// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.purespark.model.GradientSum;
import org.purespark.model.Parameters;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.UpdateKernels;
import org.purespark.model.engine.UpdateKernels.From;

/**
 * What the tasks of a training exchange in one step. First, gradients go to the task that owns their range
 * (reduce-scatter), and the touched rows of the word embedding to everyone. Then a few numbers are summed. Then the
 * updated ranges of parameters go to everyone (all-gather). Sums are made in the order of the tasks, so every task gets
 * the same bits, whether gradients and parameters are pieces of messages or go between {@link Exchange#peers}.
 */
final class StepExchange {
    private final Exchange exchange;
    private final Shards shards;
    private final GradientSum gradients;
    private final UpdateKernels updates;
    /** The sum over the tasks before this one; the first task begins with its own gradients. */
    private final DeviceArray partial;

    /** Null if messages carry everything. */
    private final DensePeers peers;

    private Traffic traffic = Traffic.NONE;

    StepExchange(Exchange exchange, Shards shards, GradientSum gradients, Engine engine) {
        this.exchange = exchange;
        this.shards = shards;
        this.gradients = gradients;
        this.updates = engine.updates();
        this.partial = engine.allocateState(exchange.rank() == 0 ? 0 : shards.length(exchange.rank()));
        this.peers = exchange.peers()
                .map(group -> new DensePeers(group, shards, exchange, engine))
                .orElse(null);
    }

    /**
     * What one task receives from the others in a step, and the time that it takes.
     *
     * @param denseBytes gradients and parameters of ranges
     * @param wordBytes rows of the word embedding
     * @param exchangeSeconds of fetching and summing
     * @param waitingSeconds in which there is nothing to fetch yet
     */
    record Traffic(long denseBytes, long wordBytes, double exchangeSeconds, double waitingSeconds) {
        static final Traffic NONE = new Traffic(0, 0, 0, 0);

        Traffic plus(Traffic other) {
            return new Traffic(
                    denseBytes + other.denseBytes,
                    wordBytes + other.wordBytes,
                    exchangeSeconds + other.exchangeSeconds,
                    waitingSeconds + other.waitingSeconds);
        }
    }

    /** What has been received since the last call. */
    Traffic takeTraffic() {
        Traffic taken = traffic;
        traffic = Traffic.NONE;
        return taken;
    }

    /** The range of parameters that this task owns. */
    int from() {
        return shards.from(exchange.rank());
    }

    /** The end of that range. */
    int to() {
        return shards.to(exchange.rank());
    }

    /**
     * Sums the gradients of all tasks. Afterwards the gradients of the own range, and the rows of all touched words,
     * are the sums.
     *
     * @param contributors tasks 0 to {@code contributors} - 1 have gradients; the others have no micro-batch in this
     *     step
     */
    void reduce(int step, int contributors) {
        if (exchange.tasks() == 1) {
            return;
        }
        long start = System.nanoTime();
        Exchange.Round round = new Exchange.Round(step, Exchange.PartKind.GRADIENTS);
        int rank = exchange.rank();
        ByteBuffer ownRows = WordRows.write(gradients);
        if (rank < contributors) {
            exchange.offerEach(round, ownRows, piecesForAll());
        }
        Addressee addressee = peers == null ? Addressee.THIS_TASK : Addressee.NOBODY;
        Exchange.Pending[] pending = expectAll(round, contributors, addressee);
        if (peers != null) {
            peers.gradients(gradients.dense(), contributors);
        }
        gradients.clearWords();
        int own = from() - shards.start();
        DeviceArray sum = rank == 0 ? gradients.dense() : partial;
        int at = rank == 0 ? own : 0;
        Timer timer = new Timer(start);
        for (int task = 0; task < contributors; task++) {
            if (task == rank) {
                if (rank > 0) {
                    updates.addTo(partial, 0, new From(gradients.dense(), own), partial.length());
                }
                WordRows.add(ownRows, gradients);
            } else {
                Exchange.Message message = timer.take(pending[task]);
                add(task, message.piece(), new From(sum, at));
                WordRows.add(message.note(), gradients);
                exchange.release(message);
                count(shards.bytes(rank), message.note().remaining());
            }
        }
        updates.copy(new From(partial, 0), new From(gradients.dense(), own), partial.length());
        timer.stop();
    }

    /** Adds the gradients of another task; those of the first one are written over what is there. */
    private void add(int task, List<ByteBuffer> piece, From sum) {
        if (peers != null && task == 0) {
            updates.copy(peers.of(task), sum, partial.length());
        } else if (peers != null) {
            updates.addTo(sum.array(), sum.at(), peers.of(task), shards.length(exchange.rank()));
        } else {
            FloatParts.read(piece, Math.toIntExact(sum.at()), (to, values) -> {
                if (task == 0) {
                    sum.array().put(to, values);
                } else {
                    updates.addTo(sum.array(), to, values);
                }
            });
        }
    }

    private List<List<ByteBuffer>> piecesForAll() {
        if (peers != null) {
            return Collections.nCopies(exchange.tasks(), List.of());
        }
        List<List<ByteBuffer>> pieces = new ArrayList<>();
        for (int task = 0; task < exchange.tasks(); task++) {
            pieces.add(
                    task == exchange.rank()
                            ? List.of()
                            : FloatParts.of(
                                    exchange,
                                    (at, to) -> gradients.dense().get(at - shards.start(), to),
                                    shards.from(task),
                                    shards.to(task)));
        }
        return pieces;
    }

    /** Sums a few numbers of each task over all tasks. */
    double[] sum(int step, double... own) {
        if (exchange.tasks() == 1) {
            return own;
        }
        long start = System.nanoTime();
        Exchange.Round round = new Exchange.Round(step, Exchange.PartKind.NORM);
        ByteBuffer note = ByteBuffer.allocate(Double.BYTES * own.length).order(ByteOrder.LITTLE_ENDIAN);
        note.asDoubleBuffer().put(own);
        exchange.offerAll(round, note, List.of());
        Exchange.Pending[] pending = expectAll(round, exchange.tasks(), Addressee.NOBODY);
        Timer timer = new Timer(start);
        double[] sums = new double[own.length];
        for (int task = 0; task < exchange.tasks(); task++) {
            ByteBuffer numbers = task == exchange.rank()
                    ? note
                    : timer.take(pending[task]).note().duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += numbers.getDouble(numbers.position() + i * Double.BYTES);
            }
        }
        timer.stop();
        // A task offers its norm after it has fetched all gradients of this step and all parameters of the last step.
        exchange.withdraw(new Exchange.Round(step, Exchange.PartKind.GRADIENTS));
        exchange.withdraw(new Exchange.Round(step - 1, Exchange.PartKind.PARAMETERS));
        exchange.withdraw(new Exchange.Round(step - 1, Exchange.PartKind.CHECKPOINT));
        return sums;
    }

    /** Updated ranges of parameters that the other tasks send. */
    interface Incoming {
        /** Waits for them and writes them into the parameters. */
        void into(Parameters parameters);
    }

    /** Offers the own range, and begins to fetch the others'. The task can compute until they have arrived. */
    Incoming gather(int step, Parameters parameters) {
        if (exchange.tasks() == 1) {
            return all -> {};
        }
        if (peers != null) {
            return target -> {
                gatherFromPeers(target);
                exchange.withdraw(new Exchange.Round(step, Exchange.PartKind.NORM));
            };
        }
        long start = System.nanoTime();
        Exchange.Round round = new Exchange.Round(step, Exchange.PartKind.PARAMETERS);
        exchange.offerAll(
                round,
                ByteBuffer.allocate(1),
                FloatParts.of(exchange, (at, to) -> parameters.memory().get(at, to), from(), to()));
        Exchange.Pending[] pending = expectAll(round, exchange.tasks(), Addressee.EVERYONE);
        traffic = traffic.plus(new Traffic(0, 0, (System.nanoTime() - start) / 1e9, 0));
        return target -> {
            Timer timer = new Timer(System.nanoTime());
            for (int task = 0; task < pending.length; task++) {
                if (task != exchange.rank()) {
                    Exchange.Message message = timer.take(pending[task]);
                    FloatParts.read(message.piece(), shards.from(task), (at, values) -> target.memory()
                            .put(at, values));
                    exchange.release(message);
                    count(shards.bytes(task), 0);
                }
            }
            timer.stop();
            exchange.withdraw(new Exchange.Round(step, Exchange.PartKind.NORM));
        };
    }

    private void gatherFromPeers(Parameters parameters) {
        Timer timer = new Timer(System.nanoTime());
        peers.parameters(parameters.memory());
        for (int task = 0; task < exchange.tasks(); task++) {
            count(task == exchange.rank() ? 0 : shards.bytes(task), 0);
        }
        timer.stop();
    }

    /** The receivers of a piece, which decide its length. */
    private enum Addressee {
        NOBODY,
        THIS_TASK,
        EVERYONE
    }

    private Exchange.Pending[] expectAll(Exchange.Round round, int tasks, Addressee addressee) {
        Exchange.Pending[] pending = new Exchange.Pending[tasks];
        // Each task begins with the one after it, so that not all ask the first one at once.
        for (int i = 1; i <= exchange.tasks(); i++) {
            int task = (exchange.rank() + i) % exchange.tasks();
            if (task < tasks && task != exchange.rank()) {
                long bytes =
                        switch (addressee) {
                            case NOBODY -> 0;
                            case THIS_TASK -> shards.bytes(exchange.rank());
                            case EVERYONE -> shards.bytes(task);
                        };
                pending[task] = exchange.expect(round, task, bytes);
            }
        }
        return pending;
    }

    private void count(long denseBytes, long wordBytes) {
        traffic = traffic.plus(new Traffic(denseBytes, wordBytes, 0, 0));
    }

    /** Measures waiting, and fetching with summing. */
    private final class Timer {
        private final long start;
        private long waited;

        Timer(long start) {
            this.start = start;
        }

        Exchange.Message take(Exchange.Pending pending) {
            long asked = System.nanoTime();
            Exchange.Message message = pending.take();
            waited += Math.max(0, Math.min(message.announcedNanos(), System.nanoTime()) - asked);
            return message;
        }

        void stop() {
            long all = System.nanoTime() - start;
            traffic = traffic.plus(new Traffic(0, 0, (all - waited) / 1e9, waited / 1e9));
        }
    }
}
