// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.encoder.Architecture;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.cpu.CpuEngine;

class LogitsOfSetsTest {
    private static final PackedBatch TEXTS =
            PackedBatch.of(List.of(new int[] {2, 7, 9, 3}, new int[] {2, 11, 12, 13, 14, 3}, new int[] {2, 8, 3}));

    /** Layers that sets have in common, and not: from the last one, from the first one, twice the same, none. */
    private static final List<Set<Head>> SETS = List.of(
            Set.of(),
            Set.of(new Head(3, 0)),
            Set.of(new Head(3, 0), new Head(3, 2)),
            Set.of(new Head(2, 1), new Head(3, 0)),
            Set.of(new Head(0, 0), new Head(2, 1), new Head(3, 0)),
            Set.of(new Head(3, 0)));

    @ParameterizedTest
    @MethodSource("org.purespark.model.RandomClassifier#architectures")
    void areThoseOfAPassWithEachToTheLastBit(Architecture architecture) {
        try (TextClassifier model = model(architecture)) {
            List<float[][]> together = model.logits(TEXTS, SETS);
            assertThat(together).hasSameSizeAs(SETS);
            for (int set = 0; set < SETS.size(); set++) {
                assertThat(together.get(set))
                        .as("pruned %s", new TreeSet<>(SETS.get(set)))
                        .isDeepEqualTo(model.forward(TEXTS, SETS.get(set), Outputs.LOGITS)
                                .logits());
            }
            assertThat(together.get(0)[0]).isNotEqualTo(together.get(1)[0]);
        }
    }

    @Test
    void memoryDoesNotGrowFromBatchToBatch() {
        try (TextClassifier model = model(Architecture.bert(0, 1e-12))) {
            model.logits(TEXTS, SETS);
            long held = model.activationBytes();
            for (int batch = 0; batch < 3; batch++) {
                model.logits(TEXTS, SETS);
            }
            assertThat(model.activationBytes()).isEqualTo(held);
        }
    }

    @Test
    void layersThatSetsHaveInCommonAreComputedOnce() {
        try (TextClassifier model = model(Architecture.bert(0, 1e-12))) {
            Map<String, Integer> apart = new TreeMap<>();
            Map<String, Integer> together = new TreeMap<>();
            model.tell((operation, nanoseconds) -> apart.merge(operation, 1, Integer::sum));
            SETS.forEach(set -> model.forward(TEXTS, set, Outputs.LOGITS));
            model.tell((operation, nanoseconds) -> together.merge(operation, 1, Integer::sum));
            model.logits(TEXTS, SETS);
            String attention = "SelfAttention";
            // Five sets, of which the last layer is first tokens' alone, in three layers each.
            assertThat(apart).containsEntry(attention, 6 * 3);
            assertThat(together).containsEntry(attention, 3 + 1 + 3);
        }
    }

    private static TextClassifier model(Architecture architecture) {
        return RandomClassifier.of(
                RandomClassifier.config(architecture)
                        .positions(32)
                        .hidden(24)
                        .heads(3)
                        .layers(4)
                        .intermediate(40)
                        .build(),
                new CpuEngine(1));
    }
}
