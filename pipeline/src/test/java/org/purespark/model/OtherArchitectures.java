// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceNorm;
import org.purespark.encoder.Attention.DistanceScale;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Attention.DistanceWeights;
import org.purespark.encoder.Biases;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.Distances;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Normalization;
import org.purespark.encoder.Positions;

/** Architectures that differ from BERT's in what is computed. */
final class OtherArchitectures {
    static final Architecture BUCKETS = Architecture.bert(0, 1e-12).with(new Attention.DistanceBuckets(32));
    static final Architecture ROTARY = new Architecture(
            new Positions.None(),
            EmbeddingProjection.AFTER_NORM,
            new Attention.Rotary(100, 50, 4, 2),
            new FeedForward.Gated(Activation.GELU),
            new Normalization.BeforePart(1e-5),
            LayerSharing.NONE,
            new Convolution.None(),
            Biases.NONE);
    static final Architecture DISENTANGLED = new Architecture(
            new Positions.None(),
            EmbeddingProjection.BEFORE_NORM,
            new Attention.Disentangled(
                    new Distances(8, 32), DistanceTerms.BOTH, DistanceWeights.OF_TOKENS, DistanceNorm.LAYER_NORM),
            new FeedForward.TwoLayers(Activation.GELU),
            new Normalization.AfterResidual(1e-7),
            LayerSharing.NONE,
            new Convolution.None(),
            Biases.ALL);

    static final Architecture RELATIVE_KEYS = new Architecture(
            new Positions.None(),
            EmbeddingProjection.AFTER_NORM,
            new Attention.RelativeKeys(DistanceTerms.BOTH, DistanceScale.AS_CONTENTS),
            new FeedForward.TwoLayers(Activation.GELU),
            new Normalization.AfterResidual(1e-12),
            LayerSharing.NONE,
            new Convolution.None(),
            Biases.ALL);

    private OtherArchitectures() {}

    static Stream<Named<Architecture>> all() {
        Architecture bert = Architecture.bert(0, 1e-12);
        return Stream.of(
                Named.of("buckets of distances", BUCKETS),
                Named.of("rotary", ROTARY),
                Named.of("disentangled", DISENTANGLED),
                Named.of("relative keys", RELATIVE_KEYS),
                Named.of("convolution", DISENTANGLED.with(new Convolution.BesideFirstLayer(5, Activation.TANH))),
                Named.of("gelu by tanh", bert.with(new FeedForward.TwoLayers(Activation.GELU_BY_TANH))),
                Named.of(
                        "common layers, projected embeddings",
                        bert.with(LayerSharing.ALL).with(EmbeddingProjection.ALWAYS_AFTER_NORM)));
    }
}
