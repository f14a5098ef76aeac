// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.ArrayList;
import java.util.List;
import org.purespark.model.engine.ClsSums;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.Peers;
import org.purespark.model.engine.ProductPrecision;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.UpdateKernels;

/**
 * Computes on a GPU: matrix products with cuBLASLt, everything else with the kernels of {@link KernelSources}. Arrays
 * stay on the device. Results are the same in each run on the same kind of device.
 */
public final class CudaEngine implements Engine {
    private static final int TILE = 32;
    private static final int TILE_THREADS = 256;

    /** What is taken from a GPU at once. */
    private static final long CHUNK_BYTES = 64L << 20;

    private final CudaWork work;
    private final CudaUpdates updates;
    /** Closed with the engine. */
    private final List<CudaArray> states = new ArrayList<>();

    /**
     * @param board closed with the engine's last array
     * @param chunkBytes the least memory that is taken from the board at once
     */
    CudaEngine(Board board, long chunkBytes) {
        this.work = new CudaWork(board, new Arena(board, chunkBytes));
        this.updates = new CudaUpdates(work);
    }

    /**
     * An engine on a GPU of this machine. The first one in a task compiles the kernels, unless they are in the user's
     * cache directory.
     *
     * @param ordinal the GPU's number, from 0, among those that this process sees
     * @throws org.purespark.InputException if a library of NVIDIA is missing, or there is no such GPU
     */
    public static CudaEngine open(int ordinal, ProductPrecision precision) {
        KernelCache cache = KernelCache.ofUser(System::getenv, System.getProperty("user.home"));
        return new CudaEngine(CudaBoard.open(ordinal, precision, cache), CHUNK_BYTES);
    }

    /**
     * Takes a task's place on a GPU, after a check that there is such a GPU, with all libraries.
     *
     * @param sharers number of tasks that the GPU may have at a time, with this one; at least 1
     * @return what the task closes when it ends
     * @throws org.purespark.InputException if a library of NVIDIA is missing, or there is no such GPU, or it has as
     *     many tasks already, of whatever process of this machine
     */
    public static Runnable seat(int ordinal, int sharers) {
        return DeviceSeats.get().take(CudaBoard.gpu(ordinal), sharers)::close;
    }

    /** Name and architecture of what it computes on. */
    public String device() {
        return work.board().description();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public DeviceArray allocate(long... shape) {
        return work.allocate(shape);
    }

    @Override
    public DeviceArray allocateState(long length) {
        CudaArray state = work.allocate(length);
        if (length > 0) {
            work.board().clear(state.address(), Float.BYTES * length);
        }
        states.add(state);
        return state;
    }

    @Override
    public DeviceArray transposed(DeviceArray matrix) {
        CudaArray from = work.array(matrix); // [rows, columns]
        int rows = from.size(0);
        int columns = from.size(1);
        CudaArray to = work.allocate(columns, rows); // [columns, rows]
        work.launch(
                "transposed",
                new Grid(
                        (columns + TILE - 1) / TILE,
                        (rows + TILE - 1) / TILE,
                        TILE_THREADS,
                        Float.BYTES * TILE * (TILE + 1)),
                new Arguments().array(from).array(to).number(rows).number(columns));
        return to;
    }

    @Override
    public void requireHeadSize(int headSize) {
        if (headSize > CudaScores.LARGEST_HEAD) {
            throw new IllegalArgumentException(
                    "head size " + headSize + " is above " + CudaScores.LARGEST_HEAD + ", the largest on a GPU");
        }
    }

    @Override
    public Kernels kernels(TextBatch batch) {
        return new Kernels(
                new CudaProducts(work),
                new CudaNorms(work, batch),
                new CudaAttention(work, batch),
                new CudaPositions(work, batch),
                new CudaHeads(work),
                new CudaRows(work, batch),
                new CudaLosses(work, batch));
    }

    @Override
    public ClsSums clsSums(TextBatch batch, List<DeviceArray> clsAttention, int most) {
        int heads = clsAttention.get(0).size(1);
        int pairs = batch.texts() * heads;
        double[] values = new double[2 * clsAttention.size() * pairs];
        try (CudaArray sums = work.allocate(2L * values.length)) { // [L, B, A, 2] of float64
            for (int l = 0; l < clsAttention.size(); l++) {
                work.launch(
                        "clsSums",
                        Grid.flat(pairs),
                        new Arguments()
                                .array(work.array(clsAttention.get(l)))
                                .address(sums.address() + 2L * Double.BYTES * l * pairs)
                                .number(heads)
                                .number(most)
                                .structure(work.texts(batch)));
            }
            int part = work.board().exchangeBytes() / Double.BYTES;
            for (int from = 0; from < values.length; from += part) {
                int count = Math.min(part, values.length - from);
                work.board()
                        .fetch(sums.address() + (long) Double.BYTES * from, Double.BYTES * count)
                        .asDoubleBuffer()
                        .get(values, from, count);
            }
        }
        return new ClsSums(clsAttention.size(), batch.texts(), heads, values);
    }

    @Override
    public void requirePeers() {
        CudaLibraries.requirePeers();
    }

    @Override
    public byte[] newGroup() {
        return work.board().newGroup();
    }

    @Override
    public Peers join(Peers.Link link) {
        return new CudaPeers(work, work.board().join(link));
    }

    @Override
    public UpdateKernels updates() {
        return updates;
    }

    /** The memory of other arrays that are still open stays until they are closed. */
    @Override
    public void close() {
        states.forEach(CudaArray::close);
        states.clear();
        work.close();
    }
}
