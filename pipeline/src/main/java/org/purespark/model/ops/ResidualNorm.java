package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/**
 * The end of a transformer block in one pass over the rows: y = LayerNorm(dropout(h + bias) + residual).
 *
 * <p>Inputs h [N, D], bias [D], residual [N, D], γ [D], β [D], starts [B + 1], keys [B]. Outputs y [N, D], and for the
 * backward pass x̂ [N, D] and 1/σ [N].
 */
public final class ResidualNorm extends GraphOp {
    private final Dropout dropout;
    private final double epsilon;

    public ResidualNorm(
            SameDiff graph,
            SDVariable h,
            SDVariable bias,
            SDVariable residual,
            SDVariable gamma,
            SDVariable beta,
            BatchInputs batch,
            Dropout dropout,
            double epsilon) {
        super(3, graph, h, bias, residual, gamma, beta, batch.starts(), batch.keys());
        this.dropout = dropout;
        this.epsilon = epsilon;
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        long[] rows = inputs.get(0).shape();
        return new long[][] {rows, rows, {rows[0]}};
    }

    @Override
    protected FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int rows = (int) inputs.get(0).size(0);
        int width = (int) inputs.get(0).size(1);
        Floats h = Floats.of(inputs.get(0));
        float[] bias = Floats.of(inputs.get(1)).toArray();
        Floats residual = Floats.of(inputs.get(2));
        float[] gamma = Floats.of(inputs.get(3)).toArray();
        float[] beta = Floats.of(inputs.get(4)).toArray();
        Texts texts = Texts.of(inputs.get(5), inputs.get(6));
        Floats y = Floats.of(outputs.get(0));
        Floats normalized = Floats.ofNullable(outputs.get(1));
        Floats inverses = Floats.ofNullable(outputs.get(2));
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(0, width);
            float[] other = scratch.floats(1, width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                Sums.add(row, 0, bias, 0, width);
                DropoutMask mask = dropout.maskOfRow(texts, n);
                if (mask != null) {
                    mask.apply((long) (n - texts.start(texts.ofRow(n))) * width, row, 0, width);
                }
                residual.get((long) n * width, other, 0, width);
                float inverse = NormKernel.normalizeSum(row, other, width, epsilon);
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scaleAndShift(row, gamma, beta, other, width);
                y.put((long) n * width, other, 0, width);
            }
        });
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable[] out = outputVariables();
        // Gradient's outputs are those of h, bias, residual, γ, β: the order of this op's inputs.
        return List.of(new Gradient(
                        sameDiff, gradients.get(0), out[1], out[2], arg(3), new BatchInputs(arg(5), arg(6)), dropout)
                .outputVariables());
    }

    /** Inputs dy [N, D], x̂ [N, D], 1/σ [N], γ [D], starts, keys; outputs dh, dbias, dresidual, dγ, dβ. */
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
            super(5, graph, outGradient, normalized, inverse, gamma, batch.starts(), batch.keys());
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            long[] rows = inputs.get(0).shape();
            long[] one = {rows[1]};
            return new long[][] {rows, one, rows, one, one};
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
            Floats h = Floats.of(outputs.get(0));
            Floats residual = Floats.of(outputs.get(2));
            int pieces = Rows.pieces(rows);
            float[][] bias = new float[pieces][Lanes.padded(width)];
            float[][] gammas = new float[pieces][Lanes.padded(width)];
            float[][] betas = new float[pieces][Lanes.padded(width)];
            workers.run(pieces, (piece, scratch) -> {
                float[] row = scratch.floats(0, width);
                float[] hat = scratch.floats(1, width);
                for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                    outGradient.get((long) n * width, row, 0, width);
                    normalized.get((long) n * width, hat, 0, width);
                    NormKernel.backward(row, hat, inverses.get(n), gamma, gammas[piece], betas[piece], width);
                    residual.put((long) n * width, row, 0, width);
                    DropoutMask mask = dropout.maskOfRow(texts, n);
                    if (mask != null) {
                        mask.apply((long) (n - texts.start(texts.ofRow(n))) * width, row, 0, width);
                    }
                    Sums.add(bias[piece], 0, row, 0, width);
                    h.put((long) n * width, row, 0, width);
                }
            });
            Floats.of(outputs.get(1)).put(0, Rows.total(bias, width), 0, width);
            Floats.of(outputs.get(3)).put(0, Rows.total(gammas, width), 0, width);
            Floats.of(outputs.get(4)).put(0, Rows.total(betas, width), 0, width);
        }
    }
}
