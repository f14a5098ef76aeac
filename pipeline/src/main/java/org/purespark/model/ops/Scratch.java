package org.purespark.model.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that one thread uses again and again, by slot number. Contents are what the last user left. */
public final class Scratch {
    private float[][] slots = new float[16][];
    private DataBuffer buffer;

    /** An array of at least {@code length} entries, in whole vectors. */
    public float[] floats(int slot, int length) {
        if (slot >= slots.length) {
            slots = Arrays.copyOf(slots, slot + 8);
        }
        if (slots[slot] == null || slots[slot].length < length) {
            slots[slot] = new float[Lanes.padded(length + length / 4)];
        }
        return slots[slot];
    }

    /** A float32 array [rows, columns]; there is one at a time. */
    INDArray array(int rows, int columns) {
        long length = (long) rows * columns;
        if (buffer == null || buffer.length() < length) {
            close();
            buffer = Nd4j.createBuffer(DataType.FLOAT, length + length / 4, false);
        }
        return Nd4j.create(buffer, new long[] {rows, columns}, new long[] {columns, 1}, 0, 'c');
    }

    /** Gives the array's memory back. */
    void close() {
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
    }

    /** Like {@link #floats}, with the first {@code length} entries zero. */
    public float[] zeros(int slot, int length) {
        float[] values = floats(slot, length);
        Arrays.fill(values, 0, length, 0f);
        return values;
    }
}
