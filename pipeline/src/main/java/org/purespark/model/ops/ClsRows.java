package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The first token of each text: inputs x [N, D], starts [B + 1], keys [B]; output x[starts] [B, D]. */
public final class ClsRows extends GraphOp {
    public ClsRows(SameDiff graph, SDVariable x, BatchInputs batch) {
        super(1, graph, x, batch.starts(), batch.keys());
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        return new long[][] {{inputs.get(2).length(), inputs.get(0).size(1)}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int width = (int) inputs.get(0).size(1);
        Floats x = Floats.of(inputs.get(0));
        Texts texts = Texts.of(inputs.get(1), inputs.get(2));
        Floats rows = Floats.of(outputs.get(0));
        float[] row = new float[width];
        for (int b = 0; b < texts.count(); b++) {
            x.get((long) texts.start(b) * width, row, 0, width);
            rows.put((long) b * width, row, 0, width);
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(
                new Gradient(sameDiff, gradients.get(0), arg(0), new BatchInputs(arg(1), arg(2))).outputVariable());
    }

    /** Inputs dy [B, D], x [N, D] for its shape, starts, keys; output dx [N, D], zero but in the first tokens. */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient, SDVariable x, BatchInputs batch) {
            super(1, graph, outGradient, x, batch.starts(), batch.keys());
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(1).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int width = (int) inputs.get(0).size(1);
            Floats outGradient = Floats.of(inputs.get(0));
            Texts texts = Texts.of(inputs.get(2), inputs.get(3));
            Floats x = Floats.of(outputs.get(0));
            float[] zeros = new float[width];
            float[] row = new float[width];
            for (int b = 0; b < texts.count(); b++) {
                outGradient.get((long) b * width, row, 0, width);
                x.put((long) texts.start(b) * width, row, 0, width);
                for (int t = 1; t < texts.length(b); t++) {
                    x.put((long) (texts.start(b) + t) * width, zeros, 0, width);
                }
            }
        }
    }
}
