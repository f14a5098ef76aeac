// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LayerCoefficientsTest {
    @Test
    void scalesInverseVariancesToZeroAndOne() {
        // 1/v = 1, 2, 4: (2 - 1) / (4 - 1) in the middle
        assertThat(LayerCoefficients.of(new double[] {1, 0.5, 0.25}).coefficients())
                .containsExactly(new double[] {0, 1.0 / 3, 1}, within(1e-15));
    }

    @Test
    void equalLayersAllWeighOne() {
        assertThat(LayerCoefficients.of(new double[] {0.1, 0.1, 0.1}).coefficients())
                .containsExactly(1, 1, 1);
        assertThat(LayerCoefficients.of(new double[] {0.1}).coefficients()).containsExactly(1);
    }

    @Test
    void layerThatDoesNotVaryIsRaisedToTheLeastVariance() {
        LayerCoefficients coefficients = LayerCoefficients.of(new double[] {0, 1e-3, 2e-3});

        assertThat(coefficients.layerVariance()).containsExactly(1e-12, 1e-3, 2e-3);
        assertThat(coefficients.coefficients()[0]).isEqualTo(1);
        assertThat(coefficients.coefficients()[1]).isBetween(0.0, 1e-8);
    }

    @Test
    void prunedHeadsDoNotCount() {
        HeadScores scores = new HeadScores(2, 2, 1, new double[][] {{1, 3}, {2, 2}});

        assertThat(LayerCoefficients.of(scores, Set.of()).coefficients()).containsExactly(1, 1);
        assertThat(LayerCoefficients.of(scores, Set.of(new Head(0, 1))).layerVariance())
                .containsExactly(1, 2);
    }

    @Test
    void refusesUnequalLengths() {
        assertThatThrownBy(() -> new LayerCoefficients(new double[2], new double[3]))
                .hasMessage("2 layer variances, but 3 coefficients: one of each for a layer");
    }

    @Property
    void agreesWithTheSoftmaxOfMinusLogVariance(
            @ForAll @Size(min = 2, max = 12) List<@DoubleRange(min = 1e-6, max = 1) @Scale(6) Double> drawn) {
        double[] variance = drawn.stream().mapToDouble(v -> v).toArray();
        double[] softmax =
                Arrays.stream(variance).map(v -> Math.exp(-Math.log(v))).toArray();
        double sum = Arrays.stream(softmax).sum();
        double least = Arrays.stream(softmax).min().orElseThrow() / sum;
        double most = Arrays.stream(softmax).max().orElseThrow() / sum;

        double[] coefficients = LayerCoefficients.of(variance).coefficients();

        assertThat(Arrays.stream(coefficients).boxed())
                .allSatisfy(c -> assertThat(c).isBetween(0.0, 1.0));
        if (most - least > 1e-6) {
            for (int l = 0; l < variance.length; l++) {
                assertThat(coefficients[l]).isCloseTo((softmax[l] / sum - least) / (most - least), within(1e-8));
            }
        }
    }
}
