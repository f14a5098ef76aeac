// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.model.cpu.SmallProducts.Matrix;
import org.purespark.model.engine.PositionKernels.DisentangledCall;
import org.purespark.model.engine.PositionKernels.DistanceOwners;

/**
 * Queries and keys of the distances -(M - 1) to M - 1, M being the longest text, for all heads of a call. Threads only
 * read them.
 */
final class DistanceVectors {
    /** Rows that products of a short text's distances read after the last one. */
    private static final int MORE_ROWS = 4;

    /** Entries that products read after the last one of a row. */
    private static final int ROOM = 4 * 16;

    private final float[] rows; // [2M - 1, P]
    private final float[] turned; // [D or E, 2M - 1] queries times the scale of the scores
    private final int longest; // M
    private final int width; // P
    private final DistanceOwners owners;
    private final int turnedStride;
    private final int queries; // first column of the queries; -1: there are none
    private final int keys; // first column of the keys; -1: there are none

    DistanceVectors(HostArray positions, DisentangledCall call, float scale) {
        this.width = positions.size(1);
        this.owners = call.owners();
        int count = positions.size(0);
        int own = // D or E
                switch (owners) {
                    case EACH -> width / call.terms().count();
                    case ALL_IN_COMMON -> width;
                };
        this.longest = (count + 1) / 2;
        this.queries = call.terms() == DistanceTerms.CONTENT_TO_POSITION ? -1 : 0;
        this.keys = switch (call.terms()) {
            case CONTENT_TO_POSITION -> 0;
            case POSITION_TO_CONTENT -> -1;
            case BOTH -> own(own);
        };
        this.rows = new float[(SmallProducts.paddedRows(count) + MORE_ROWS) * width + ROOM];
        positions.get(0, rows, 0, count * width);
        this.turnedStride = VectorLanes.padded(count) + ROOM;
        this.turned = new float[queries < 0 ? 0 : own * turnedStride + ROOM];
        if (queries >= 0) {
            for (int r = 0; r < count; r++) {
                for (int i = 0; i < own; i++) {
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

    /** The row of the first distance in a text, -(T - 1). */
    int firstRow(int tokens) {
        return longest - tokens;
    }

    /** Where a head's vectors begin; {@code column} is its first column of D. */
    private int own(int column) {
        return switch (owners) {
            case EACH -> column;
            case ALL_IN_COMMON -> 0;
        };
    }

    /** The head's queries of the distances in a text [2T - 1, E]; {@code column} is its first column of D. */
    Matrix queries(int tokens, int column) {
        return new Matrix(rows, width, firstRow(tokens) * width + queries + own(column));
    }

    /** The head's keys of the distances in a text [2T - 1, E]. */
    Matrix keys(int tokens, int column) {
        return new Matrix(rows, width, firstRow(tokens) * width + keys + own(column));
    }

    /** The head's queries, times the scale of the scores [E, 2T - 1]. */
    Matrix turnedQueries(int tokens, int column) {
        return new Matrix(turned, turnedStride, own(column) * turnedStride + firstRow(tokens));
    }

    /** Adds rows [2T - 1, E] to the head's queries in a sum [2M - 1, P]. */
    void addToQueries(Matrix of, int tokens, int column, int headSize, float[] sum) {
        add(of, tokens, queries + own(column), headSize, sum);
    }

    /** Adds rows [2T - 1, E] to the head's keys in a sum [2M - 1, P]. */
    void addToKeys(Matrix of, int tokens, int column, int headSize, float[] sum) {
        add(of, tokens, keys + own(column), headSize, sum);
    }

    private void add(Matrix of, int tokens, int column, int headSize, float[] sum) {
        int first = firstRow(tokens);
        for (int r = 0; r < 2 * tokens - 1; r++) {
            Sums.add(sum, (first + r) * width + column, of.entries(), of.first() + r * of.stride(), headSize);
        }
    }
}
