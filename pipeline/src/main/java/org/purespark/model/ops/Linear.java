package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * y = x·Wᵀ: inputs x [N, in], W [out, in]; output y [N, out]. The products are ND4J's. On a CPU the rows are dealt to the
 * {@link Workers}, each of which computes in one native thread: native threads of their own would keep looking for work,
 * on the cores that the other kernels need.
 */
public final class Linear extends GraphOp {
    /** Products of fewer rows take longer to hand out than to compute. */
    private static final int LEAST_ROWS = 48;

    /** How the weight lies in memory. */
    public enum Weight {
        /** W [out, in], as checkpoints have it. */
        OUT_IN,
        /** Wᵀ [in, out], which is multiplied faster; the product has no derivative then. */
        IN_OUT
    }

    private final Weight form;

    /**
     * @param x [N, in]
     * @param weight in the form that is named
     */
    public Linear(SameDiff graph, SDVariable x, SDVariable weight, Weight form) {
        super(1, graph, x, weight);
        this.form = form;
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        return new long[][] {{inputs.get(0).size(0), inputs.get(1).size(form == Weight.OUT_IN ? 0 : 1)}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        INDArray x = inputs.get(0);
        INDArray weight = inputs.get(1);
        INDArray y = outputs.get(0);
        Form ofWeight = form == Weight.OUT_IN ? Form.TRANSPOSED : Form.PLAIN;
        Cut cut = Cut.of((int) x.size(0), workers);
        workers.run(
                cut.pieces(),
                (piece, scratch) -> multiply(
                        cut.rowsOf(x, piece), Form.PLAIN, weight, ofWeight, cut.rowsOf(y, piece), cut.device()));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        if (form != Weight.OUT_IN) {
            return super.doDiff(gradients);
        }
        return List.of(new Gradient(sameDiff, gradients.get(0), arg(0), arg(1)).outputVariables());
    }

    /** Inputs dy [N, out], x [N, in], W [out, in]; outputs dx = dy·W [N, in] and dW = dyᵀ·x [out, in]. */
    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient, SDVariable x, SDVariable weight) {
            super(2, graph, outGradient, x, weight);
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(1).shape(), inputs.get(2).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            INDArray outGradient = inputs.get(0);
            INDArray x = inputs.get(1);
            INDArray weight = inputs.get(2);
            INDArray dx = outputs.get(0);
            INDArray dw = outputs.get(1);
            Cut ofRows = Cut.of((int) x.size(0), workers);
            Cut ofWeights = Cut.of((int) weight.size(0), workers);
            workers.run(ofRows.pieces() + ofWeights.pieces(), (piece, scratch) -> {
                if (piece < ofRows.pieces()) {
                    multiply(
                            ofRows.rowsOf(outGradient, piece),
                            Form.PLAIN,
                            weight,
                            Form.PLAIN,
                            ofRows.rowsOf(dx, piece),
                            ofRows.device());
                } else {
                    int part = piece - ofRows.pieces();
                    multiply(
                            ofWeights.columnsOf(outGradient, part, scratch),
                            Form.TRANSPOSED,
                            x,
                            Form.PLAIN,
                            ofWeights.rowsOf(dw, part),
                            ofWeights.device());
                }
            });
        }
    }

    /** How an operand enters a product. */
    private enum Form {
        PLAIN,
        TRANSPOSED
    }

    private static void multiply(
            INDArray a, Form formOfA, INDArray b, Form formOfB, INDArray to, OpExecutioner.ExecutionerType device) {
        if (device != OpExecutioner.ExecutionerType.CUDA) {
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        }
        Nd4j.exec(new Mmul(
                a,
                b,
                to,
                MMulTranspose.builder()
                        .transposeA(formOfA == Form.TRANSPOSED)
                        .transposeB(formOfB == Form.TRANSPOSED)
                        .build()));
    }

    /** Rows of a result, cut into parts of about the same size; a GPU takes all at once. */
    private record Cut(int rows, int pieces, OpExecutioner.ExecutionerType device) {
        static Cut of(int rows, Workers workers) {
            OpExecutioner.ExecutionerType device = Nd4j.getExecutioner().type();
            // One for each thread: with two or three for each, nothing was faster.
            int most = device == OpExecutioner.ExecutionerType.CUDA ? 1 : workers.threads();
            return new Cut(rows, Math.max(1, Math.min(most, rows / LEAST_ROWS)), device);
        }

        private int first(int piece) {
            return (int) ((long) rows * piece / pieces);
        }

        /** The piece's rows of a c-ordered array. */
        INDArray rowsOf(INDArray array, int piece) {
            if (pieces == 1) {
                return array;
            }
            long width = array.size(1);
            long[] shape = {first(piece + 1) - first(piece), width};
            return Nd4j.create(array.data(), shape, new long[] {width, 1}, first(piece) * width, 'c');
        }

        /** A copy of the piece's columns of [N, rows]: of a strided view ND4J takes a slow path. */
        INDArray columnsOf(INDArray array, int piece, Scratch scratch) {
            if (pieces == 1) {
                return array;
            }
            int from = first(piece);
            int width = first(piece + 1) - from;
            int count = (int) array.size(0);
            INDArray copy = scratch.array(count, width);
            Floats source = Floats.of(array);
            Floats target = Floats.of(copy);
            float[] row = scratch.floats(0, width);
            for (int n = 0; n < count; n++) {
                source.get((long) n * rows + from, row, 0, width);
                target.put((long) n * width, row, 0, width);
            }
            return copy;
        }
    }
}
