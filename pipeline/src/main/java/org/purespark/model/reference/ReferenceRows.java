// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.TextBatch.RowKind;

/** {@link RowKernels}, entry by entry. */
final class ReferenceRows implements RowKernels {
    private final TextBatch batch;

    ReferenceRows(TextBatch batch) {
        this.batch = batch;
    }

    @Override
    public void biasGelu(Biased<DeviceArray> in, Activated<DeviceArray> out) {
        ReferenceArray h = ReferenceArray.of(in.x()); // [R, F]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [F]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, F], maybe the memory of h
        ReferenceArray slope = ReferenceArray.ofNullable(out.slope()); // [R, F]
        for (int r = 0; r < h.size(0); r++) {
            for (int i = 0; i < h.size(1); i++) {
                double x = h.at(r, i) + bias.at(i);
                y.set(r, i, x * Gelu.cumulative(x));
                if (slope != null) {
                    slope.set(r, i, Gelu.slope(x));
                }
            }
        }
    }

    @Override
    public void biasActivation(Biased<DeviceArray> in, BiasFunction function, Activated<DeviceArray> out) {
        ReferenceArray h = ReferenceArray.of(in.x()); // [R, F]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [F]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, F], maybe the memory of h
        ReferenceArray slope = ReferenceArray.ofNullable(out.slope()); // [R, F]
        for (int r = 0; r < h.size(0); r++) {
            for (int i = 0; i < h.size(1); i++) {
                double x = h.at(r, i) + bias.at(i);
                y.set(r, i, BiasFunctions.value(function, x));
                if (slope != null) {
                    slope.set(r, i, BiasFunctions.slope(function, x));
                }
            }
        }
    }

    @Override
    public void activatedGradient(ActivatedBackward<DeviceArray> in, Biased<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, F]
        ReferenceArray slope = ReferenceArray.of(in.slope()); // [R, F]
        ReferenceArray dh = ReferenceArray.of(gradients.x()); // [R, F]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [F]
        dh.fill((r, i) -> dy.at(r, i) * slope.at(r, i));
        dbias.fill(i -> sum(dy.size(0), r -> dy.at(r, i) * slope.at(r, i)));
    }

    @Override
    public void activation(DeviceArray of, EntryFunction activation, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(of); // [R, W]
        ReferenceArray y = ReferenceArray.of(result); // [R, W]
        switch (activation) {
            case GELU -> y.fill((r, i) -> x.at(r, i) * Gelu.cumulative(x.at(r, i)));
            case TANH -> y.fill((r, i) -> Math.tanh(x.at(r, i)));
            case RELU -> y.fill((r, i) -> Math.max(x.at(r, i), 0));
        }
    }

    @Override
    public void activationGradient(ActivationBackward<DeviceArray> in, EntryFunction activation, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, W]
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, W]
        ReferenceArray dx = ReferenceArray.of(gradient); // [R, W]
        switch (activation) {
            case GELU -> dx.fill((r, i) -> dy.at(r, i) * Gelu.slope(x.at(r, i)));
            case TANH -> dx.fill((r, i) -> dy.at(r, i) * (1 - Math.pow(Math.tanh(x.at(r, i)), 2)));
            case RELU -> dx.fill((r, i) -> x.at(r, i) > 0 ? dy.at(r, i) : 0);
        }
    }

    @Override
    public void dropRows(DeviceArray of, GateCall call, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(of); // [R, W]
        ReferenceArray y = ReferenceArray.of(result); // [R, W]
        y.fill((r, i) -> mask(call, r, x.size(1), i) * x.at(r, i));
    }

    @Override
    public void nearRows(DeviceArray of, int kernel, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(of); // [N, W]
        ReferenceArray y = ReferenceArray.of(result); // [N, W·kernel]
        y.fill((n, i) -> {
            int near = n + i % kernel - kernel / 2;
            return isInText(n, near) ? x.at(near, i / kernel) : 0;
        });
    }

    @Override
    public void nearRowsGradient(DeviceArray outGradient, int kernel, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(outGradient); // [N, W·kernel]
        ReferenceArray dx = ReferenceArray.of(gradient); // [N, W]
        dx.fill((near, i) -> sum(kernel, k -> {
            int n = near - k + kernel / 2;
            return isInText(near, n) ? dy.at(n, i * kernel + k) : 0;
        }));
    }

    /** Whether row {@code other} is one of the tokens of row {@code n}'s text. */
    private boolean isInText(int n, int other) {
        return other >= 0 && other < batch.tokens() && batch.textOfRow(other) == batch.textOfRow(n);
    }

    @Override
    public void gatedGelu(DeviceArray of, GateCall gate, Gated<DeviceArray> out) {
        ReferenceArray h = ReferenceArray.of(of); // [R, 2F]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, F]
        ReferenceArray slopes = ReferenceArray.ofNullable(out.slopes()); // [R, 2F]
        int width = y.size(1);
        y.fill((r, i) -> mask(gate, r, width, i) * h.at(r, i) * Gelu.cumulative(h.at(r, i)) * h.at(r, width + i));
        if (slopes != null) {
            slopes.fill((r, i) -> i < width
                    ? Gelu.slope(h.at(r, i)) * h.at(r, width + i)
                    : h.at(r, i - width) * Gelu.cumulative(h.at(r, i - width)));
        }
    }

    @Override
    public void gatedGeluGradient(GatedBackward<DeviceArray> in, GateCall gate, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, F]
        ReferenceArray slopes = ReferenceArray.of(in.slopes()); // [R, 2F]
        ReferenceArray dh = ReferenceArray.of(gradient); // [R, 2F]
        int width = dy.size(1);
        dh.fill((r, i) -> mask(gate, r, width, i % width) * dy.at(r, i % width) * slopes.at(r, i));
    }

    private double mask(GateCall gate, int r, int width, int i) {
        return Mask.ofRow(gate.dropout(), batch, gate.rows(), r, width, i);
    }

    @Override
    public void meanRows(DeviceArray of, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(of); // [N, W]
        ReferenceArray y = ReferenceArray.of(result); // [B, W]
        y.fill((b, i) -> sum(batch.length(b), t -> x.at(batch.start(b) + t, i)) / batch.length(b));
    }

    @Override
    public void meanRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(outGradient); // [B, W]
        ReferenceArray dx = ReferenceArray.of(gradient); // [N, W]
        dx.fill((n, i) -> dy.at(batch.textOfRow(n), i) / batch.length(batch.textOfRow(n)));
    }

    @Override
    public void firstRows(DeviceArray of, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(of); // [N, W]
        ReferenceArray y = ReferenceArray.of(result); // [B, W]
        y.fill((b, i) -> x.at(batch.start(b), i));
    }

    @Override
    public void firstRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(outGradient); // [B, W]
        ReferenceArray dx = ReferenceArray.of(gradient); // [N, W]
        dx.fill((n, i) -> batch.tokenOf(RowKind.TOKEN, n) == 0 ? dy.at(batch.textOfRow(n), i) : 0);
    }

    @Override
    public void add(Pair<DeviceArray> in, DeviceArray result) {
        ReferenceArray a = ReferenceArray.of(in.a());
        ReferenceArray b = ReferenceArray.of(in.b());
        ReferenceArray y = ReferenceArray.of(result);
        y.fill(i -> a.at(i) + b.at(i));
    }
}
