package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The context of attention, head by head, of sums of hidden states: Σ_t p[t]·(W_h·x[t] + b_h) = W_h·z_h + b_h·s_h with
 * z_h = Σ_t p[t]·x[t] and s_h = Σ_t p[t], in place of the values of all tokens.
 *
 * <p>Inputs z [A, B, D], s [A, B], the values' weight W [D, D] and bias b [D]; output [B, D].
 */
public final class HeadGather extends GraphOp {
    public HeadGather(SameDiff graph, SDVariable z, SDVariable sums, SDVariable weight, SDVariable bias) {
        super(1, graph, z, sums, weight, bias);
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        INDArray z = inputs.get(0);
        return new long[][] {{z.size(1), z.size(2)}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        long[] shape = inputs.get(0).shape();
        int heads = (int) shape[0];
        int texts = (int) shape[1];
        float[] sums = Floats.of(inputs.get(1)).toArray();
        float[] bias = Floats.of(inputs.get(3)).toArray();
        Floats context = Floats.of(outputs.get(0));
        new HeadProducts(heads, texts, bias.length)
                .gather(Floats.of(inputs.get(0)), Floats.of(inputs.get(2)), context, workers);
        int headSize = bias.length / heads;
        float[] row = new float[bias.length];
        for (int b = 0; b < texts; b++) {
            context.get((long) b * bias.length, row, 0, bias.length);
            for (int i = 0; i < bias.length; i++) {
                row[i] += sums[i / headSize * texts + b] * bias[i];
            }
            context.put((long) b * bias.length, row, 0, bias.length);
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, gradients.get(0), arg(0), arg(1), arg(2), arg(3)).outputVariables());
    }

    /**
     * Inputs the gradient of the context [B, D], z [A, B, D], s [A, B], W [D, D], b [D]; outputs dz [A, B, D], ds [A, B],
     * dW [D, D], db [D].
     */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable... inputs) {
            super(4, graph, inputs);
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {
                inputs.get(1).shape(),
                inputs.get(2).shape(),
                inputs.get(3).shape(),
                inputs.get(4).shape()
            };
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            Floats rows = Floats.of(inputs.get(0));
            long[] shape = inputs.get(1).shape();
            int heads = (int) shape[0];
            int texts = (int) shape[1];
            float[] sums = Floats.of(inputs.get(2)).toArray();
            float[] bias = Floats.of(inputs.get(4)).toArray();
            HeadProducts products = new HeadProducts(heads, texts, bias.length);
            products.spread(rows, Floats.of(inputs.get(3)), Floats.of(outputs.get(0)), workers);
            products.weightGradient(rows, Floats.of(inputs.get(1)), Floats.of(outputs.get(2)), workers);
            int headSize = bias.length / heads;
            float[] ofSums = new float[sums.length];
            float[] ofBias = new float[bias.length];
            float[] row = new float[bias.length];
            for (int b = 0; b < texts; b++) {
                rows.get((long) b * row.length, row, 0, row.length);
                for (int i = 0; i < row.length; i++) {
                    int sum = i / headSize * texts + b;
                    ofSums[sum] += row[i] * bias[i];
                    ofBias[i] += row[i] * sums[sum];
                }
            }
            Floats.of(outputs.get(1)).put(0, ofSums, 0, ofSums.length);
            Floats.of(outputs.get(3)).put(0, ofBias, 0, ofBias.length);
        }
    }
}
