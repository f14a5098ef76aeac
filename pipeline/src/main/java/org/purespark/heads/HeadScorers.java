// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.IOException;
import java.util.List;
import org.purespark.config.ScorerChoice;
import org.purespark.random.SeededRandom;

/** The scorers of heads. docs/head-scores.md has formulas, sources and costs. */
public final class HeadScorers {
    private HeadScorers() {}

    /** @param seed of {@link ScorerChoice#RANDOM} */
    public static HeadScorer of(ScorerChoice choice, long seed) {
        return switch (choice) {
            case CLS_VARIANCE -> new AttentionVariance();
            case GRADIENT -> new GateGradient();
            case L1 -> new MeanAbsoluteWeight();
            case L2 -> new MeanSquareWeight();
            case ENSEMBLE -> new MeanRank(List.of(new AttentionVariance(), new GateGradient(), new MeanSquareWeight()));
            case UNCERTAINTY -> new UncertainGradient();
            case RANDOM -> new Chance(seed);
        };
    }

    /** PURE's score: the mean variance of a head's CLS attention. */
    private record AttentionVariance() implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) {
            return evidence.variance().variance();
        }
    }

    /**
     * I = mean over texts of |dL/dg| for the gate g of a head, divided by the L2 norm of its layer's I (Michel, Levy,
     * Neubig: Are Sixteen Heads Really Better than One?, NeurIPS 2019, section 4.1). A layer of zeros stays zeros.
     */
    private record GateGradient() implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) {
            double[][] scores = evidence.gateGradients().means();
            for (double[] layer : scores) {
                double norm = norm(layer);
                for (int head = 0; head < layer.length && norm > 0; head++) {
                    layer[head] /= norm;
                }
            }
            return scores;
        }
    }

    private static double norm(double[] layer) {
        double squares = 0;
        for (double score : layer) {
            squares += score * score;
        }
        return Math.sqrt(squares);
    }

    /**
     * (m - s) / norm, with m and s the mean and the standard deviation of a head's I over passes with dropout (Monte
     * Carlo dropout: Gal and Ghahramani, Dropout as a Bayesian Approximation, ICML 2016), and the L2 norm of the
     * layer's m. So heads go first that matter little, and whose importance is uncertain. Without dropout it is
     * {@link GateGradient}. The idea is Bayesian uncertainty pruning of Chapagain, Hamdi and Filali Boubrahimi: Pruning
     * Strategies for Backdoor Defense in LLMs, arXiv 2508.20032; that one deviation is taken off is this project's
     * choice.
     */
    private record UncertainGradient() implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) {
            GateSamples.Spread spread = evidence.gateSamples().spread();
            double[][] scores = new double[spread.means().length][];
            for (int layer = 0; layer < scores.length; layer++) {
                double[] means = spread.means()[layer];
                scores[layer] = new double[means.length];
                double norm = norm(means);
                for (int head = 0; head < means.length && norm > 0; head++) {
                    scores[layer][head] = (means[head] - spread.deviations()[layer][head]) / norm;
                }
            }
            return scores;
        }
    }

    /** The L1 norm of a head's weights, divided by their number. */
    private record MeanAbsoluteWeight() implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) throws IOException {
            return evidence.weights().absolute();
        }
    }

    /** The L2 norm of a head's weights, divided by the root of their number. */
    private record MeanSquareWeight() implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) throws IOException {
            double[][] scores = evidence.weights().square();
            for (double[] layer : scores) {
                for (int head = 0; head < layer.length; head++) {
                    layer[head] = Math.sqrt(layer[head]);
                }
            }
            return scores;
        }
    }

    /**
     * The mean of the head's places in the orders of some scorers, from 0.
     *
     * @param scorers at least one
     */
    private record MeanRank(List<HeadScorer> scorers) implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) throws IOException {
            HeadScores size = evidence.variance();
            double[][] means = new double[size.layers()][size.heads()];
            for (HeadScorer scorer : scorers) {
                List<Head> order = HeadOrder.of(scorer.scores(evidence)).lowestFirst();
                for (int place = 0; place < order.size(); place++) {
                    Head head = order.get(place);
                    means[head.layer()][head.head()] += place;
                }
            }
            for (double[] layer : means) {
                for (int head = 0; head < layer.length; head++) {
                    layer[head] /= scorers.size();
                }
            }
            return means;
        }
    }

    /** A number for each head that has nothing to do with it: what choosing by a score is worth shows beside it. */
    private record Chance(long seed) implements HeadScorer {
        @Override
        public double[][] scores(HeadEvidence evidence) {
            HeadScores size = evidence.variance();
            SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.HEAD_SCORES);
            double[][] scores = new double[size.layers()][size.heads()];
            for (double[] layer : scores) {
                for (int head = 0; head < layer.length; head++) {
                    layer[head] = random.nextDouble();
                }
            }
            return scores;
        }
    }
}
