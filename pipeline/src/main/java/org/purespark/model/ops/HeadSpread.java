package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a query asks of hidden states, head by head: q_h·k_h[t] = q_h·(W_h·x[t]) = (W_hᵀ·q_h)·x[t], so y_h = W_hᵀ·q_h takes
 * the place of the keys of all tokens.
 *
 * <p>Inputs q [B, D] and the keys' weight W [D, D]; output y [A, B, D].
 */
public final class HeadSpread extends GraphOp {
    private final int heads;

    /** @param heads A */
    public HeadSpread(SameDiff graph, SDVariable q, SDVariable weight, int heads) {
        super(1, graph, q, weight);
        this.heads = heads;
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        INDArray q = inputs.get(0);
        return new long[][] {{heads, q.size(0), q.size(1)}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        INDArray q = inputs.get(0);
        new HeadProducts(heads, (int) q.size(0), (int) q.size(1))
                .spread(Floats.of(q), Floats.of(inputs.get(1)), Floats.of(outputs.get(0)), workers);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, gradients.get(0), arg(0), arg(1)).outputVariables());
    }

    /** Inputs dy [A, B, D], q [B, D], W [D, D]; outputs dq [B, D] and dW [D, D]. */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient, SDVariable q, SDVariable weight) {
            super(2, graph, outGradient, q, weight);
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(1).shape(), inputs.get(2).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            long[] shape = inputs.get(0).shape();
            HeadProducts products = new HeadProducts((int) shape[0], (int) shape[1], (int) shape[2]);
            Floats outGradient = Floats.of(inputs.get(0));
            products.gather(outGradient, Floats.of(inputs.get(2)), Floats.of(outputs.get(0)), workers);
            products.weightGradient(Floats.of(inputs.get(1)), outGradient, Floats.of(outputs.get(1)), workers);
        }
    }
}
