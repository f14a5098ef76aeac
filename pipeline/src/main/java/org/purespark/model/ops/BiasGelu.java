package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * y = gelu(h + bias), gelu(x) = x·Φ(x) by the error function (Hendrycks, Gimpel: Gaussian Error Linear Units, 2016).
 *
 * <p>Inputs h [N, F], bias [F]. Outputs y [N, F] and the derivative Φ(x) + x·φ(x) [N, F].
 */
public final class BiasGelu extends GraphOp {
    public BiasGelu(SameDiff graph, SDVariable h, SDVariable bias) {
        super(2, graph, h, bias);
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        long[] rows = inputs.get(0).shape();
        return new long[][] {rows, rows};
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
        float[] bias = Floats.of(inputs.get(1)).toPaddedArray();
        Floats y = Floats.of(outputs.get(0));
        Floats slope = Floats.ofNullable(outputs.get(1));
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(0, width);
            float[] cumulative = scratch.floats(1, width);
            float[] slopes = scratch.floats(2, width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                if (slope != null) {
                    ErrorFunction.density(row, bias, slopes, width);
                }
                ErrorFunction.gelu(row, bias, cumulative, width);
                y.put((long) n * width, row, 0, width);
                if (slope != null) {
                    Sums.add(slopes, 0, cumulative, 0, width);
                    slope.put((long) n * width, slopes, 0, width);
                }
            }
        });
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, gradients.get(0), outputVariables()[1]).outputVariables());
    }

    /** Inputs dy [N, F], derivative [N, F]; outputs dh [N, F], dbias [F]. */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient, SDVariable slope) {
            super(2, graph, outGradient, slope);
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            long[] rows = inputs.get(0).shape();
            return new long[][] {rows, {rows[1]}};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int rows = (int) inputs.get(0).size(0);
            int width = (int) inputs.get(0).size(1);
            Floats outGradient = Floats.of(inputs.get(0));
            Floats slope = Floats.of(inputs.get(1));
            Floats h = Floats.of(outputs.get(0));
            int pieces = Rows.pieces(rows);
            float[][] bias = new float[pieces][width];
            workers.run(pieces, (piece, scratch) -> {
                float[] row = scratch.floats(0, width);
                float[] slopes = scratch.floats(1, width);
                for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                    outGradient.get((long) n * width, row, 0, width);
                    slope.get((long) n * width, slopes, 0, width);
                    for (int i = 0; i < width; i++) {
                        row[i] *= slopes[i];
                    }
                    Sums.add(bias[piece], 0, row, 0, width);
                    h.put((long) n * width, row, 0, width);
                }
            });
            Floats.of(outputs.get(1)).put(0, Rows.total(bias, width), 0, width);
        }
    }
}
