// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.Collections;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/**
 * An operation of the SameDiff graph: its name, attributes, shapes and derivative. The arithmetic is an engine's. All
 * inputs and outputs are float32.
 */
public abstract class GraphOp extends DynamicCustomOp {
    private final int outputs;

    /**
     * @param inputs a record of {@link Kernels} with variables as components
     * @param outputs their number
     */
    protected GraphOp(SameDiff graph, Record inputs, int outputs) {
        this(graph, Operands.list(inputs), outputs);
    }

    /** An operation of one input. */
    protected GraphOp(SameDiff graph, SDVariable input, int outputs) {
        this(graph, List.of(input), outputs);
    }

    private GraphOp(SameDiff graph, List<SDVariable> inputs, int outputs) {
        super(graph, inputs.toArray(SDVariable[]::new));
        this.outputs = outputs;
    }

    /** Shapes of the outputs on a batch, given those of the inputs. */
    public abstract List<long[]> shapes(Operands<long[]> in, TextBatch batch);

    /**
     * Fills the outputs, whose contents are undefined before. An output that nothing reads in this run is null, except
     * for the first one.
     */
    public abstract void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels);

    /** What an operation does with the memory of its first input. */
    public enum FirstInput {
        /** It does not change. */
        KEPT,
        /**
         * The first output, of the same shape, may use the same memory: each row is read before it is written, and not
         * after. So the CPU need not load the output's memory before it is written.
         */
        MAY_BE_OVERWRITTEN
    }

    /** {@link FirstInput#KEPT}, unless the operation has another answer. */
    public FirstInput firstInput() {
        return FirstInput.KEPT;
    }

    /** The graph's variables that this operation reads. */
    protected final Operands<SDVariable> read() {
        return new Operands<>(List.of(args()));
    }

    /** The graph's variables that this operation computes. */
    protected final Operands<SDVariable> given() {
        return new Operands<>(List.of(outputVariables()));
    }

    /** The shapes, or variables, of a record, as a list. */
    protected static <V> List<V> list(Record named) {
        return Operands.list(named);
    }

    /** The name of the class: the base class asks for it in its constructor, before any field is set. */
    @Override
    public String opName() {
        String name = getClass().getName();
        return name.substring(name.lastIndexOf('.') + 1).replace('$', '_');
    }

    @Override
    public int getNumOutputs() {
        return outputs;
    }

    @Override
    public long opHash() {
        return opName().hashCode();
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
        return Collections.nCopies(outputs, DataType.FLOAT);
    }

    /**
     * Variables with the gradients of the inputs, in their order.
     *
     * @param gradients of the outputs, in their order; null for an output on which the loss does not depend
     */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " is not differentiable");
    }
}
