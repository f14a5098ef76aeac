// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.model.engine.ClsSums;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.TextBatch;

class ClsSumsTest {
    private static final int LAYERS = 8;
    private static final int HEADS = 12;
    private static final int TEXTS = 50;
    private static final int SEED = 3;

    /** More sums than one transfer takes; texts below, at and above the number of entries that count. */
    @ParameterizedTest
    @EnumSource(HostBoard.Order.class)
    void theDevicesSumsAreTheHostsToTheLastBit(HostBoard.Order order) {
        Random random = new Random(SEED);
        int[] starts = new int[TEXTS + 1];
        for (int b = 0; b < TEXTS; b++) {
            starts[b + 1] = starts[b] + 1 + random.nextInt(9);
        }
        TextBatch batch =
                new TextBatch(starts, new long[TEXTS], TextBatch.Gates.open(LAYERS, HEADS), TextBatch.Targets.NONE);
        try (Engine engine = HostBoard.engineOrSkip(order)) {
            List<DeviceArray> attention = new ArrayList<>();
            for (int l = 0; l < LAYERS; l++) {
                float[] values = new float[starts[TEXTS] * HEADS];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat();
                }
                DeviceArray ofLayer = engine.allocate(starts[TEXTS], HEADS);
                ofLayer.put(0, values, 0, values.length);
                attention.add(ofLayer);
            }
            ClsSums sums = engine.clsSums(batch, attention, 5);
            assertThat(sums.values())
                    .isEqualTo(ClsSums.byHost(batch, attention, 5).values());
            float[] first = attention.get(1).toArray();
            double expected = 0;
            for (int n = starts[2]; n < Math.min(starts[2] + 5, starts[3]); n++) {
                expected += first[n * HEADS + 4];
            }
            assertThat(sums.sum(1, 2, 4)).isEqualTo(expected).isPositive();
            attention.forEach(DeviceArray::close);
        }
    }
}
