// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's primitives in one thread, each made at its first use. */
final class OneDnnThread implements AutoCloseable {
    private final OneDnn dnn;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<OneDnnProduct.Shape, OneDnnProduct> products = new HashMap<>();
    private final Map<OneDnn.Matrix, OneDnnRounding> roundings = new HashMap<>();
    private BytePointer rounded;

    OneDnnThread(OneDnn dnn) {
        this.dnn = dnn;
        OneDnn.check(dnnl.dnnl_stream_create(stream, dnn.engine(), dnnl.dnnl_stream_default_flags), "a stream");
    }

    /** left · right, to {@code result}. */
    void multiply(OneDnnProduct.Shape shape, Pointer left, Pointer right, Pointer result) {
        products.computeIfAbsent(shape, absent -> new OneDnnProduct(dnn, absent))
                .run(stream, left, right, result);
    }

    /** The entries of a matrix [rows, columns], row after row, to bfloat16. */
    void round(int rows, int columns, Pointer from, Pointer to) {
        roundings
                .computeIfAbsent(
                        OneDnn.Matrix.plain(OneDnn.Entry.BFLOAT16, rows, columns),
                        absent -> new OneDnnRounding(dnn, absent))
                .run(stream, from, to);
    }

    /** Memory for rounded entries, until the next call; its contents are undefined. */
    BytePointer rounded(long bytes) {
        if (rounded == null || rounded.capacity() - rounded.position() < bytes) {
            if (rounded != null) {
                rounded.close();
            }
            rounded = Aligned.bytes(bytes);
        }
        return rounded;
    }

    /** Number of primitives that it keeps. */
    int primitives() {
        return products.size() + roundings.size();
    }

    @Override
    public void close() {
        products.values().forEach(OneDnnProduct::close);
        products.clear();
        roundings.values().forEach(OneDnnRounding::close);
        roundings.clear();
        if (rounded != null) {
            rounded.close();
            rounded = null;
        }
        OneDnn.check(dnnl.dnnl_stream_destroy(stream), "to close a stream");
    }
}
