// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.cpu.SmallProducts.Matrix;

/**
 * Products of each head with its own rows of a weight [D, D], W_h [E, D]. A narrow array has the heads' entries side by
 * side, [B, D]; a wide array has D entries for each head, head by head, [A, B, D]. The products are too small for ND4J:
 * a call takes longer than the product.
 */
final class HeadProducts {
    private final int heads;
    private final int rows;
    private final int hidden;
    private final int headSize;
    private final int width;
    private final int narrowWidth;

    /**
     * @param heads A
     * @param rows B
     * @param hidden D
     */
    HeadProducts(int heads, int rows, int hidden) {
        this.heads = heads;
        this.rows = rows;
        this.hidden = hidden;
        this.headSize = hidden / heads;
        this.width = VectorLanes.padded(hidden);
        this.narrowWidth = VectorLanes.padded(headSize);
    }

    /** wide_h = narrow_h·W_h: [B, E]·[E, D]. */
    void spread(HostArray narrow, HostArray weight, HostArray wide, Workers workers) {
        workers.run(heads, (head, scratch) -> {
            Matrix result = wide(scratch, rows);
            SmallProducts.times(
                    readNarrow(narrow, head, scratch),
                    readWide(weight, head, headSize, scratch),
                    result,
                    rows,
                    hidden,
                    headSize);
            writeWide(result, wide, head, rows);
        });
    }

    /** narrow_h = wide_h·W_hᵀ: [B, D]·[D, E]. */
    void gather(HostArray wide, HostArray weight, HostArray narrow, Workers workers) {
        workers.run(heads, (head, scratch) -> {
            Matrix result = narrow(scratch);
            SmallProducts.timesTransposed(
                    readWide(wide, head, rows, scratch),
                    readWide(weight, head, headSize, scratch),
                    result,
                    rows,
                    headSize,
                    hidden);
            for (int b = 0; b < rows; b++) {
                narrow.put((long) b * hidden + (long) head * headSize, result.entries(), b * narrowWidth, headSize);
            }
        });
    }

    /** W_h = narrow_hᵀ·wide_h: [E, B]·[B, D], the gradient of the weight for both operations. */
    void weightGradient(HostArray narrow, HostArray wide, HostArray gradient, Workers workers) {
        workers.run(heads, (head, scratch) -> {
            Matrix result = wide(scratch, headSize);
            SmallProducts.transposedTimes(
                    readNarrow(narrow, head, scratch),
                    readWide(wide, head, rows, scratch),
                    result,
                    headSize,
                    hidden,
                    rows);
            writeWide(result, gradient, head, headSize);
        });
    }

    private Matrix narrow(Scratch scratch) {
        return new Matrix(scratch.floats(SmallProducts.paddedRows(rows) * narrowWidth), narrowWidth);
    }

    private Matrix wide(Scratch scratch, int count) {
        return new Matrix(scratch.floats(SmallProducts.paddedRows(count) * width), width);
    }

    /** The head's entries of each row [B, E]. */
    private Matrix readNarrow(HostArray from, int head, Scratch scratch) {
        Matrix to = narrow(scratch);
        for (int b = 0; b < rows; b++) {
            from.get((long) b * hidden + (long) head * headSize, to.entries(), b * narrowWidth, headSize);
        }
        return to;
    }

    /** The head's {@code count} rows of D entries, with zeros in the padding. */
    private Matrix readWide(HostArray from, int head, int count, Scratch scratch) {
        Matrix to = wide(scratch, count);
        for (int i = 0; i < count; i++) {
            from.get(((long) head * count + i) * hidden, to.entries(), i * width, hidden);
            Rows.clearPadding(to.entries(), i * width, hidden);
        }
        return to;
    }

    private void writeWide(Matrix from, HostArray to, int head, int count) {
        for (int i = 0; i < count; i++) {
            to.put(((long) head * count + i) * hidden, from.entries(), i * width, hidden);
        }
    }
}
