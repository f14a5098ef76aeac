// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels}: a thread for each entry, or a block for each row. */
final class CudaRows implements RowKernels {
    private final CudaWork work;
    private final TextBatch batch;

    CudaRows(CudaWork work, TextBatch batch) {
        this.work = work;
        this.batch = batch;
    }

    /** Functions of an entry; the order is that of {@code rows.cu}. */
    private enum Function {
        GELU,
        GELU_BY_TANH,
        SILU,
        TANH,
        RELU;

        static Function of(BiasFunction function) {
            return switch (function) {
                case GELU_BY_TANH -> GELU_BY_TANH;
                case SILU -> SILU;
                case TANH -> TANH;
                case RELU -> RELU;
            };
        }

        static Function of(EntryFunction function) {
            return switch (function) {
                case TANH -> TANH;
                case GELU -> GELU;
                case RELU -> RELU;
            };
        }
    }

    @Override
    public void biasGelu(Biased<DeviceArray> in, Activated<DeviceArray> out) {
        biasActivation(in, Function.GELU, out);
    }

    @Override
    public void biasActivation(Biased<DeviceArray> in, BiasFunction function, Activated<DeviceArray> out) {
        biasActivation(in, Function.of(function), out);
    }

    private void biasActivation(Biased<DeviceArray> in, Function function, Activated<DeviceArray> out) {
        CudaArray h = work.array(in.x()); // [R, F]
        work.launch(
                "biasActivation",
                Grid.flat(h.length()),
                new Arguments()
                        .array(h)
                        .array(work.array(in.bias()))
                        .array(work.array(out.y()))
                        .array(work.arrayOrNull(out.slope()))
                        .number(function.ordinal())
                        .length(h.length())
                        .number(h.size(1)));
    }

    @Override
    public void activatedGradient(ActivatedBackward<DeviceArray> in, Biased<DeviceArray> gradients) {
        CudaArray dy = work.array(in.outGradient()); // [R, F]
        CudaArray slope = work.array(in.slope()); // [R, F]
        CudaArray dh = work.array(gradients.x()); // [R, F]
        work.columnSums(Columns.ofProducts(dy, slope), work.array(gradients.bias()));
        work.launch(
                "product",
                Grid.flat(dy.length()),
                new Arguments().array(dy).array(slope).array(dh).length(dy.length()));
    }

    @Override
    public void activation(DeviceArray of, EntryFunction activation, DeviceArray result) {
        CudaArray x = work.array(of); // [R, W]
        work.launch(
                "activation",
                Grid.flat(x.length()),
                new Arguments()
                        .array(x)
                        .array(work.array(result))
                        .number(Function.of(activation).ordinal())
                        .length(x.length()));
    }

    @Override
    public void activationGradient(ActivationBackward<DeviceArray> in, EntryFunction activation, DeviceArray gradient) {
        CudaArray x = work.array(in.x()); // [R, W]
        work.launch(
                "activationGradient",
                Grid.flat(x.length()),
                new Arguments()
                        .array(work.array(in.outGradient()))
                        .array(x)
                        .array(work.array(gradient))
                        .number(Function.of(activation).ordinal())
                        .length(x.length()));
    }

    private Arguments withCall(Arguments arrays, int width, GateCall call) {
        return arrays.number(width)
                .number(Structures.kind(call.rows()))
                .structure(work.texts(batch))
                .structure(Structures.of(call.dropout()));
    }

    @Override
    public void dropRows(DeviceArray of, GateCall call, DeviceArray result) {
        CudaArray x = work.array(of); // [R, W]
        Arguments arrays = new Arguments().array(x).array(work.array(result));
        work.launch("dropRows", Grid.rows(x.size(0), x.size(1)), withCall(arrays, x.size(1), call));
    }

    @Override
    public void nearRows(DeviceArray of, int kernel, DeviceArray result) {
        CudaArray x = work.array(of); // [N, W]
        near("nearRows", x, work.array(result), x.size(1), kernel);
    }

    @Override
    public void nearRowsGradient(DeviceArray outGradient, int kernel, DeviceArray gradient) {
        CudaArray dx = work.array(gradient); // [N, W]
        near("nearRowsGradient", work.array(outGradient), dx, dx.size(1), kernel);
    }

    private void near(String name, CudaArray from, CudaArray to, int width, int kernel) {
        Arguments arguments =
                new Arguments().array(from).array(to).number(width).number(kernel);
        work.launch(name, Grid.rows(batch.tokens(), width), arguments.structure(work.texts(batch)));
    }

    @Override
    public void firstRows(DeviceArray of, DeviceArray result) {
        ofTexts("firstRows", batch.texts(), of, result);
    }

    @Override
    public void firstRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        ofTexts("firstRowsGradient", batch.tokens(), outGradient, gradient);
    }

    @Override
    public void meanRows(DeviceArray of, DeviceArray result) {
        ofTexts("meanRows", batch.texts(), of, result);
    }

    @Override
    public void meanRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        ofTexts("meanRowsGradient", batch.tokens(), outGradient, gradient);
    }

    /** Between rows of tokens [N, W] and rows of texts [B, W]. */
    private void ofTexts(String name, int rows, DeviceArray from, DeviceArray to) {
        int width = work.array(from).size(1);
        Arguments arguments = new Arguments().array(work.array(from)).array(work.array(to));
        work.launch(name, Grid.rows(rows, width), arguments.number(width).structure(work.texts(batch)));
    }

    @Override
    public void gatedGelu(DeviceArray of, GateCall gate, Gated<DeviceArray> out) {
        CudaArray y = work.array(out.y()); // [R, F]
        Arguments arrays = new Arguments().array(work.array(of)).array(y).array(work.arrayOrNull(out.slopes()));
        work.launch("gatedGelu", Grid.rows(y.size(0), y.size(1)), withCall(arrays, y.size(1), gate));
    }

    @Override
    public void gatedGeluGradient(GatedBackward<DeviceArray> in, GateCall gate, DeviceArray gradient) {
        CudaArray dy = work.array(in.outGradient()); // [R, F]
        Arguments arrays =
                new Arguments().array(dy).array(work.array(in.slopes())).array(work.array(gradient));
        work.launch("gatedGeluGradient", Grid.rows(dy.size(0), dy.size(1)), withCall(arrays, dy.size(1), gate));
    }

    @Override
    public void add(Pair<DeviceArray> in, DeviceArray result) {
        CudaArray a = work.array(in.a());
        work.launch(
                "sum",
                Grid.flat(a.length()),
                new Arguments()
                        .array(a)
                        .array(work.array(in.b()))
                        .array(work.array(result))
                        .length(a.length()));
    }
}
