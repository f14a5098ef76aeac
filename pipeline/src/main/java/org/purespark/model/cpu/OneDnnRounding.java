// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Copies float32 entries into another form or precision, to the nearest, ties to even. One thread uses it. */
final class OneDnnRounding implements AutoCloseable {
    private static final int OPERANDS = 3;

    private final dnnl_primitive primitive;
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(OPERANDS);
    private final dnnl_memory source;
    private final dnnl_memory target;
    private final dnnl_memory own;
    private final BytePointer ownBytes;

    /** A plain matrix of the same shape in float32, to {@code form}. */
    OneDnnRounding(OneDnn dnn, OneDnn.Matrix form) {
        this(
                dnn,
                OneDnn.Matrix.plain(OneDnn.Entry.FLOAT32, form.rows(), form.columns())
                        .description(),
                form.description());
    }

    /** Takes both descriptions over. */
    OneDnnRounding(OneDnn dnn, dnnl_memory_desc from, dnnl_memory_desc to) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "attributes");
        OneDnn.check(
                dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user), "attributes");
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        OneDnn.check(
                dnnl.dnnl_reorder_primitive_desc_create(description, from, dnn.engine(), to, dnn.engine(), attributes),
                "a copy");
        OneDnn.check(dnnl.dnnl_primitive_attr_destroy(attributes), "attributes");
        dnnl_memory_desc ofOwn = dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
        this.source = dnn.memory(from);
        this.target = dnn.memory(to);
        this.own = dnn.memory(ofOwn);
        this.ownBytes = Aligned.bytes(dnnl.dnnl_memory_desc_get_size(ofOwn));
        this.primitive = OneDnn.primitive(description);
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(own, ownBytes), "memory");
        arguments.position(0).arg(dnnl.DNNL_ARG_FROM).memory(source);
        arguments.position(1).arg(dnnl.DNNL_ARG_TO).memory(target);
        arguments.position(2).arg(dnnl.DNNL_ARG_SCRATCHPAD).memory(own);
        arguments.position(0);
        OneDnn.check(dnnl.dnnl_memory_desc_destroy(from), "a description");
        OneDnn.check(dnnl.dnnl_memory_desc_destroy(to), "a description");
    }

    void run(dnnl_stream stream, Pointer from, Pointer to) {
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(source, from), "a matrix");
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(target, to), "a matrix");
        OneDnn.check(dnnl.dnnl_primitive_execute(primitive, stream, OPERANDS, arguments), "a copy");
    }

    @Override
    public void close() {
        OneDnn.check(dnnl.dnnl_primitive_destroy(primitive), "to close a copy");
        for (dnnl_memory memory : new dnnl_memory[] {source, target, own}) {
            OneDnn.check(dnnl.dnnl_memory_destroy(memory), "to close memory");
        }
        ownBytes.close();
        arguments.close();
    }
}
