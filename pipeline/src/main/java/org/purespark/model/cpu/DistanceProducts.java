// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.purespark.model.cpu.SmallProducts.Matrix;
import org.purespark.model.engine.DropoutEntries;

/**
 * The part of scores [key j, query i] that depends on the distance i - j, head by head, of one text of T tokens. A
 * distance d has row r = T - 1 + d of 2T - 1.
 *
 * <p>A product of all distances with all tokens has twice the entries that are needed: of a row of distances, those
 * whose other token is in the text. So products are made in bands, four rows at a time.
 */
final class DistanceProducts {
    private static final int ROWS = 4;

    private final DistanceVectors vectors;
    private final int tokens; // T
    private final int headSize; // E
    private final int width; // stride of [.., E]
    private final int columns; // stride of [.., T]
    private final int distances; // 2T - 1
    private final int distanceColumns; // stride of [.., 2T - 1]
    private final float[] byQuery; // [2T - 1, T]: of distance and query
    private final float[] byKey; // [T, 2T - 1]: of key and distance
    private final float[] product; // [2T - 1, E]

    DistanceProducts(Scratch scratch, DistanceVectors vectors, int tokens, int headSize) {
        this.vectors = vectors;
        this.tokens = tokens;
        this.headSize = headSize;
        this.width = VectorLanes.padded(headSize);
        this.columns = DropoutEntries.stride(tokens);
        this.distances = 2 * tokens - 1;
        this.distanceColumns = VectorLanes.padded(distances);
        int rows = SmallProducts.paddedRows(distances);
        this.byQuery = scratch.floats(rows * columns);
        this.byKey = scratch.floats(SmallProducts.paddedRows(tokens) * distanceColumns);
        this.product = scratch.floats(rows * width);
    }

    /**
     * Adds to the scores.
     *
     * @param turnedQueries of tokens, times the scale of the scores [E, T]
     * @param keys of tokens [T, E]
     * @param scores [T, T]
     * @param column the head's first column of D
     */
    void addTo(Matrix scores, Matrix turnedQueries, Matrix keys, int column) {
        if (vectors.hasKeys()) {
            addOfQueries(scores, turnedQueries, vectors.keys(tokens, column));
        }
        if (vectors.hasQueries()) {
            addOfKeys(scores, keys, vectors.turnedQueries(tokens, column));
        }
    }

    /** scores[j, i] += q_i·κ(i - j). */
    private void addOfQueries(Matrix scores, Matrix turnedQueries, Matrix distanceKeys) {
        for (int r = 0; r < distances; r += ROWS) {
            int from = firstToken(r) & -VectorLanes.COUNT;
            int end = Math.min(tokens, r + ROWS);
            SmallProducts.times(
                    rows(distanceKeys, r),
                    columns(turnedQueries, from),
                    new Matrix(byQuery, columns, r * columns + from),
                    ROWS,
                    end - from,
                    headSize);
        }
        float[] to = scores.entries();
        // Sixteen queries at a time: each cache line of a distance's row is used for all of its entries.
        for (int block = 0; block < tokens; block += 16) {
            int end = Math.min(tokens, block + 16);
            for (int j = 0; j < tokens; j++) {
                int at = (tokens - 1 - j + block) * columns + block;
                for (int i = block; i < end; i++) {
                    to[j * columns + i] += byQuery[at];
                    at += columns + 1;
                }
            }
        }
    }

    /** scores[j, i] += k_j·ϙ(i - j). */
    private void addOfKeys(Matrix scores, Matrix keys, Matrix turnedDistances) {
        for (int j = 0; j < tokens; j += ROWS) {
            int from = Math.max(0, tokens - ROWS - j) & -VectorLanes.COUNT;
            int end = distances - j;
            SmallProducts.times(
                    rows(keys, j),
                    columns(turnedDistances, from),
                    new Matrix(byKey, distanceColumns, j * distanceColumns + from),
                    ROWS,
                    end - from,
                    headSize);
        }
        for (int j = 0; j < tokens; j++) {
            Sums.add(scores.entries(), j * columns, byKey, j * distanceColumns + tokens - 1 - j, tokens);
        }
    }

