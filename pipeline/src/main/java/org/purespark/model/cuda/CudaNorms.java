// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels}: all of them are one kernel forward, and one backward beside sums of columns. */
final class CudaNorms implements NormKernels {
    private final CudaWork work;
    private final TextBatch batch;

    CudaNorms(CudaWork work, TextBatch batch) {
        this.work = work;
        this.batch = batch;
    }

    /** What dropout works on; the order is that of {@code norms.cu}. */
    private enum Drops {
        INPUT,
        OUTPUT
    }

    private Arguments withCall(Arguments arrays, Drops drops, NormCall norm) {
        return arrays.number(drops.ordinal())
                .number(Structures.kind(norm.rows()))
                .structure(work.texts(batch))
                .structure(Structures.of(norm.dropout()));
    }

    /** Of h [R, W]; bias, residual, beta and sums may be null. */
    private void forward(
            CudaArray[] inputs, DeviceArray sums, Normalized<DeviceArray> out, Drops drops, NormCall norm) {
        int width = inputs[0].size(1);
        Arguments arrays = new Arguments();
        for (CudaArray input : inputs) {
            arrays.array(input);
        }
        arrays.array(work.array(out.y()))
                .array(work.arrayOrNull(sums))
                .array(work.arrayOrNull(out.normalized()))
                .array(work.arrayOrNull(out.inverse()))
                .number(width)
                .real(norm.epsilon());
        work.launch("normalize", Grid.rows(inputs[0].size(0), width), withCall(arrays, drops, norm));
    }

    /** Gradients of s [R, W] and, where h is not null, of what is dropped of it [R, W]. */
    private void backward(
            NormBackward<DeviceArray> in,
            DeviceArray dsum,
            DeviceArray ds,
            DeviceArray dh,
            Drops drops,
            NormCall norm) {
        CudaArray dy = work.array(in.outGradient()); // [R, W]
        int width = dy.size(1);
        Arguments arrays = new Arguments()
                .array(dy)
                .array(work.arrayOrNull(dsum))
                .array(work.array(in.normalized()))
                .array(work.array(in.inverse()))
                .array(work.array(in.gamma()))
                .array(work.array(ds))
                .array(work.arrayOrNull(dh))
                .number(width);
        work.launch("normGradient", Grid.rows(dy.size(0), width), withCall(arrays, drops, norm));
    }

    private Columns alongNormalized(NormBackward<DeviceArray> in) {
        return Columns.ofProducts(work.array(in.outGradient()), work.array(in.normalized()));
    }

    private void droppedSums(Columns columns, NormCall norm, DeviceArray sums) {
        work.droppedColumnSums(columns, batch, norm.rows(), norm.dropout(), work.array(sums));
    }

    @Override
    public void embeddingNorm(EmbeddingNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        CudaArray[] inputs = {work.array(in.x()), null, null, work.array(in.gamma()), work.array(in.beta())};
        forward(inputs, null, out, Drops.OUTPUT, norm);
    }

    @Override
    public void embeddingNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, EmbeddingNormInputs<DeviceArray> gradients) {
        backward(in, null, gradients.x(), null, Drops.OUTPUT, norm);
        droppedSums(alongNormalized(in), norm, gradients.gamma());
        droppedSums(Columns.of(work.array(in.outGradient())), norm, gradients.beta());
    }

    @Override
    public void residualNorm(ResidualNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        CudaArray[] inputs = {
            work.array(in.h()),
            work.array(in.bias()),
            work.array(in.residual()),
            work.array(in.gamma()),
            work.array(in.beta())
        };
        forward(inputs, null, out, Drops.INPUT, norm);
    }

    @Override
    public void residualNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, ResidualNormInputs<DeviceArray> gradients) {
        backward(in, null, gradients.residual(), gradients.h(), Drops.INPUT, norm);
        work.columnSums(alongNormalized(in), work.array(gradients.gamma()));
        work.columnSums(Columns.of(work.array(in.outGradient())), work.array(gradients.beta()));
        work.columnSums(Columns.of(work.array(gradients.h())), work.array(gradients.bias()));
    }

    @Override
    public void scaleNorm(ScaleNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        CudaArray[] inputs = {work.array(in.x()), null, null, work.array(in.gamma()), null};
        forward(inputs, null, out, Drops.OUTPUT, norm);
    }

    @Override
    public void scaleNormGradient(NormBackward<DeviceArray> in, NormCall norm, ScaleNormInputs<DeviceArray> gradients) {
        backward(in, null, gradients.x(), null, Drops.OUTPUT, norm);
        droppedSums(alongNormalized(in), norm, gradients.gamma());
    }

    @Override
    public void sumNorm(SumNormInputs<DeviceArray> in, NormCall norm, SumNormalized<DeviceArray> out) {
        CudaArray[] inputs = {work.array(in.h()), null, work.array(in.residual()), work.array(in.gamma()), null};
        Normalized<DeviceArray> normalized = new Normalized<>(out.y(), out.normalized(), out.inverse());
        forward(inputs, out.sum(), normalized, Drops.INPUT, norm);
    }

    @Override
    public void sumNormGradient(SumNormBackward<DeviceArray> in, NormCall norm, SumNormInputs<DeviceArray> gradients) {
        NormBackward<DeviceArray> ofNorm =
                new NormBackward<>(in.outGradient(), in.normalized(), in.inverse(), in.gamma());
        backward(ofNorm, in.sumGradient(), gradients.residual(), gradients.h(), Drops.INPUT, norm);
        work.columnSums(alongNormalized(ofNorm), work.array(gradients.gamma()));
    }
}
