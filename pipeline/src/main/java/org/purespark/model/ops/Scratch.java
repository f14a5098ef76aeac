package org.purespark.model.ops;

import java.util.Arrays;

/** Arrays that one thread uses again and again, by slot number. Contents are what the last user left. */
public final class Scratch {
    private float[][] slots = new float[16][];

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

    /** Like {@link #floats}, with the first {@code length} entries zero. */
    public float[] zeros(int slot, int length) {
        float[] values = floats(slot, length);
        Arrays.fill(values, 0, length, 0f);
        return values;
    }
}