    /**
     * Backward.
     *
     * @param ofScores gradient of the scores, times their scale [T, T]
     * @param queries of tokens [T, E]
     * @param keys of tokens [T, E]
     * @param gradients to which the gradients of queries and keys are added
     * @param sum to which those of the distances' vectors are added [2M - 1, P]
     */
    void backward(
            Matrix ofScores, Matrix queries, Matrix keys, HeadBlock.Gradients gradients, int column, float[] sum) {
        if (vectors.hasKeys()) {
            Matrix distanceKeys = vectors.keys(tokens, column);
            spreadByQuery(ofScores);
            backwardOfQueries(queries, distanceKeys, gradients.ofQueries());
            vectors.addToKeys(new Matrix(product, width), tokens, column, headSize, sum);
        }
        if (vectors.hasQueries()) {
            Matrix distanceQueries = vectors.queries(tokens, column);
            spreadByKey(ofScores);
            backwardOfKeys(keys, distanceQueries, gradients.ofKeys());
            vectors.addToQueries(new Matrix(product, width), tokens, column, headSize, sum);
        }
    }

    /** byQuery[r, i] = ofScores[T - 1 + i - r, i], and 0 where there is no such key. */
    private void spreadByQuery(Matrix ofScores) {
        Arrays.fill(byQuery, 0, SmallProducts.paddedRows(distances) * columns, 0f);
        float[] from = ofScores.entries();
        for (int block = 0; block < tokens; block += 16) {
            int end = Math.min(tokens, block + 16);
            for (int j = 0; j < tokens; j++) {
                int at = (tokens - 1 - j + block) * columns + block;
                for (int i = block; i < end; i++) {
                    byQuery[at] = from[j * columns + i];
                    at += columns + 1;
                }
            }
        }
    }

    /** byKey[j, r] = ofScores[j, j + r - (T - 1)], and 0 where there is no such query. */
    private void spreadByKey(Matrix ofScores) {
        Arrays.fill(byKey, 0, SmallProducts.paddedRows(tokens) * distanceColumns, 0f);
        for (int j = 0; j < tokens; j++) {
            System.arraycopy(ofScores.entries(), j * columns, byKey, j * distanceColumns + tokens - 1 - j, tokens);
        }
    }

    /** Adds byQueryᵀ·κ to the gradient of the queries; the product becomes byQuery·q. */
    private void backwardOfQueries(Matrix queries, Matrix distanceKeys, Matrix ofQueries) {
        for (int i = 0; i < tokens; i += ROWS) {
            int length = Math.min(distances, i + tokens + ROWS - 1) - i;
            SmallProducts.transposedTimes(
                    new Matrix(byQuery, columns, i * columns + i),
                    rows(distanceKeys, i),
                    new Matrix(product, width, i * width),
                    ROWS,
                    headSize,
                    length);
        }
        addProductTo(ofQueries);
        for (int r = 0; r < distances; r += ROWS) {
            int from = firstToken(r);
            int end = Math.min(tokens, r + ROWS);
            SmallProducts.times(
                    new Matrix(byQuery, columns, r * columns + from),
                    rows(queries, from),
                    new Matrix(product, width, r * width),
                    ROWS,
                    headSize,
                    end - from);
        }
    }

    /** Adds byKey·ϙ to the gradient of the keys; the product becomes byKeyᵀ·k. */
    private void backwardOfKeys(Matrix keys, Matrix distanceQueries, Matrix ofKeys) {
        for (int j = 0; j < tokens; j += ROWS) {
            int from = Math.max(0, tokens - ROWS - j);
            int end = distances - j;
            SmallProducts.times(
                    new Matrix(byKey, distanceColumns, j * distanceColumns + from),
                    rows(distanceQueries, from),
                    new Matrix(product, width, j * width),
                    ROWS,
                    headSize,
                    end - from);
        }
        addProductTo(ofKeys);
        for (int r = 0; r < distances; r += ROWS) {
            int from = Math.max(0, tokens - ROWS - r);
            int end = Math.min(tokens, distances - r);
            SmallProducts.transposedTimes(
                    new Matrix(byKey, distanceColumns, from * distanceColumns + r),
                    rows(keys, from),
                    new Matrix(product, width, r * width),
                    ROWS,
                    headSize,
                    end - from);
        }
    }

    private void addProductTo(Matrix gradient) {
        for (int t = 0; t < tokens; t++) {
            Sums.add(gradient.entries(), gradient.first() + t * gradient.stride(), product, t * width, headSize);
        }
    }

    /** The first query that some key has row {@code r}, or a row of the next three, as its distance to. */
    private int firstToken(int r) {
        return Math.max(0, r - tokens + 1);
    }

    private static Matrix rows(Matrix of, int from) {
        return new Matrix(of.entries(), of.stride(), of.first() + from * of.stride());
    }

    private static Matrix columns(Matrix of, int from) {
        return new Matrix(of.entries(), of.stride(), of.first() + from);
    }
}
