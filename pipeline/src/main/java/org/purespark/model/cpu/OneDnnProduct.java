// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A product of oneDNN for one shape, and the memory that it takes. One thread uses it. */
final class OneDnnProduct implements AutoCloseable {
    private static final int OPERANDS = 4;

    private final dnnl_primitive primitive;
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(OPERANDS);
    private final dnnl_memory left;
    private final dnnl_memory right;
    private final dnnl_memory result;
    private final dnnl_memory own;
    private final BytePointer ownBytes;

    /** How a matrix on the right lies in memory. */
    enum Right {
        PLAIN,
        TRANSPOSED,
        /** As {@link #packedForm} says. */
        PACKED
    }

    /** What becomes of a result's entries before the product. */
    enum Before {
        OVERWRITTEN,
        ADDED_TO
    }

    /**
     * left [rows, inner] · right [inner, columns] = result [rows, columns], float32.
     *
     * @param left strides are its own
     */
    record Shape(OneDnn.Matrix left, Right right, long columns, Before before) {
        private dnnl_memory_desc rightDescription(OneDnn dnn) {
            OneDnn.Entry entry = left.entry();
            return switch (right) {
                case PLAIN -> OneDnn.Matrix.plain(entry, left.columns(), columns)
                        .description();
                case TRANSPOSED -> OneDnn.Matrix.transposed(entry, left.columns(), columns, left.columns())
                        .description();
                case PACKED -> packedForm(dnn, entry, left.columns(), columns);
            };
        }
    }

    OneDnnProduct(OneDnn dnn, Shape shape) {
        dnnl_memory_desc ofLeft = shape.left.description();
        dnnl_memory_desc ofRight = shape.rightDescription(dnn);
        dnnl_memory_desc ofResult = OneDnn.Matrix.plain(OneDnn.Entry.FLOAT32, shape.left.rows(), shape.columns)
                .description();
        dnnl_primitive_desc description = description(dnn, ofLeft, ofRight, ofResult, shape.before);
        dnnl_memory_desc ofOwn = dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
        this.left = dnn.memory(ofLeft);
        this.right = dnn.memory(ofRight);
        this.result = dnn.memory(ofResult);
        this.own = dnn.memory(ofOwn);
        this.ownBytes = Aligned.bytes(dnnl.dnnl_memory_desc_get_size(ofOwn));
        this.primitive = OneDnn.primitive(description);
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(own, ownBytes), "memory");
        set(0, dnnl.DNNL_ARG_SRC, left);
        set(1, dnnl.DNNL_ARG_WEIGHTS, right);
        set(2, dnnl.DNNL_ARG_DST, result);
        set(3, dnnl.DNNL_ARG_SCRATCHPAD, own);
        arguments.position(0);
        for (dnnl_memory_desc ended : new dnnl_memory_desc[] {ofLeft, ofRight, ofResult}) {
            OneDnn.check(dnnl.dnnl_memory_desc_destroy(ended), "a description");
        }
    }

    /**
     * The form of a matrix on the right that is packed for products of any number of rows. It is destroyed by the
     * caller.
     */
    static dnnl_memory_desc packedForm(OneDnn dnn, OneDnn.Entry entry, long inner, long columns) {
        dnnl_memory_desc ofLeft =
                OneDnn.Matrix.plain(entry, RowBlocks.MOST_ROWS, inner).description();
        dnnl_memory_desc ofRight = OneDnn.anyForm(entry, inner, columns);
        dnnl_memory_desc ofResult = OneDnn.Matrix.plain(OneDnn.Entry.FLOAT32, RowBlocks.MOST_ROWS, columns)
                .description();
        dnnl_primitive_desc description = description(dnn, ofLeft, ofRight, ofResult, Before.OVERWRITTEN);
        dnnl_memory_desc form = new dnnl_memory_desc();
        OneDnn.check(
                dnnl.dnnl_memory_desc_clone(
                        form, dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_weights_md, 0)),
                "a form");
        OneDnn.check(dnnl.dnnl_primitive_desc_destroy(description), "a description");
        for (dnnl_memory_desc ended : new dnnl_memory_desc[] {ofLeft, ofRight, ofResult}) {
            OneDnn.check(dnnl.dnnl_memory_desc_destroy(ended), "a description");
        }
        return form;
    }

    /** Size of a matrix in {@link #packedForm}. */
    static long packedBytes(OneDnn dnn, OneDnn.Entry entry, long inner, long columns) {
        dnnl_memory_desc form = packedForm(dnn, entry, inner, columns);
        long bytes = dnnl.dnnl_memory_desc_get_size(form);
        OneDnn.check(dnnl.dnnl_memory_desc_destroy(form), "a form");
        return bytes;
    }

    private static dnnl_primitive_desc description(
            OneDnn dnn, dnnl_memory_desc ofLeft, dnnl_memory_desc ofRight, dnnl_memory_desc ofResult, Before before) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "attributes");
        // The library's own memory is a thread's: it must not outlive the thread that made the primitive.
        OneDnn.check(
                dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user), "attributes");
        if (before == Before.ADDED_TO) {
            dnnl_post_ops after = new dnnl_post_ops();
            OneDnn.check(dnnl.dnnl_post_ops_create(after), "a sum");
            OneDnn.check(dnnl.dnnl_post_ops_append_sum(after, 1f, 0, dnnl.dnnl_data_type_undef), "a sum");
            OneDnn.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, after), "a sum");
            OneDnn.check(dnnl.dnnl_post_ops_destroy(after), "a sum");
        }
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        OneDnn.check(
                dnnl.dnnl_matmul_primitive_desc_create(
                        description, dnn.engine(), ofLeft, ofRight, null, ofResult, attributes),
                "a product");
        OneDnn.check(dnnl.dnnl_primitive_attr_destroy(attributes), "attributes");
        return description;
    }

    private void set(int at, int argument, dnnl_memory memory) {
        arguments.position(at).arg(argument).memory(memory);
    }

    /** Multiplies; each matrix starts at its address. */
    void run(dnnl_stream stream, Pointer leftAt, Pointer rightAt, Pointer resultAt) {
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(left, leftAt), "a matrix");
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(right, rightAt), "a matrix");
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(result, resultAt), "a matrix");
        OneDnn.check(dnnl.dnnl_primitive_execute(primitive, stream, OPERANDS, arguments), "a product");
    }

    @Override
    public void close() {
        OneDnn.check(dnnl.dnnl_primitive_destroy(primitive), "to close a product");
        for (dnnl_memory memory : new dnnl_memory[] {left, right, result, own}) {
            OneDnn.check(dnnl.dnnl_memory_destroy(memory), "to close memory");
        }
        ownBytes.close();
        arguments.close();
    }
}
