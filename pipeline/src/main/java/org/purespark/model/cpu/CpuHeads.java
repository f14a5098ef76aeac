// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.HeadKernels;

/** Products of single heads; each head is one piece of work. */
final class CpuHeads implements HeadKernels {
    private final Workers workers;

    CpuHeads(Workers workers) {
        this.workers = workers;
    }

    /** @param wide [A, B, D] */
    private static HeadProducts products(DeviceArray wide) {
        return new HeadProducts(wide.size(0), wide.size(1), wide.size(2));
    }

    @Override
    public void headSpread(HeadSpreadInputs<DeviceArray> in, DeviceArray y) {
        products(y).spread(HostArray.of(in.q()), HostArray.of(in.weight()), HostArray.of(y), workers);
    }

    @Override
    public void headSpreadGradient(HeadSpreadBackward<DeviceArray> in, HeadSpreadInputs<DeviceArray> gradients) {
        HostArray outGradient = HostArray.of(in.outGradient());
        HeadProducts products = products(outGradient);
        products.gather(outGradient, HostArray.of(in.weight()), HostArray.of(gradients.q()), workers);
        products.weightGradient(HostArray.of(in.q()), outGradient, HostArray.of(gradients.weight()), workers);
    }

    @Override
    public void headGather(HeadGatherInputs<DeviceArray> in, DeviceArray result) {
        int heads = in.z().size(0);
        int texts = in.z().size(1);
        float[] sums = in.sums().toArray();
        float[] bias = in.bias().toArray();
        HostArray context = HostArray.of(result);
        products(in.z()).gather(HostArray.of(in.z()), HostArray.of(in.weight()), context, workers);
        int headSize = bias.length / heads;
        float[] row = new float[bias.length];
        for (int b = 0; b < texts; b++) {
            context.get((long) b * bias.length, row, 0, bias.length);
            for (int i = 0; i < bias.length; i++) {
                row[i] += sums[i / headSize * texts + b] * bias[i];
            }
            context.put((long) b * bias.length, row, 0, bias.length);
        }
    }

    @Override
    public void headGatherGradient(HeadGatherBackward<DeviceArray> in, HeadGatherInputs<DeviceArray> gradients) {
        HostArray rows = HostArray.of(in.outGradient());
        int heads = in.z().size(0);
        int texts = in.z().size(1);
        float[] sums = in.sums().toArray();
        float[] bias = in.bias().toArray();
        HeadProducts products = products(in.z());
        products.spread(rows, HostArray.of(in.weight()), HostArray.of(gradients.z()), workers);
        products.weightGradient(rows, HostArray.of(in.z()), HostArray.of(gradients.weight()), workers);
        int headSize = bias.length / heads;
        float[] ofSums = new float[sums.length];
        float[] ofBias = new float[bias.length];
        float[] row = new float[bias.length];
        for (int b = 0; b < texts; b++) {
            rows.get((long) b * row.length, row, 0, row.length);
            for (int i = 0; i < row.length; i++) {
                int sum = i / headSize * texts + b;
                ofSums[sum] += row[i] * bias[i];
                ofBias[i] += row[i] * sums[sum];
            }
        }
        gradients.sums().put(0, ofSums, 0, ofSums.length);
        gradients.bias().put(0, ofBias, 0, ofBias.length);
    }
}
