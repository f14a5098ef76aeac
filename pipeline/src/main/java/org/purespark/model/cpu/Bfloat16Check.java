// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.purespark.InputException;

/**
 * Whether this CPU gains by products of bfloat16: one that has no instructions for it converts all factors, and is
 * slower than in float32.
 */
public final class Bfloat16Check {
    private static final int ROWS = 128;
    private static final int WIDTH = 384;
    private static final int TRIALS = 5;

    private static final String SETTING = "compute.precision is bfloat16, but this machine's CPU ";
    private static final String WAY_OUT = "; leave compute.precision at float32, or take a CPU with avx512_bf16 or AMX";

    private Bfloat16Check() {}

    /**
     * Measures both for about a millisecond each.
     *
     * @throws InputException naming the setting, if bfloat16 is not the faster one
     */
    public static void require() {
        long bfloat16;
        try {
            bfloat16 = nanos(OneDnn.Entry.BFLOAT16);
        } catch (UnsupportedOperationException e) {
            throw new InputException(SETTING + "has no product of it" + WAY_OUT, e);
        }
        judge(nanos(OneDnn.Entry.FLOAT32), bfloat16);
    }

    /**
     * The verdict alone.
     *
     * @param float32 nanoseconds of a product
     * @param bfloat16 of the same one
     */
    static void judge(long float32, long bfloat16) {
        if (bfloat16 >= float32) {
            throw new InputException(SETTING + "does not multiply it faster: a product takes " + bfloat16 / 1000
                    + " µs, in float32 " + float32 / 1000 + " µs" + WAY_OUT);
        }
    }

    /** The shortest of a few products [ROWS, WIDTH]·[WIDTH, WIDTH]. */
    private static long nanos(OneDnn.Entry entry) {
        long shortest = Long.MAX_VALUE;
        OneDnnProduct.Shape shape = new OneDnnProduct.Shape(
                OneDnn.Matrix.plain(entry, ROWS, WIDTH),
                OneDnnProduct.Right.PACKED,
                WIDTH,
                OneDnnProduct.Before.OVERWRITTEN);
        try (OneDnn dnn = new OneDnn();
                OneDnnThread thread = new OneDnnThread(dnn);
                BytePointer left = zeros((long) ROWS * WIDTH * entry.bytes());
                BytePointer right = zeros(OneDnnProduct.packedBytes(dnn, entry, WIDTH, WIDTH));
                BytePointer result = zeros((long) ROWS * WIDTH * Float.BYTES)) {
            dnn.onThisThread();
            for (int trial = 0; trial <= TRIALS; trial++) {
                long start = System.nanoTime();
                thread.multiply(shape, left, right, result);
                long taken = System.nanoTime() - start;
                // The first one makes the primitive.
                shortest = trial == 0 ? shortest : Math.min(shortest, taken);
            }
        }
        return shortest;
    }

    private static BytePointer zeros(long bytes) {
        BytePointer memory = Aligned.bytes(bytes);
        Pointer.memset(memory, 0, bytes);
        return memory;
    }
}
