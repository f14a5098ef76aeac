// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceNorm;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Attention.DistanceWeights;
import org.purespark.encoder.Biases;
import org.purespark.encoder.Distances;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Normalization;
import org.purespark.encoder.Positions;

/** Architectures that differ from BERT's in what is computed. */
final class OtherArchitectures {
    private OtherArchitectures() {}

    static Stream<Named<Architecture>> all() {
        return Stream.of(
                Named.of(
                        "rotary",
                        new Architecture(
                                new Positions.None(),
                                EmbeddingProjection.WHERE_WIDTHS_DIFFER,
                                new Attention.Rotary(100, 50, 4, 2),
                                new FeedForward.Gated(Activation.GELU),
                                new Normalization.BeforePart(1e-5),
                                LayerSharing.NONE,
                                Biases.NONE)),
                Named.of(
                        "disentangled",
                        new Architecture(
                                new Positions.None(),
                                EmbeddingProjection.BEFORE_NORM,
                                new Attention.Disentangled(
                                        new Distances(8, 32),
                                        DistanceTerms.BOTH,
                                        DistanceWeights.OF_TOKENS,
                                        DistanceNorm.LAYER_NORM),
                                new FeedForward.TwoLayers(Activation.GELU),
                                new Normalization.AfterResidual(1e-7),
                                LayerSharing.NONE,
                                Biases.ALL)));
    }
}
