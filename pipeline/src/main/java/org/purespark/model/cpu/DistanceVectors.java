// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.model.cpu.SmallProducts.Matrix;

/**
 * Queries and keys of the distances -(M - 1) to M - 1, M being the longest text, for all heads of a call. Threads only
 * read them.
 */
final class DistanceVectors {
    /** Rows that products of a short text's distances read after the last one. */
    private static final int MORE_ROWS = 4;

    /** Entries that products read after the last one of a row. */
    private static final int ROOM = 4 * 16;

    private final float[] rows; // [2M - 1, D·terms]
    private final float[] turned; // [D, 2M - 1] queries times the scale of the scores
    private final int longest; // M
    private final int width; // D·terms
    private final int turnedStride;
    private final int queries; // first column of the queries; -1: there are none
    private final int keys; // first column of the keys; -1: there are none

    DistanceVectors(HostArray positions, DistanceTerms terms, float scale) {
        this.width = positions.size(1);
        int count = positions.size(0);
        int hidden = width / terms.count();
        this.longest = (count + 1) / 2;
        this.queries = terms == DistanceTerms.CONTENT_TO_POSITION ? -1 : 0;
        this.keys = switch (terms) {
            case CONTENT_TO_POSITION -> 0;
            case POSITION_TO_CONTENT -> -1;
            case BOTH -> hidden;
        };
        this.rows = new float[(SmallProducts.paddedRows(count) + MORE_ROWS) * width + ROOM];
        positions.get(0, rows, 0, count * width);
        this.turnedStride = VectorLanes.padded(count) + ROOM;
        this.turned = new float[queries < 0 ? 0 : hidden * turnedStride + ROOM];
        if (queries >= 0) {
            for (int r = 0; r < count; r++) {
                for (int i = 0; i < hidden; i++) {
                    turned[i * turnedStride + r] = rows[r * width + i] * scale;
                }
            }
        }
    }

    boolean hasQueries() {
        return queries >= 0;
    }

    boolean hasKeys() {
        return keys >= 0;
    }

    /** D·terms: entries of a row of all heads' queries and keys. */
    int width() {
        return width;
    }

    /** The row of the first distance in a text, -(T - 1). */
    int firstRow(int tokens) {
        return longest - tokens;
    }

    /** The head's queries of the distances in a text [2T - 1, E]; {@code column} is its first column of D. */
    Matrix queries(int tokens, int column) {
        return new Matrix(rows, width, firstRow(tokens) * width + queries + column);
    }

    /** The head's keys of the distances in a text [2T - 1, E]. */
    Matrix keys(int tokens, int column) {
        return new Matrix(rows, width, firstRow(tokens) * width + keys + column);
    }

    /** The head's queries, times the scale of the scores [E, 2T - 1]. */
    Matrix turnedQueries(int tokens, int column) {
        return new Matrix(turned, turnedStride, column * turnedStride + firstRow(tokens));
    }

    /** Adds rows [2T - 1, E] to the head's queries in a sum [2M - 1, D·terms]. */
    void addToQueries(Matrix of, int tokens, int column, int headSize, float[] sum) {
        add(of, tokens, queries + column, headSize, sum);
    }

    /** Adds rows [2T - 1, E] to the head's keys in a sum [2M - 1, D·terms]. */
    void addToKeys(Matrix of, int tokens, int column, int headSize, float[] sum) {
        add(of, tokens, keys + column, headSize, sum);
    }

    private void add(Matrix of, int tokens, int column, int headSize, float[] sum) {
        int first = firstRow(tokens);
        for (int r = 0; r < 2 * tokens - 1; r++) {
            Sums.add(sum, (first + r) * width + column, of.entries(), of.first() + r * of.stride(), headSize);
        }
    }
}
