// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.UpdateKernels;

/** {@link UpdateKernels}: parameters, gradients and moments stay on the board. */
final class CudaUpdates implements UpdateKernels {
    /** Entries whose squares a block adds up. */
    private static final int CHUNK = 1 << 14;

    private static final int NO_GRADIENT = -1;
    private static final int RESTS = -2;

    private final CudaWork work;

    CudaUpdates(CudaWork work) {
        this.work = work;
    }

    @Override
    public void lookUp(DeviceArray table, long[] starts, int[][] rows, DeviceArray result) {
        CudaArray to = work.array(result); // [N, W]
        int tokens = to.size(0);
        int[] flat = new int[starts.length * tokens]; // [look-ups, N]
        for (int s = 0; s < starts.length; s++) {
            System.arraycopy(rows[s], 0, flat, s * tokens, tokens);
        }
        try (CudaArray offsets = longs(starts);
                CudaArray ofTokens = work.ints(flat)) {
            work.launch(
                    "lookUp",
                    Grid.rows(tokens, to.size(1)),
                    new Arguments()
                            .array(work.array(table))
                            .array(offsets)
                            .array(ofTokens)
                            .array(to)
                            .number(starts.length)
                            .number(tokens)
                            .number(to.size(1)));
        }
    }

    /** Numbers of 64 bits, two entries each. */
    private CudaArray longs(long[] values) {
        CudaArray array = work.allocate(2L * values.length);
        ByteBuffer lent = work.board().lend(Long.BYTES * values.length);
        lent.asLongBuffer().put(values);
        work.board().send(lent, array.address());
        return array;
    }

    @Override
    public void scatterAdd(DeviceArray sums, long start, int[] rows, DeviceArray added) {
        CudaArray to = work.array(sums); // flat
        CudaArray values = work.array(added); // [N, W]
        int width = values.size(1);
        TokensOfRows of = TokensOfRows.of(rows);
        int count = of.rows().length;
        try (CudaArray distinct = work.ints(of.rows());
                CudaArray offsets = work.ints(of.starts());
                CudaArray tokens = work.ints(of.tokens())) {
            work.launch(
                    "scatterAdd",
                    Grid.rows(count, width),
                    new Arguments()
                            .address(to.address(start, 0))
                            .array(values)
                            .array(distinct)
                            .array(offsets)
                            .array(tokens)
                            .number(width));
        }
    }

    @Override
    public void addTo(DeviceArray sums, long at, From added, long count) {
        add(work.array(sums).address(at, count), work.array(added.array()).address(added.at(), count), count);
    }

    private void add(long to, long values, long count) {
        work.launch(
                "sum",
                Grid.flat(count),
                new Arguments().address(to).address(values).address(to).length(count));
    }

    @Override
    public void copy(From from, From to, long count) {
        long source = work.array(from.array()).address(from.at(), count);
        long target = work.array(to.array()).address(to.at(), count);
        if (count > 0) {
            work.board().copy(source, target, Float.BYTES * count);
        }
    }

    @Override
    public void addTo(DeviceArray sums, long at, FloatBuffer values) {
        int count = values.remaining();
        long to = work.array(sums).address(at, count);
        try (CudaArray added = work.allocate(count)) {
            added.put(0, values);
            add(to, added.address(), count);
        }
    }

    @Override
    public double squares(DeviceArray values, long from, long to) {
        long count = to - from;
        long start = work.array(values).address(from, count);
        int chunks = Math.toIntExact((count + CHUNK - 1) / CHUNK);
        try (CudaArray sums = work.allocate(2L * (chunks + 1))) {
            Grid block = Grid.oneBlock();
            long total = sums.address() + (long) Double.BYTES * chunks;
            work.launch(
                    "squares",
                    new Grid(chunks, 1, block.threads(), block.sharedBytes()),
                    new Arguments().address(start).array(sums).length(count).number(CHUNK));
            work.launch(
                    "total", block, new Arguments().array(sums).address(total).number(chunks));
            return work.board().fetch(total, Double.BYTES).getDouble();
        }
    }

    @Override
    public void clear(DeviceArray values, long from, long count) {
        long start = work.array(values).address(from, count);
        if (count > 0) {
            work.board().clear(start, Float.BYTES * count);
        }
    }

    @Override
    public void adamW(AdamUpdate update, From weights, From gradients, Moments moments, long momentsAt, long count) {
        work.launch(
                "adamW",
                Grid.flat(count),
                new Arguments()
                        .address(work.array(weights.array()).address(weights.at(), count))
                        .address(work.array(gradients.array()).address(gradients.at(), count))
                        .address(work.array(moments.first()).address(momentsAt, count))
                        .address(work.array(moments.second()).address(momentsAt, count))
                        .structure(Structures.of(update))
                        .length(count));
    }

    @Override
    public void adamWRows(
            AdamUpdate update,
            DeviceArray weights,
            DeviceArray gradients,
            int[] rowOf,
            boolean[] moving,
            Moments moments,
            int width) {
        int[] codes = new int[rowOf.length]; // [V]
        for (int v = 0; v < rowOf.length; v++) {
            codes[v] = !moving[v] ? RESTS : rowOf[v] < 0 ? NO_GRADIENT : rowOf[v];
        }
        try (CudaArray ofRows = work.ints(codes)) {
            work.launch(
                    "adamWRows",
                    Grid.rows(rowOf.length, width),
                    new Arguments()
                            .array(work.array(weights))
                            .array(work.array(gradients))
                            .array(ofRows)
                            .array(work.array(moments.first()))
                            .array(work.array(moments.second()))
                            .structure(Structures.of(update))
                            .number(width));
        }
    }
}
