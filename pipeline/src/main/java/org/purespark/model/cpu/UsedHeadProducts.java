// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.List;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels.LinearBackward;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;

/**
 * Products of the heads that are used: factors are copied without what belongs to pruned heads, and what they would
 * give is 0. Letters: R rows, D the side that belongs to no head, H the columns of all heads, U those of used ones.
 */
final class UsedHeadProducts implements AutoCloseable {
    private final Workers workers;
    private final MatrixProducts products;
    private final HostArray[] memory = new HostArray[Place.values().length];

    /** Copies of one product. */
    private enum Place {
        ROWS,
        WEIGHT,
        WEIGHT_GRADIENT
    }

    UsedHeadProducts(Workers workers, MatrixProducts products) {
        this.workers = workers;
        this.products = products;
    }

    /** Memory of the copies, at most: two thirds of queries, keys and values, of their weight, and of its gradient. */
    static long mostBytes(long rows, long hidden) {
        return Float.BYTES * (2 * rows * hidden + 2 * 2 * hidden * hidden);
    }

    /** y = x·Wᵀ, x [R, D], y [R, H]. */
    void toHeads(HeadColumns heads, LinearInputs<DeviceArray> in, Weight form, DeviceArray y) {
        HostArray result = place(Place.ROWS, y.size(0), heads.used()); // [R, U]
        products.linear(new LinearInputs<>(in.x(), ofUsed(heads, in.weight(), form, Side.OUT)), form, result);
        spreadColumns(heads, result, HostArray.of(y));
    }

    /** y = x·Wᵀ, x [R, H], y [R, D]. */
    void fromHeads(HeadColumns heads, LinearInputs<DeviceArray> in, Weight form, DeviceArray y) {
        HostArray x = place(Place.ROWS, y.size(0), heads.used()); // [R, U]
        gatherColumns(heads, HostArray.of(in.x()), x);
        products.linear(new LinearInputs<>(x, ofUsed(heads, in.weight(), form, Side.IN)), form, y);
    }

    /** dx = dy·W [R, D], dW = dyᵀ·x [H, D] of dy [R, H], W [H, D]. */
    void toHeadsGradient(HeadColumns heads, LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients) {
        int width = in.x().size(1);
        HostArray dy = place(Place.ROWS, in.x().size(0), heads.used()); // [R, U]
        gatherColumns(heads, HostArray.of(in.outGradient()), dy);
        HostArray dw = place(Place.WEIGHT_GRADIENT, heads.used(), width); // [U, D]
        products.linearGradient(
                new LinearBackward<>(dy, in.x(), ofUsed(heads, in.weight(), Weight.OUT_IN, Side.OUT)),
                new LinearInputs<>(gradients.x(), dw));
        spreadRows(heads, dw, HostArray.of(gradients.weight()));
    }

    /** dx = dy·W [R, H], dW = dyᵀ·x [D, H] of dy [R, D], W [D, H]. */
    void fromHeadsGradient(HeadColumns heads, LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients) {
        int width = in.outGradient().size(1);
        HostArray weight = ofUsed(heads, in.weight(), Weight.OUT_IN, Side.IN); // [D, U]
        HostArray x = place(Place.ROWS, in.x().size(0), 2 * heads.used()); // of x and of dx
        HostArray used = x.view(0, in.x().size(0), heads.used()); // [R, U]
        HostArray dx = x.view(used.length(), in.x().size(0), heads.used()); // [R, U]
        gatherColumns(heads, HostArray.of(in.x()), used);
        HostArray dw = place(Place.WEIGHT_GRADIENT, width, heads.used()); // [D, U]
        products.linearGradient(new LinearBackward<>(in.outGradient(), used, weight), new LinearInputs<>(dx, dw));
        spreadColumns(heads, dx, HostArray.of(gradients.x()));
        spreadColumns(heads, dw, HostArray.of(gradients.weight()));
    }

    /** The side of a weight that belongs to heads. */
    private enum Side {
        OUT,
        IN
    }

    /** The weight of used heads alone, in the same form. */
    private HostArray ofUsed(HeadColumns heads, DeviceArray weight, Weight form, Side side) {
        HostArray all = HostArray.of(weight);
        boolean inRows = (form == Weight.OUT_IN) == (side == Side.OUT);
        if (inRows) {
            HostArray some = place(Place.WEIGHT, heads.used(), all.size(1));
            gatherRows(heads, all, some);
            return some;
        }
        HostArray some = place(Place.WEIGHT, all.size(0), heads.used());
        gatherColumns(heads, all, some);
        return some;
    }

    private HostArray place(Place place, int rows, int columns) {
        long length = (long) rows * columns;
        HostArray found = memory[place.ordinal()];
        if (found == null || found.length() < length) {
            if (found != null) {
                found.close();
            }
            found = HostArray.allocate(length);
            memory[place.ordinal()] = found;
        }
        return found.view(0, rows, columns);
    }

    private void gatherColumns(HeadColumns heads, HostArray all, HostArray some) {
        int rows = all.size(0);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            for (int row = Rows.first(piece); row < Rows.end(piece, rows); row++) {
                for (HeadColumns.Run run : heads.runs()) {
                    some.copy(
                            (long) row * heads.used() + run.at(),
                            all,
                            (long) row * heads.all() + run.from(),
                            run.count());
                }
            }
        });
    }

    /** Columns of pruned heads become 0. */
    private void spreadColumns(HeadColumns heads, HostArray some, HostArray all) {
        int rows = all.size(0);
        float[] zeros = new float[heads.all() - heads.used()];
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            for (int row = Rows.first(piece); row < Rows.end(piece, rows); row++) {
                long begin = (long) row * heads.all();
                int next = 0;
                for (HeadColumns.Run run : heads.runs()) {
                    all.put(begin + next, zeros, 0, run.from() - next);
                    all.copy(begin + run.from(), some, (long) row * heads.used() + run.at(), run.count());
                    next = run.from() + run.count();
                }
                all.put(begin + next, zeros, 0, heads.all() - next);
            }
        });
    }

    private void gatherRows(HeadColumns heads, HostArray all, HostArray some) {
        long width = all.size(1);
        List<HeadColumns.Run> runs = heads.runs();
        workers.run(runs.size(), (piece, scratch) -> {
            HeadColumns.Run run = runs.get(piece);
            some.copy(run.at() * width, all, run.from() * width, run.count() * width);
        });
    }

    /** Rows of pruned heads become 0. */
    private void spreadRows(HeadColumns heads, HostArray some, HostArray all) {
        int width = all.size(1);
        float[] zeros = new float[width];
        int next = 0;
        for (HeadColumns.Run run : heads.runs()) {
            for (int row = next; row < run.from(); row++) {
                all.put((long) row * width, zeros, 0, width);
            }
            all.copy((long) run.from() * width, some, (long) run.at() * width, (long) run.count() * width);
            next = run.from() + run.count();
        }
        for (int row = next; row < heads.all(); row++) {
            all.put((long) row * width, zeros, 0, width);
        }
    }

    @Override
    public void close() {
        for (HostArray array : memory) {
            if (array != null) {
                array.close();
            }
        }
    }
}
