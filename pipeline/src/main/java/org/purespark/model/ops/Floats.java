package org.purespark.model.ops;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of a contiguous float32 array, read and written in rows by absolute position. */
public final class Floats {
    private final FloatBuffer buffer;

    private Floats(FloatBuffer buffer) {
        this.buffer = buffer;
    }

    /** @throws IllegalArgumentException for a strided view: kernels count on rows that lie one after the other */
    public static Floats of(INDArray array) {
        if (array.length() > 1 && (array.ordering() != 'c' || array.elementWiseStride() != 1)) {
            throw new IllegalArgumentException("array " + array.shapeInfoToString() + " is not contiguous");
        }
        Pointer start = array.data().addressPointer();
        FloatPointer view = new FloatPointer(start);
        view.capacity(array.length());
        return new Floats(view.asBuffer());
    }

    public void get(long from, float[] to, int offset, int count) {
        buffer.get(Math.toIntExact(from), to, offset, count);
    }

    public void put(long to, float[] from, int offset, int count) {
        buffer.put(Math.toIntExact(to), from, offset, count);
    }

    /** Fills what remains of {@code to}. */
    public void get(long from, FloatBuffer to) {
        to.put(to.position(), buffer, Math.toIntExact(from), to.remaining());
    }

    /** Writes what remains of {@code from}. */
    public void put(long to, FloatBuffer from) {
        buffer.put(Math.toIntExact(to), from, from.position(), from.remaining());
    }

    public float get(long at) {
        return buffer.get(Math.toIntExact(at));
    }

    public void put(long at, float value) {
        buffer.put(Math.toIntExact(at), value);
    }

    /** All entries, copied. */
    public float[] toArray() {
        float[] values = new float[buffer.capacity()];
        buffer.get(0, values);
        return values;
    }
}
