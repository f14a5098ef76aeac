// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BroadcastBlockId;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.io.ChunkedByteBuffer;
import org.purespark.model.engine.Peers;
import org.purespark.train.Exchange;
import scala.reflect.ClassTag$;

/**
 * The exchange between the tasks of a barrier stage, over Spark's block transfer. A task offers blocks in its
 * executor's block manager, and the others fetch them from there. So Spark's settings for authentication and encryption
 * are used here too, and there are no connections besides Spark's.
 *
 * <p>The driver knows one block for each round and task: the note. It is put after the parts of the piece, so when the
 * note is there, all parts can be fetched. Blocks have the identity of the job's broadcast: when the driver removes the
 * broadcast everywhere, the blocks of lost tasks are removed too.
 */
final class SparkExchange implements Exchange {
    private final Optional<Peers> peers;
    private final BarrierTaskContext context;
    private final BlockManager blocks;
    private final String attempt;
    private final long broadcast;
    private final BlockFetcher fetcher;
    private final PartBuffers memory = new PartBuffers();
    private final Map<Round, List<Offered>> offered = new HashMap<>();
    private final Map<Round, BlockId> told = new HashMap<>();

    /**
     * @param broadcast identity of a broadcast of the job
     * @param peers what sends the long arrays; it is closed with this exchange
     */
    SparkExchange(BarrierTaskContext context, long broadcast, Optional<Peers> peers) {
        this.peers = peers;
        this.context = context;
        this.broadcast = broadcast;
        this.blocks = SparkEnv.get().blockManager();
        this.attempt = "_pure_" + context.stageId() + "_" + context.stageAttemptNumber();
        this.fetcher = new BlockFetcher(blocks, context, memory);
    }

    /** A part for other tasks. */
    private record Offered(BlockId id, ByteBuffer bytes) {}

    @Override
    public Optional<Peers> peers() {
        return peers;
    }

    @Override
    public int rank() {
        return context.partitionId();
    }

    @Override
    public int tasks() {
        return context.numPartitions();
    }

    @Override
    public ByteBuffer part(int bytes) {
        return memory.take(bytes);
    }

    @Override
    public void release(Message message) {
        message.piece().forEach(memory::giveBack);
    }

    @Override
    public void offerEach(Round round, ByteBuffer note, List<List<ByteBuffer>> pieces) {
        for (int task = 0; task < pieces.size(); task++) {
            if (task != rank()) {
                offerParts(round, "_to_" + task, pieces.get(task));
            }
        }
        tell(round, note);
    }

    @Override
    public void offerAll(Round round, ByteBuffer note, List<ByteBuffer> piece) {
        offerParts(round, "", piece);
        tell(round, note);
    }

    private void offerParts(Round round, String to, List<ByteBuffer> parts) {
        List<Offered> all = offered.computeIfAbsent(round, r -> new ArrayList<>());
        for (int part = 0; part < parts.size(); part++) {
            BlockId id = id(round, rank(), to + "_part_" + part);
            put(id, parts.get(part), false);
            all.add(new Offered(id, parts.get(part)));
        }
    }

    private void tell(Round round, ByteBuffer note) {
        BlockId id = note(round, rank());
        put(id, note, true);
        told.put(round, id);
    }

    private void put(BlockId id, ByteBuffer bytes, boolean tellMaster) {
        boolean stored = blocks.putBytes(
                id,
                new ChunkedByteBuffer(new ByteBuffer[] {bytes}),
                StorageLevel.MEMORY_AND_DISK_SER(),
                tellMaster,
                ClassTag$.MODULE$.apply(byte[].class));
        if (!stored) {
            throw new IllegalStateException("no room for block " + id + " of " + bytes.limit()
                    + " bytes in this executor's memory and disk; raise spark.executor.memory");
        }
    }

    @Override
    public Pending expect(Round round, int from, long pieceBytes) {
        String to = round.kind() == PartKind.GRADIENTS ? "_to_" + rank() : "";
        List<BlockId> parts = new ArrayList<>();
        for (int part = 0; part < Exchange.parts(pieceBytes); part++) {
            parts.add(id(round, from, to + "_part_" + part));
        }
        return fetcher.fetch(new BlockFetcher.WantedBlock(note(round, from), parts, pieceBytes));
    }

    @Override
    public void withdraw(Round round) {
        List<Offered> parts = offered.remove(round);
        if (parts != null) {
            for (Offered part : parts) {
                // Returns after all transfers of it have ended.
                blocks.removeBlock(part.id(), false);
                memory.giveBack(part.bytes());
            }
        }
        BlockId id = told.remove(round);
        if (id != null) {
            fetcher.later(() -> blocks.removeBlock(id, true));
        }
    }

    @Override
    public void close() {
        peers.ifPresent(Peers::close);
        List.copyOf(offered.keySet()).forEach(this::withdraw);
        List.copyOf(told.keySet()).forEach(this::withdraw);
        fetcher.close();
    }

    private BlockId note(Round round, int from) {
        return id(round, from, "_note");
    }

    /** The receiver parses the name, so it has Spark's form for parts of broadcasts. */
    private BlockId id(Round round, int from, String what) {
        return new BroadcastBlockId(
                broadcast, attempt + "_step_" + round.step() + "_" + round.kind() + "_from_" + from + what);
    }
}
