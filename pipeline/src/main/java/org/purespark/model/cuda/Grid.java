// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

/**
 * The blocks of a launch.
 *
 * @param x blocks, at least 0; with 0 there is nothing to do
 * @param y blocks, at least 0
 * @param threads of a block, a multiple of 32 up to 1024
 * @param sharedBytes of a block
 */
record Grid(long x, int y, int threads, int sharedBytes) {
    static final int WARP = 32;

    private static final int FLAT = 256;
    private static final int MOST_OF_A_ROW = 256;

    /** A thread for each entry. */
    static Grid flat(long count) {
        return new Grid((count + FLAT - 1) / FLAT, 1, FLAT, 0);
    }

    /** A block for each row of {@code width} entries, with shared memory for a float of each warp. */
    static Grid rows(long rows, int width) {
        int threads = Math.max(WARP, Math.min(MOST_OF_A_ROW, (width + WARP - 1) / WARP * WARP));
        return new Grid(rows, 1, threads, Float.BYTES * threads / WARP);
    }

    /** One block of 256 threads, with shared memory for a double of each warp. */
    static Grid oneBlock() {
        return new Grid(1, 1, FLAT, Double.BYTES * FLAT / WARP);
    }

    boolean isEmpty() {
        return x == 0 || y == 0;
    }
}
