package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/**
 * What follows the embedding sum: y = dropout(LayerNorm(x)).
 *
 * <p>Inputs x [N, W], γ [W], β [W], starts [B + 1], keys [B]. Outputs y [N, W], x̂ [N, W], 1/σ [N].
 */
public final class EmbeddingNorm extends GraphOp {
    private final Dropout dropout;
    private final double epsilon;

    public EmbeddingNorm(
            SameDiff graph,
            SDVariable x,
            SDVariable gamma,
            SDVariable beta,
            BatchInputs batch,
            Dropout dropout,
            double epsilon) {
        super(3, graph, x, gamma, beta, batch.starts(), batch.keys());
        this.dropout = dropout;
        this.epsilon = epsilon;
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        long[] rows = inputs.get(0).shape();
        return new long[][] {rows, rows, {rows[0]}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int rows = (int) inputs.get(0).size(0);
        int width = (int) inputs.get(0).size(1);
        Floats x = Floats.of(inputs.get(0));
        float[] gamma = Floats.of(inputs.get(1)).toArray();
        float[] beta = Floats.of(inputs.get(2)).toArray();
        Texts texts = Texts.of(inputs.get(3), inputs.get(4));
        Floats y = Floats.of(outputs.get(0));
        Floats normalized = Floats.ofNullable(outputs.get(1));
        Floats inverses = Floats.ofNullable(outputs.get(2));
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(0, width);
            float[] out = scratch.floats(1, width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                x.get((long) n * width, row, 0, width);
                float inverse = NormKernel.normalize(row, width, epsilon);
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scaleAndShift(row, gamma, beta, out, width);
                DropoutMask mask = dropout.maskOfRow(texts, n);
                if (mask != null) {
                    mask.apply((long) (n - texts.start(texts.ofRow(n))) * width, out, 0, width);
                }
                y.put((long) n * width, out, 0, width);
            }
        });
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable[] out = outputVariables();
        return List.of(new Gradient(
                        sameDiff, gradients.get(0), out[1], out[2], arg(1), new BatchInputs(arg(3), arg(4)), dropout)
                .outputVariables());
    }

    /** Inputs dy [N, W], x̂ [N, W], 1/σ [N], γ [W], starts, keys; outputs dx, dγ, dβ. */
    private static final class Gradient extends GraphOp {
        private final Dropout dropout;

        Gradient(
                SameDiff graph,
                SDVariable outGradient,
                SDVariable normalized,
                SDVariable inverse,
                SDVariable gamma,
                BatchInputs batch,
                Dropout dropout) {
            super(3, graph, outGradient, normalized, inverse, gamma, batch.starts(), batch.keys());
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            long[] rows = inputs.get(0).shape();
            return new long[][] {rows, {rows[1]}, {rows[1]}};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int rows = (int) inputs.get(0).size(0);
            int width = (int) inputs.get(0).size(1);
            Floats outGradient = Floats.of(inputs.get(0));
            Floats normalized = Floats.of(inputs.get(1));
            Floats inverses = Floats.of(inputs.get(2));
            float[] gamma = Floats.of(inputs.get(3)).toPaddedArray();
            Texts texts = Texts.of(inputs.get(4), inputs.get(5));
            Floats x = Floats.of(outputs.get(0));
            int pieces = Rows.pieces(rows);
            float[][] gammas = new float[pieces][Lanes.padded(width)];
            float[][] betas = new float[pieces][Lanes.padded(width)];
            workers.run(pieces, (piece, scratch) -> {
                float[] row = scratch.floats(0, width);
                float[] hat = scratch.floats(1, width);
                for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                    outGradient.get((long) n * width, row, 0, width);
                    DropoutMask mask = dropout.maskOfRow(texts, n);
                    if (mask != null) {
                        mask.apply((long) (n - texts.start(texts.ofRow(n))) * width, row, 0, width);
                    }
                    normalized.get((long) n * width, hat, 0, width);
                    NormKernel.backward(row, hat, inverses.get(n), gamma, gammas[piece], betas[piece], width);
                    x.put((long) n * width, row, 0, width);
                }
            });
            Floats.of(outputs.get(1)).put(0, Rows.total(gammas, width), 0, width);
            Floats.of(outputs.get(2)).put(0, Rows.total(betas, width), 0, width);
        }
    }
}
