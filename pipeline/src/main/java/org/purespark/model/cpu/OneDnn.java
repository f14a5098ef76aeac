// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** oneDNN's engine of a CPU, and matrices as it describes them. Threads may share it. */
final class OneDnn implements AutoCloseable {
    private final dnnl_engine engine = new dnnl_engine();

    OneDnn() {
        // ND4J's library sets the threads of the OpenMP that both share.
        Nd4j.getBackend();
        check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "an engine");
    }

    /** What an entry is. */
    enum Entry {
        FLOAT32(dnnl.dnnl_f32, Float.BYTES),
        BFLOAT16(dnnl.dnnl_bf16, Short.BYTES);

        private final int type;
        private final int bytes;

        Entry(int type, int bytes) {
            this.type = type;
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }
    }

    /**
     * A matrix [rows, columns].
     *
     * @param rowStride number of entries from one row to the next
     * @param columnStride number of entries from one column to the next
     */
    record Matrix(Entry entry, long rows, long columns, long rowStride, long columnStride) {
        /** Row after row. */
        static Matrix plain(Entry entry, long rows, long columns) {
            return new Matrix(entry, rows, columns, columns, 1);
        }

        /** The transposed form of a matrix whose rows are {@code stride} entries apart. */
        static Matrix transposed(Entry entry, long rows, long columns, long stride) {
            return new Matrix(entry, rows, columns, 1, stride);
        }

        dnnl_memory_desc description() {
            dnnl_memory_desc description = new dnnl_memory_desc();
            check(
                    dnnl.dnnl_memory_desc_create_with_strides(
                            description, 2, new long[] {rows, columns}, entry.type, new long[] {rowStride, columnStride
                            }),
                    this);
            return description;
        }
    }

    /** A matrix in the form that oneDNN takes for the best. */
    static dnnl_memory_desc anyForm(Entry entry, long rows, long columns) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        check(
                dnnl.dnnl_memory_desc_create_with_tag(
                        description, 2, new long[] {rows, columns}, entry.type, dnnl.dnnl_format_tag_any),
                "a form");
        return description;
    }

    dnnl_engine engine() {
        return engine;
    }

    /** Memory whose address is given before each use. */
    dnnl_memory memory(dnnl_memory_desc description) {
        dnnl_memory memory = new dnnl_memory();
        check(dnnl.dnnl_memory_create(memory, description, engine, NO_ADDRESS), "memory");
        return memory;
    }

    /** Like {@code DNNL_MEMORY_NONE}. */
    private static final Pointer NO_ADDRESS = null;

    /** The primitive of a description, which is destroyed. */
    static dnnl_primitive primitive(dnnl_primitive_desc description) {
        dnnl_primitive primitive = new dnnl_primitive();
        check(dnnl.dnnl_primitive_create(primitive, description), "a primitive");
        check(dnnl.dnnl_primitive_desc_destroy(description), "a description");
        return primitive;
    }

    /** What oneDNN and its OpenMP do on this thread is done by this thread alone. */
    void onThisThread() {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }

    /**
     * @param what is asked for
     * @throws UnsupportedOperationException if oneDNN does not do it on this CPU
     * @throws IllegalStateException if {@code status} is no success
     */
    static void check(int status, Object what) {
        if (status == dnnl.dnnl_out_of_memory) {
            throw new OutOfMemoryError("oneDNN has no memory for " + what);
        }
        if (status == dnnl.dnnl_unimplemented) {
            throw new UnsupportedOperationException("oneDNN does not do this on this CPU: " + what);
        }
        if (status != dnnl.dnnl_success) {
            throw new IllegalStateException("oneDNN refuses " + what + ": status " + status);
        }
    }

    @Override
    public void close() {
        check(dnnl.dnnl_engine_destroy(engine), "to close");
    }
}
