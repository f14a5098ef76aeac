// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenHeadsTest {
    /** 1e-6 relative. */
    private static final Percentage CLOSE = Percentage.withPercentage(1e-4);

    @ParameterizedTest
    @MethodSource("org.purespark.family.KnownFamilies#goldenModels")
    void varianceOfEachTextAndHeadIsThatOfTheReference(String family) {
        GoldenHeads golden = GoldenHeads.of(family);
        JsonNode expected = golden.expected().get("head_variance_per_sample");

        for (int layer = 0; layer < golden.layers(); layer++) {
            for (int text = 0; text < golden.texts(); text++) {
                for (int head = 0; head < golden.heads(); head++) {
                    assertThat(golden.variance(layer, text, head))
                            .as("layer %d, text %d, head %d", layer, text, head)
                            .isCloseTo(expected.get(layer).get(text).get(head).asDouble(), CLOSE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.purespark.family.KnownFamilies#goldenModels")
    void scoresAreThoseOfTheReferenceForOneTwoAndSevenPartitions(String family) {
        GoldenHeads golden = GoldenHeads.of(family);
        JsonNode expected = golden.expected().get("head_variance");

        for (int partitions : new int[] {1, 2, 7}) {
            VarianceSums sums = VarianceSums.none(golden.layers(), golden.heads());
            for (int p = 0; p < partitions; p++) {
                sums = sums.merge(golden.sums(golden.texts() * p / partitions, golden.texts() * (p + 1) / partitions));
            }
            HeadScores scores = sums.scores();
            assertThat(scores.texts()).isEqualTo(golden.texts());
            for (int layer = 0; layer < golden.layers(); layer++) {
                for (int head = 0; head < golden.heads(); head++) {
                    assertThat(scores.variance()[layer][head])
                            .as("head %d.%d in %d partitions", layer, head, partitions)
                            .isCloseTo(expected.get(layer).get(head).asDouble(), CLOSE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.purespark.family.KnownFamilies#goldenModels")
    void coefficientsAreThoseOfTheReference(String family) {
        GoldenHeads golden = GoldenHeads.of(family);

        LayerCoefficients coefficients =
                LayerCoefficients.of(golden.sums(0, golden.texts()).scores(), Set.of());

        assertThat(coefficients.layerVariance()).containsExactly(golden.numbers("layer_variance"), within(1e-9));
        assertThat(coefficients.coefficients()).containsExactly(golden.numbers("layer_coefficients"), within(1e-5));
        assertThat(LayerCoefficients.of(golden.numbers("layer_variance")).coefficients())
                .containsExactly(golden.numbers("layer_coefficients"), within(1e-12));
    }
}
