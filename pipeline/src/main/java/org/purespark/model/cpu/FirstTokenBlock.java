// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.cpu.SmallProducts.Matrix;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/**
 * All heads' attention of the first token of one text of T tokens, on its hidden states. The entry of a token and a
 * head is in the token's row and the head's column, [T, A]: softmax goes down the columns. Rows are padded to whole
 * vectors and computed in fours; rows after the last one, and columns after A, have no meaning. Arrays belong to one
 * thread's scratch.
 */
final class FirstTokenBlock {
    private final Scratch scratch;
    private final TextBatch texts;
    private final int text;
    private final int tokens;
    private final int heads;
    private final int hidden;
    private final int width;
    private final int columns;
    private final float scale;
    private final float[] x; // [T, D]
    private final float[] p; // [T, A] softmax of each column
    private final float[] kept; // [T, A] p after dropout, 0 for pruned heads

    FirstTokenBlock(Scratch scratch, TextBatch texts, int text, int heads, int hidden) {
        this.scratch = scratch;
        this.texts = texts;
        this.text = text;
        this.tokens = texts.length(text);
        this.heads = heads;
        this.hidden = hidden;
        this.width = VectorLanes.padded(hidden);
        this.columns = DropoutEntries.stride(heads); // whole vectors
        this.scale = (float) (1 / Math.sqrt((double) hidden / heads));
        this.x = scratch.floats(SmallProducts.paddedRows(tokens) * width);
        this.p = scratch.floats(SmallProducts.paddedRows(tokens) * columns);
        this.kept = scratch.floats(SmallProducts.paddedRows(tokens) * columns);
    }

    /** Takes the text's hidden states from those of all texts, [N, D]. */
    void read(HostArray states) {
        for (int t = 0; t < tokens; t++) {
            states.get((long) (texts.start(text) + t) * hidden, x, t * width, hidden);
            Rows.clearPadding(x, t * width, hidden);
        }
    }

    /** p = softmax(x·uᵀ/√E). */
    void attend(HostArray u) {
        timesStates(readHeads(u), p); // [T, A]
        for (int i = 0; i < tokens * columns; i++) {
            p[i] *= scale;
        }
        ColumnSoftmax.of(p, columns, columns, tokens);
    }

    /** Copies p to, or from, the text's rows of [N, A]. */
    void saveTo(HostArray softmax) {
        write(p, softmax);
    }

    void restoreFrom(HostArray softmax) {
        for (int t = 0; t < tokens; t++) {
            softmax.get((long) (texts.start(text) + t) * heads, p, t * columns, heads);
        }
    }

    /**
     * kept = gate·dropout(p); a row of p takes as many of the mask's numbers as it has columns.
     *
     * @param gates [A]: 1, or 0 for a pruned head
     */
    void drop(DropoutMask mask, float[] gates) {
        System.arraycopy(p, 0, kept, 0, tokens * columns);
        dropAndPrune(kept, mask, gates);
    }

    private void dropAndPrune(float[] entries, DropoutMask mask, float[] gates) {
        for (int t = 0; t < tokens; t++) {
            for (int h = 0; h < heads; h++) {
                entries[t * columns + h] *= gates[h];
            }
        }
        if (mask != null) {
            mask.apply(DropoutEntries.ofFirstToken(heads, 0, 0), entries, 0, tokens * columns);
        }
    }

    /** The CLS attention, kept, to the text's rows of [N, A]. */
    void writeAttention(HostArray to) {
        write(kept, to);
    }

    private void write(float[] rows, HostArray to) {
        for (int t = 0; t < tokens; t++) {
            to.put((long) (texts.start(text) + t) * heads, rows, t * columns, heads);
        }
    }

    /** Writes Σ_t kept[t] to the text's entries of [A, B]. */
    void writeSums(HostArray to) {
        for (int h = 0; h < heads; h++) {
            float sum = 0;
            for (int t = 0; t < tokens; t++) {
                sum += kept[t * columns + h];
            }
            to.put((long) h * texts.texts() + text, sum);
        }
    }

    /** keptᵀ·x [A, D], to the text's rows of [A, B, D]. */
    void writeStates(HostArray to) {
        writeTransposedTimesStates(kept, to);
    }

