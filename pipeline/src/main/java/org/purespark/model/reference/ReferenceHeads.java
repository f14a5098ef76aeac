// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.HeadKernels;

/** {@link HeadKernels}, entry by entry. Entry i of D belongs to head i / E; entry e of head h is h·E + e. */
final class ReferenceHeads implements HeadKernels {
    @Override
    public void headSpread(HeadSpreadInputs<DeviceArray> in, DeviceArray result) {
        ReferenceArray q = ReferenceArray.of(in.q()); // [B, D]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [D, D]
        ReferenceArray y = ReferenceArray.of(result); // [A, B, D]
        int size = w.size(0) / y.size(0); // E
        y.fill((h, b, d) -> sum(size, e -> q.at(b, h * size + e) * w.at(h * size + e, d)));
    }

    @Override
    public void headSpreadGradient(HeadSpreadBackward<DeviceArray> in, HeadSpreadInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [A, B, D]
        ReferenceArray q = ReferenceArray.of(in.q()); // [B, D]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [D, D]
        ReferenceArray dq = ReferenceArray.of(gradients.q()); // [B, D]
        ReferenceArray dw = ReferenceArray.of(gradients.weight()); // [D, D]
        int size = w.size(0) / dy.size(0); // E
        dq.fill((b, i) -> sum(w.size(1), d -> dy.at(i / size, b, d) * w.at(i, d)));
        dw.fill((i, d) -> sum(q.size(0), b -> dy.at(i / size, b, d) * q.at(b, i)));
    }

    @Override
    public void headGather(HeadGatherInputs<DeviceArray> in, DeviceArray result) {
        ReferenceArray z = ReferenceArray.of(in.z()); // [A, B, D]
        ReferenceArray s = ReferenceArray.of(in.sums()); // [A, B]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [D, D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [D]
        ReferenceArray context = ReferenceArray.of(result); // [B, D]
        int size = w.size(0) / z.size(0); // E
        context.fill((b, i) -> sum(w.size(1), d -> w.at(i, d) * z.at(i / size, b, d)) + bias.at(i) * s.at(i / size, b));
    }

    @Override
    public void headGatherGradient(HeadGatherBackward<DeviceArray> in, HeadGatherInputs<DeviceArray> gradients) {
        ReferenceArray dcontext = ReferenceArray.of(in.outGradient()); // [B, D]
        ReferenceArray z = ReferenceArray.of(in.z()); // [A, B, D]
        ReferenceArray s = ReferenceArray.of(in.sums()); // [A, B]
        ReferenceArray w = ReferenceArray.of(in.weight()); // [D, D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [D]
        ReferenceArray dz = ReferenceArray.of(gradients.z()); // [A, B, D]
        ReferenceArray ds = ReferenceArray.of(gradients.sums()); // [A, B]
        ReferenceArray dw = ReferenceArray.of(gradients.weight()); // [D, D]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [D]
        int texts = z.size(1); // B
        int size = w.size(0) / z.size(0); // E
        dz.fill((h, b, d) -> sum(size, e -> dcontext.at(b, h * size + e) * w.at(h * size + e, d)));
        ds.fill((h, b) -> sum(size, e -> dcontext.at(b, h * size + e) * bias.at(h * size + e)));
        dw.fill((i, d) -> sum(texts, b -> dcontext.at(b, i) * z.at(i / size, b, d)));
        dbias.fill(i -> sum(texts, b -> dcontext.at(b, i) * s.at(i / size, b)));
    }
}
