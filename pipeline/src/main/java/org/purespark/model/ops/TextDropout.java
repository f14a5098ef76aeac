package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/** Dropout on one row a text: inputs x [B, D], starts [B + 1], keys [B]; output [B, D]. Its own derivative. */
public final class TextDropout extends GraphOp {
    private final Dropout dropout;

    public TextDropout(SameDiff graph, SDVariable x, BatchInputs batch, Dropout dropout) {
        super(1, graph, x, batch.starts(), batch.keys());
        this.dropout = dropout;
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        return new long[][] {inputs.get(0).shape()};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int width = (int) inputs.get(0).size(1);
        Floats x = Floats.of(inputs.get(0));
        Texts texts = Texts.of(inputs.get(1), inputs.get(2));
        Floats y = Floats.of(outputs.get(0));
        float[] row = new float[width];
        for (int b = 0; b < texts.count(); b++) {
            x.get((long) b * width, row, 0, width);
            DropoutMask mask = dropout.maskOf(texts, b);
            if (mask != null) {
                mask.apply(0, row, 0, width);
            }
            y.put((long) b * width, row, 0, width);
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(
                new TextDropout(sameDiff, gradients.get(0), new BatchInputs(arg(1), arg(2)), dropout).outputVariable());
    }
}