    /** entriesᵀ·x [A, D], to the text's rows of [A, B, D]. */
    private void writeTransposedTimesStates(float[] entries, HostArray to) {
        float[] rows = scratch.floats(SmallProducts.paddedRows(heads) * width);
        SmallProducts.transposedTimes(
                new Matrix(entries, columns), new Matrix(x, width), new Matrix(rows, width), heads, hidden, tokens);
        for (int h = 0; h < heads; h++) {
            to.put(((long) h * texts.texts() + text) * hidden, rows, h * width, hidden);
        }
    }

    /** x·rowsᵀ [T, A]. */
    private void timesStates(float[] rows, float[] to) {
        SmallProducts.timesTransposed(
                new Matrix(x, width), new Matrix(rows, width), new Matrix(to, columns), tokens, heads, hidden);
    }

    /** The text's rows of [A, B, D], with zeros in the padding. */
    private float[] readHeads(HostArray from) {
        float[] rows = scratch.floats(SmallProducts.paddedRows(heads) * width);
        for (int h = 0; h < heads; h++) {
            from.get(((long) h * texts.texts() + text) * hidden, rows, h * width, hidden);
            Rows.clearPadding(rows, h * width, hidden);
        }
        return rows;
    }

    /**
     * Backward through keptᵀ·x, dropout, softmax and x·uᵀ/√E, from the state after {@link #drop}.
     *
     * @param incoming gradients of the block's outputs
     * @param u [A, B, D]
     * @param toHeads takes the text's rows of the gradient of u [A, B, D]
     * @param toStates takes the text's rows of the gradient of x [N, D]
     */
    void backward(
            Incoming incoming, HostArray u, DropoutMask mask, float[] gates, HostArray toHeads, HostArray toStates) {
        float[] ofStates = readHeads(incoming.ofStates());
        float[] ofScores = scratch.floats(SmallProducts.paddedRows(tokens) * columns); // [T, A]
        timesStates(ofStates, ofScores);
        float[] row = scratch.floats(heads);
        for (int t = 0; t < tokens; t++) {
            incoming.ofAttention().get((long) (texts.start(text) + t) * heads, row, 0, heads);
            for (int h = 0; h < heads; h++) {
                ofScores[t * columns + h] += row[h] + incoming.ofSums().get((long) h * texts.texts() + text);
            }
        }
        dropAndPrune(ofScores, mask, gates);
        ColumnSoftmax.backward(ofScores, p, columns, columns, tokens, scale);
        writeTransposedTimesStates(ofScores, toHeads);
        writeStateGradients(ofScores, readHeads(u), ofStates, toStates);
    }

    /**
     * Gradients of the outputs of attention, for all texts.
     *
     * @param ofStates of keptᵀ·x [A, B, D]
     * @param ofSums of Σ_t kept[t] [A, B]
     * @param ofAttention of the CLS attention [N, A]
     */
    record Incoming(HostArray ofStates, HostArray ofSums, HostArray ofAttention) {}

    /** dx = dscores·u + kept·dstates as one product, [T, 2A]·[2A, D]. */
    private void writeStateGradients(float[] ofScores, float[] u, float[] ofStates, HostArray to) {
        int stride = VectorLanes.padded(2 * heads);
        float[] left = scratch.floats(SmallProducts.paddedRows(tokens) * stride);
        for (int t = 0; t < tokens; t++) {
            System.arraycopy(ofScores, t * columns, left, t * stride, heads);
            System.arraycopy(kept, t * columns, left, t * stride + heads, heads);
        }
        float[] right = scratch.floats(2 * heads * width);
        System.arraycopy(u, 0, right, 0, heads * width);
        System.arraycopy(ofStates, 0, right, heads * width, heads * width);
        float[] gradient = scratch.floats(SmallProducts.paddedRows(tokens) * width);
        SmallProducts.times(
                new Matrix(left, stride),
                new Matrix(right, width),
                new Matrix(gradient, width),
                tokens,
                hidden,
                2 * heads);
        for (int t = 0; t < tokens; t++) {
            to.put((long) (texts.start(text) + t) * hidden, gradient, t * width, hidden);
        }
    }
}
