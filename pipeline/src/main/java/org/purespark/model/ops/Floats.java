package org.purespark.model.ops;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The host memory of a contiguous float32 array, read and written in rows by absolute position. An array of a GPU is
 * fetched first, and each write says that the host now has what counts; on a CPU both do nothing.
 */
public final class Floats {
    private final INDArray array;
    private final FloatBuffer buffer;
    private final AffinityManager affinity;

    private Floats(INDArray array, FloatBuffer buffer, AffinityManager affinity) {
        this.array = array;
        this.buffer = buffer;
        this.affinity = affinity;
    }

    /**
     * The entries as they are now; for a GPU's array, what it computes afterwards is not seen.
     *
     * @throws IllegalArgumentException for a strided view: kernels count on rows that lie one after the other
     */
    public static Floats of(INDArray array) {
        if (array.length() > 1 && (array.ordering() != 'c' || array.elementWiseStride() != 1)) {
            throw new IllegalArgumentException("array " + array.shapeInfoToString() + " is not contiguous");
        }
        AffinityManager affinity = Nd4j.getAffinityManager();
        affinity.ensureLocation(array, AffinityManager.Location.HOST);
        Pointer start = array.data().addressPointer();
        FloatPointer view = new FloatPointer(start);
        view.capacity(array.length());
        return new Floats(array, view.asBuffer(), affinity);
    }

    /** {@link #of}, or null for an array that is null. */
    static Floats ofNullable(INDArray array) {
        return array == null ? null : of(array);
    }

    public void get(long from, float[] to, int offset, int count) {
        buffer.get(Math.toIntExact(from), to, offset, count);
    }

    public void put(long to, float[] from, int offset, int count) {
        buffer.put(Math.toIntExact(to), from, offset, count);
        affinity.tagLocation(array, AffinityManager.Location.HOST);
    }

    /** Fills what remains of {@code to}. */
    public void get(long from, FloatBuffer to) {
        to.put(to.position(), buffer, Math.toIntExact(from), to.remaining());
    }

    /** Writes what remains of {@code from}. */
    public void put(long to, FloatBuffer from) {
        buffer.put(Math.toIntExact(to), from, from.position(), from.remaining());
        affinity.tagLocation(array, AffinityManager.Location.HOST);
    }

    public float get(long at) {
        return buffer.get(Math.toIntExact(at));
    }

    public void put(long at, float value) {
        buffer.put(Math.toIntExact(at), value);
        affinity.tagLocation(array, AffinityManager.Location.HOST);
    }

    /** All entries, copied, and zeros up to the end of the last vector. */
    float[] toPaddedArray() {
        float[] values = new float[Lanes.padded(buffer.capacity())];
        buffer.get(0, values, 0, buffer.capacity());
        return values;
    }

    /** All entries, copied. */
    public float[] toArray() {
        float[] values = new float[buffer.capacity()];
        buffer.get(0, values);
        return values;
    }
}
