package org.purespark.model.ops;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Attention normalization (Zhao, Xu, Yuan: PURE, ICML 2024): Σ_l Σ_h w[l, h] · sqrt(Σ_b Σ_k A[l, h, b, k]²), A the CLS
 * attention after dropout, b over the texts of the micro-batch, k over a text's tokens. The derivative of the root is 0
 * at 0.
 *
 * <p>Inputs the L arrays of CLS attention, each [N, A], then w [L, A]; outputs the penalty [] and the roots [L, A].
 */
public final class AttentionPenalty extends GraphOp {
    public AttentionPenalty(SameDiff graph, List<SDVariable> clsAttention, SDVariable weights) {
        super(2, graph, Stream.concat(clsAttention.stream(), Stream.of(weights)).toArray(SDVariable[]::new));
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        return new long[][] {{}, inputs.get(inputs.size() - 1).shape()};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int layers = inputs.size() - 1;
        int heads = (int) inputs.get(0).size(1);
        float[] weights = Floats.of(inputs.get(layers)).toArray();
        float[] roots = new float[layers * heads];
        workers.run(layers, (layer, scratch) -> {
            float[] attention = Floats.of(inputs.get(layer)).toArray();
            double[] squares = new double[heads];
            for (int i = 0; i < attention.length; i++) {
                squares[i % heads] += (double) attention[i] * attention[i];
            }
            for (int h = 0; h < heads; h++) {
                roots[layer * heads + h] = (float) Math.sqrt(squares[h]);
            }
        });
        double penalty = 0;
        for (int i = 0; i < roots.length; i++) {
            penalty += (double) weights[i] * roots[i];
        }
        Floats.of(outputs.get(0)).put(0, (float) penalty);
        Floats.of(outputs.get(1)).put(0, roots, 0, roots.length);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable[] inputs = args();
        SDVariable[] backward = new SDVariable[inputs.length + 2];
        System.arraycopy(inputs, 0, backward, 0, inputs.length);
        backward[inputs.length] = outputVariables()[1];
        backward[inputs.length + 1] = gradients.get(0);
        return List.of(new Gradient(sameDiff, inputs.length - 1, backward).outputVariables());
    }

    /** Inputs the L arrays [N, A], w [L, A], roots [L, A], dpenalty []; outputs L arrays [N, A]. */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, int layers, SDVariable... inputs) {
            super(layers, graph, inputs);
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            long[][] shapes = new long[inputs.size() - 3][];
            Arrays.setAll(shapes, l -> inputs.get(l).shape());
            return shapes;
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int layers = outputs.size();
            int heads = (int) inputs.get(0).size(1);
            float[] weights = Floats.of(inputs.get(layers)).toArray();
            float[] roots = Floats.of(inputs.get(layers + 1)).toArray();
            float outGradient = Floats.of(inputs.get(layers + 2)).get(0);
            workers.run(layers, (layer, scratch) -> {
                float[] attention = Floats.of(inputs.get(layer)).toArray();
                for (int i = 0; i < attention.length; i++) {
                    int head = layer * heads + i % heads;
                    attention[i] = roots[head] == 0 ? 0 : outGradient * weights[head] * attention[i] / roots[head];
                }
                Floats.of(outputs.get(layer)).put(0, attention, 0, attention.length);
            });
        }
    }
}
