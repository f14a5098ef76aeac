// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/** {@link ProductKernels}, entry by entry. */
final class ReferenceProducts implements ProductKernels {
    @Override
    public void linear(LinearInputs<DeviceArray> in, Weight form, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, in]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [out, in] or [in, out]
        ReferenceArray y = ReferenceArray.of(result); // [R, out]
        switch (form) {
            case OUT_IN -> y.fill((r, o) -> sum(x.size(1), i -> x.at(r, i) * w.at(o, i)));
            case IN_OUT -> y.fill((r, o) -> sum(x.size(1), i -> x.at(r, i) * w.at(i, o)));
        }
    }

    @Override
    public void linearGradient(LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, out]
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, in]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [out, in]
        ReferenceArray dx = ReferenceArray.of(gradients.x()); // [R, in]
        ReferenceArray dw = ReferenceArray.of(gradients.weight()); // [out, in]
        dx.fill((r, i) -> sum(w.size(0), o -> dy.at(r, o) * w.at(o, i)));
        dw.fill((o, i) -> sum(x.size(0), r -> dy.at(r, o) * x.at(r, i)));
    }

    @Override
    public void addBias(Biased<DeviceArray> in, DeviceArray result) {
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, W]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [W]
        ReferenceArray y = ReferenceArray.of(result); // [R, W]
        y.fill((r, i) -> x.at(r, i) + bias.at(i));
    }

    @Override
    public void addBiasGradient(DeviceArray outGradient, Biased<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(outGradient); // [R, W]
        ReferenceArray dx = ReferenceArray.of(gradients.x()); // [R, W]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [W]
        dx.fill((r, i) -> dy.at(r, i));
        dbias.fill(i -> sum(dy.size(0), r -> dy.at(r, i)));
    }
}
