// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EncoderConfigTest {
    private static EncoderConfig.Builder roberta() {
        return EncoderConfig.builder(Architecture.bert(2, 1e-5))
                .vocabulary(50)
                .positions(130)
                .hidden(12)
                .heads(3)
                .layers(2)
                .intermediate(24);
    }

    @Test
    void whatIsNamedIsWhatIsAsked() {
        EncoderConfig config = roberta()
                .tokenTypes(1)
                .embedding(8)
                .hiddenDropout(0.2)
                .attentionDropout(0.3)
                .classifierDropout(0.4)
                .initializerRange(0.05)
                .padTokenId(1)
                .build();
        assertThat(config.vocabulary()).isEqualTo(50);
        assertThat(config.positions()).isEqualTo(130);
        assertThat(config.positionOffset()).isEqualTo(2);
        assertThat(config.maxTokens()).isEqualTo(128);
        assertThat(config.tokenTypes()).isEqualTo(1);
        assertThat(config.embedding()).isEqualTo(8);
        assertThat(config.projectsEmbeddings()).isTrue();
        assertThat(config.hidden()).isEqualTo(12);
        assertThat(config.heads()).isEqualTo(3);
        assertThat(config.headSize()).isEqualTo(4);
        assertThat(config.layers()).isEqualTo(2);
        assertThat(config.intermediate()).isEqualTo(24);
        assertThat(config.layerNormEpsilon()).isEqualTo(1e-5);
        assertThat(config.hiddenDropout()).isEqualTo(0.2);
        assertThat(config.attentionDropout()).isEqualTo(0.3);
        assertThat(config.classifierDropout()).isEqualTo(0.4);
        assertThat(config.initializerRange()).isEqualTo(0.05);
        assertThat(config.padTokenId()).isEqualTo(1);
    }

    @Test
    void whatIsNotNamedIsAsInBert() {
        EncoderConfig config = roberta().build();
        assertThat(config.embedding()).isEqualTo(12);
        assertThat(config.projectsEmbeddings()).isFalse();
        assertThat(config.tokenTypes()).isZero();
        assertThat(config.hiddenDropout()).isEqualTo(0.1);
        assertThat(config.attentionDropout()).isEqualTo(0.1);
        assertThat(config.classifierDropout()).isEqualTo(0.1);
        assertThat(config.initializerRange()).isEqualTo(0.02);
        assertThat(config.padTokenId()).isZero();
    }

    @Test
    void theSameNumbersMakeTheSameEncoder() {
        assertThat(roberta().build())
                .isEqualTo(roberta().build())
                .isNotEqualTo(roberta().heads(4).build());
    }

    @Test
    void dotProductsForTheFirstTokenNeedNoOtherOfTheLastLayer() {
        assertThat(roberta().build().readsFirstTokenOnly(ClassifierKind.LINEAR)).isTrue();
    }

    @Test
    void scoresByDistanceNeedKeysOfAllTokens() {
        EncoderConfig config = EncoderConfig.builder(Architecture.bert(2, 1e-5).with(new Attention.DistanceBuckets(32)))
                .vocabulary(50)
                .positions(130)
                .hidden(12)
                .heads(3)
                .layers(2)
                .intermediate(24)
                .build();
        assertThat(config.readsFirstTokenOnly(ClassifierKind.LINEAR)).isFalse();
        ParameterSpec table = ParameterList.ofEncoder(config).byName().get(EncoderPart.DISTANCE_SCORES.weight());
        assertThat(table.shape()).containsExactly(32, 3);
        assertThat(table.headAxis()).isEqualTo(ParameterSpec.HeadAxis.NONE);
        assertThatThrownBy(() -> new Attention.DistanceBuckets(31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("31 rows for 32 buckets of distances");
    }

    @Test
    void eachLayerHasParametersOfItsOwn() {
        assertThat(roberta().build().parameterLayer(1)).isEqualTo(1);
    }

    @Test
    void layersMayHaveTheParametersOfTheFirst() {
        EncoderConfig shared = EncoderConfig.builder(Architecture.bert(0, 1e-12).with(LayerSharing.ALL))
                .vocabulary(50)
                .positions(130)
                .hidden(12)
                .heads(3)
                .layers(2)
                .intermediate(24)
                .build();
        assertThat(shared.parameterLayer(1)).isZero();
        assertThat(ParameterList.ofEncoder(shared).of(EncoderPart.KEY)).hasSize(2);
        assertThat(shared.withLayersApart().parameterLayer(1)).isEqualTo(1);
    }

    @Test
    void sizesThatMakeNoEncoderAreRefusedByName() {
        assertRefused(
                encoder -> EncoderConfig.builder(Architecture.bert(0, 1e-12)),
                "encoder size vocabulary is 0, expected at least 1");
        assertRefused(encoder -> encoder.layers(0), "encoder size layers is 0, expected at least 1");
        assertRefused(encoder -> encoder.embedding(-1), "encoder size embedding is -1, expected at least 1");
        assertRefused(encoder -> encoder.tokenTypes(-1), "encoder size tokenTypes is -1, expected 0 or more");
        assertRefused(encoder -> encoder.heads(5), "hidden size 12 is no multiple of 5 heads");
    }

    @Test
    void ratesOutOfTheirRangeAreRefusedByName() {
        assertRefused(encoder -> encoder.hiddenDropout(1), "hidden dropout is 1.0, expected 0 to below 1");
        assertRefused(encoder -> encoder.attentionDropout(-0.1), "attention dropout is -0.1, expected 0 to below 1");
        assertRefused(
                encoder -> encoder.classifierDropout(Double.NaN), "classifier dropout is NaN, expected 0 to below 1");
        assertRefused(encoder -> encoder.initializerRange(0), "initializer range 0.0 is not above 0");
    }

    @Test
    void constantsOfAnArchitectureHaveTheirRange() {
        assertThatThrownBy(() -> Architecture.bert(0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LayerNorm's epsilon 0.0 is not above 0");
        assertThatThrownBy(() -> Architecture.bert(-1, 1e-12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("position offset -1 is below 0");
    }

    private static void assertRefused(UnaryOperator<EncoderConfig.Builder> change, String message) {
        assertThatThrownBy(() -> change.apply(roberta()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
