package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * An operation of the SameDiff graph whose arithmetic is the project's own: SameDiff knows its inputs, outputs and
 * derivative; {@link GraphSession} calls {@link #compute}. All outputs are float32.
 */
public abstract class GraphOp extends DynamicCustomOp {
    private final int outputs;

    protected GraphOp(int outputs, SameDiff graph, SDVariable... inputs) {
        super(graph, inputs);
        this.outputs = outputs;
    }

    /** Shapes of the outputs, given the inputs' arrays. */
    protected abstract long[][] outputShapes(List<INDArray> inputs);

    /**
     * Fills the outputs; their contents before are undefined. An output that nothing reads in this run is null: the first
     * one never is.
     */
    public abstract void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers);

    /** What an op does with the memory of its first input. */
    protected enum FirstInput {
        /** It is left as it is. */
        KEPT,
        /**
         * The first output, of the same shape, may stand in its place: each row is read before it is written, and not
         * after. That spares fetching the output's memory before it is written.
         */
        MAY_BE_OVERWRITTEN
    }

    protected FirstInput firstInput() {
        return FirstInput.KEPT;
    }

    /** The class's own name: the base class asks for it in its constructor, before any field is set. */
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
        List<DataType> types = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            types.add(DataType.FLOAT);
        }
        return types;
    }

    @Override
    public List<LongShapeDescriptor> calculateOutputShape(OpContext context) {
        List<LongShapeDescriptor> shapes = new ArrayList<>();
        for (long[] shape : outputShapes(context.getInputArrays())) {
            shapes.add(LongShapeDescriptor.fromShape(shape, DataType.FLOAT));
        }
        return shapes;
    }

    /** The op itself has no derivative; those that have one override this. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " is not differentiable");
    }
}
