// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.config.ScorerChoice;

class HeadScorersTest {
    /** Variance rises from head to head; gradients fall; weights rise within a layer, and are small in layer 1. */
    private static final HeadEvidence EVIDENCE = new HeadEvidence() {
        @Override
        public HeadScores variance() {
            return new HeadScores(2, 2, 4, new double[][] {{0.1, 0.2}, {0.3, 0.4}});
        }

        @Override
        public GateSums gateGradients() {
            return GateSums.none(2, 2).with(new double[][] {{-6, 3}, {0, 0}}).with(new double[][] {{10, -9}, {0, 0}});
        }

        /** Passes with means (8, 6) and (4, 6). */
        @Override
        public GateSamples gateSamples() {
            GateSums none = GateSums.none(2, 2);
            return new GateSamples(
                    List.of(none.with(new double[][] {{-8, 6}, {0, 0}}), none.with(new double[][] {{4, -6}, {0, 0}})));
        }

        @Override
        public HeadWeights weights() {
            return new HeadWeights(new double[][] {{3, 4}, {1, 2}}, new double[][] {{16, 25}, {4, 9}});
        }
    };

    private static double[][] scores(ScorerChoice choice) throws IOException {
        return HeadScorers.of(choice, 11).scores(EVIDENCE);
    }

    @Test
    void theDefaultScoreIsTheVariance() throws IOException {
        assertThat(scores(ScorerChoice.CLS_VARIANCE)).isDeepEqualTo(new double[][] {{0.1, 0.2}, {0.3, 0.4}});
    }

    /** Means 8 and 6 have the L2 norm 10; a layer without gradients has no norm to divide by. */
    @Test
    void gradientsAreMeansOfAbsoluteOnesDividedByTheNormOfTheirLayer() throws IOException {
        double[][] scores = scores(ScorerChoice.GRADIENT);
        assertThat(scores[0]).containsExactly(new double[] {0.8, 0.6}, within(1e-15));
        assertThat(scores[1]).containsExactly(0, 0);
    }

    @Test
    void normsOfWeightsAreMeansPerWeight() throws IOException {
        assertThat(scores(ScorerChoice.L1)).isDeepEqualTo(new double[][] {{3, 4}, {1, 2}});
        assertThat(scores(ScorerChoice.L2)).isDeepEqualTo(new double[][] {{4, 5}, {2, 3}});
    }

    /** Means 6 and 6 have the L2 norm 6 sqrt(2); the first head's importances 8 and 4 have the deviation sqrt(8). */
    @Test
    void uncertaintyTakesTheDeviationOverPassesFromTheMean() throws IOException {
        double[][] scores = scores(ScorerChoice.UNCERTAINTY);
        assertThat(scores[0][0]).isCloseTo((6 - Math.sqrt(8)) / (6 * Math.sqrt(2)), within(1e-15));
        assertThat(scores[0][1]).isCloseTo(1 / Math.sqrt(2), within(1e-15));
        assertThat(scores[1]).containsExactly(0, 0);
    }

    @Test
    void equalPassesHaveTheirOwnMeanAndNoDeviation() {
        GateSums one = GateSums.none(1, 3).with(new double[][] {{0.1, 1.0 / 3, 7e-5}});
        GateSamples.Spread spread = new GateSamples(List.of(one, one, one, one, one)).spread();
        assertThat(spread.means()).isDeepEqualTo(one.means());
        assertThat(spread.deviations()).isDeepEqualTo(new double[1][3]);
        assertThat(new GateSamples(List.of(one)).spread().deviations()).isDeepEqualTo(new double[1][3]);
    }

    @Test
    void passesMergeOneByOne() {
        GateSums a = GateSums.none(1, 1).with(new double[][] {{1}});
        GateSums b = GateSums.none(1, 1).with(new double[][] {{2}});
        assertThat(new GateSamples(List.of(a, b)).merge(new GateSamples(List.of(b, b))))
                .isEqualTo(new GateSamples(List.of(a.merge(b), b.merge(b))));
        assertThatThrownBy(() -> new GateSamples(List.of(a, b)).merge(new GateSamples(List.of(a))))
                .hasMessage("gate gradients of 2 passes do not merge with those of 1");
        assertThatThrownBy(() -> new GateSamples(List.of())).hasMessage("gate gradients of no pass");
    }

    /** Places: variance 0 1 2 3, gradient 3 2 0 1 (ties by head), L2 2 3 0 1. */
    @Test
    void theEnsembleIsTheMeanPlaceByVarianceGradientAndL2() throws IOException {
        assertThat(scores(ScorerChoice.ENSEMBLE)).isDeepEqualTo(new double[][] {{5.0 / 3, 2}, {2.0 / 3, 5.0 / 3}});
    }

    @Test
    void theControlDependsOnTheSeedAlone() throws IOException {
        double[][] scores = scores(ScorerChoice.RANDOM);
        assertThat(scores).isDeepEqualTo(scores(ScorerChoice.RANDOM)).hasDimensions(2, 2);
        assertThat(HeadScorers.of(ScorerChoice.RANDOM, 12).scores(EVIDENCE)[0][0])
                .isNotEqualTo(scores[0][0]);
    }

    @Test
    void theOrderIsTheLowestFirstTiesByLayerAndHead() {
        HeadOrder order = HeadOrder.of(new double[][] {{2, 1}, {1, -3}});
        assertThat(order.lowestFirst()).containsExactly(new Head(1, 1), new Head(0, 1), new Head(1, 0), new Head(0, 0));
        assertThat(order.bestOfLayers()).containsExactlyInAnyOrder(new Head(0, 0), new Head(1, 0));
        assertThat(order.ofLayer(1)).containsExactly(new Head(1, 1), new Head(1, 0));
        assertThatThrownBy(() -> HeadOrder.of(new double[][] {{1, Double.NaN}}))
                .hasMessage("score NaN of head 0.1 is not finite");
        assertThatThrownBy(() -> new HeadOrder(List.of(new Head(0, 0), new Head(0, 0))))
                .hasMessage("a head stands twice in the order [0.0, 0.0]");
    }

    @Test
    void sumsOfPartsAreTheSumOfTheWhole() {
        GateSums one = GateSums.none(1, 2).with(new double[][] {{-1, 2}});
        GateSums two = GateSums.none(1, 2).with(new double[][] {{3, -4}});
        assertThat(one.merge(two))
                .isEqualTo(GateSums.none(1, 2).with(new double[][] {{1, 2}}).with(new double[][] {{3, 4}}))
                .isEqualTo(GateSums.none(1, 2).merge(one).merge(two));
        assertThat(one.merge(two).means()).isDeepEqualTo(new double[][] {{2, 3}});
    }

    @Test
    void sumsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> GateSums.none(1, 2).merge(GateSums.none(2, 2)))
                .hasMessage("gate sums of 1 x 2 heads do not merge with those of 2 x 2");
        assertThatThrownBy(() -> GateSums.none(1, 1).with(new double[][] {{Double.NaN}}))
                .hasMessage("sum NaN of the gradients of head 0.0 must be finite and not negative");
        assertThatThrownBy(() -> GateSums.none(1, 1).means())
                .hasMessage("gradients need texts with labels, and there are none");
    }
}
