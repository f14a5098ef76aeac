// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ParameterListTest {
    private static final ClassifierKind POOLER = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS);

    private static EncoderConfig.Builder tiny() {
        return EncoderConfig.builder(Architecture.bert(0, 1e-12))
                .vocabulary(7)
                .positions(9)
                .tokenTypes(2)
                .hidden(6)
                .heads(3)
                .layers(1)
                .intermediate(5);
    }

    private static List<String> texts(ParameterList list) {
        return list.specs().stream().map(ParameterSpec::toString).toList();
    }

    @Test
    void theOrderIsThatOfTheFlatArray() {
        assertThat(texts(ParameterList.of(tiny().build(), POOLER, 4)))
                .containsExactly(
                        "embeddings.word_embeddings.weight[7, 6]",
                        "embeddings.position_embeddings.weight[9, 6]",
                        "embeddings.token_type_embeddings.weight[2, 6]",
                        "embeddings.LayerNorm.weight[6]",
                        "embeddings.LayerNorm.bias[6]",
                        "encoder.layer.0.attention.self.query.weight[6, 6]",
                        "encoder.layer.0.attention.self.key.weight[6, 6]",
                        "encoder.layer.0.attention.self.value.weight[6, 6]",
                        "encoder.layer.0.attention.self.query.bias[6]",
                        "encoder.layer.0.attention.self.key.bias[6]",
                        "encoder.layer.0.attention.self.value.bias[6]",
                        "encoder.layer.0.attention.output.dense.weight[6, 6]",
                        "encoder.layer.0.attention.output.dense.bias[6]",
                        "encoder.layer.0.attention.output.LayerNorm.weight[6]",
                        "encoder.layer.0.attention.output.LayerNorm.bias[6]",
                        "encoder.layer.0.intermediate.dense.weight[5, 6]",
                        "encoder.layer.0.intermediate.dense.bias[5]",
                        "encoder.layer.0.output.dense.weight[6, 5]",
                        "encoder.layer.0.output.dense.bias[6]",
                        "encoder.layer.0.output.LayerNorm.weight[6]",
                        "encoder.layer.0.output.LayerNorm.bias[6]",
                        "classifier.dense.weight[6, 6]",
                        "classifier.dense.bias[6]",
                        "classifier.weight[4, 6]",
                        "classifier.bias[4]");
    }

    @Test
    void embeddingsOfAnotherWidthAreProjected() {
        assertThat(texts(ParameterList.ofEncoder(tiny().embedding(4).build())))
                .contains(
                        "embeddings.word_embeddings.weight[7, 4]",
                        "embeddings.position_embeddings.weight[9, 4]",
                        "embeddings.token_type_embeddings.weight[2, 4]",
                        "embeddings.LayerNorm.bias[4]",
                        "embeddings_project.weight[6, 4]",
                        "embeddings_project.bias[6]");
    }

    @Test
    void anEncoderWithoutTokenTypesHasNoTableOfThem() {
        assertThat(texts(ParameterList.ofEncoder(tiny().tokenTypes(0).build())))
                .hasSize(20)
                .noneMatch(name -> name.contains("token_type"));
    }

    @Test
    void aModelWithoutClassesLacksItsLastProjectionAlone() {
        ParameterList list = ParameterList.of(tiny().build(), POOLER, 0);
        assertThat(list.of(EncoderPart.CLASSIFIER)).isEmpty();
        assertThat(list.of(EncoderPart.CLASSIFIER_DENSE)).hasSize(2);
    }

    @Test
    void eachLayerHasPartsOfItsOwn() {
        ParameterList list = ParameterList.ofEncoder(tiny().layers(3).build());
        assertThat(list.of(EncoderPart.KEY).stream().map(ParameterSpec::layer)).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(list.byName()).hasSize(5 + 3 * 16).containsKey(EncoderPart.OUTPUT_NORM.bias(2));
    }

    @Test
    void newTensorsStartAsInTransformers() {
        SortedMap<String, ParameterSpec> byName =
                ParameterList.of(tiny().build(), POOLER, 4).byName();
        assertThat(initial(byName, "embeddings.word_embeddings.weight")).isEqualTo(ParameterSpec.Initial.NORMAL);
        assertThat(initial(byName, "embeddings.LayerNorm.weight")).isEqualTo(ParameterSpec.Initial.ONE);
        assertThat(initial(byName, "embeddings.LayerNorm.bias")).isEqualTo(ParameterSpec.Initial.ZERO);
        assertThat(initial(byName, "classifier.weight")).isEqualTo(ParameterSpec.Initial.NORMAL);
        assertThat(initial(byName, "classifier.bias")).isEqualTo(ParameterSpec.Initial.ZERO);
    }

    private static ParameterSpec.Initial initial(SortedMap<String, ParameterSpec> byName, String name) {
        return byName.get(name).role().initial();
    }

    @Test
    void headsLieInRowsOfQueryKeyAndValueAndInColumnsOfTheOutput() {
        SortedMap<String, ParameterSpec> byName =
                ParameterList.ofEncoder(tiny().build()).byName();
        byName.forEach((name, parameter) -> {
            ParameterSpec.HeadAxis expected = name.contains("attention.self")
                    ? ParameterSpec.HeadAxis.ROWS
                    : name.endsWith("attention.output.dense.weight")
                            ? ParameterSpec.HeadAxis.COLUMNS
                            : ParameterSpec.HeadAxis.NONE;
            assertThat(parameter.headAxis()).as(name).isEqualTo(expected);
        });
    }

    @Test
    void aPartIsNamedWithItsLayerOrWithoutOne() {
        assertThat(EncoderPart.QUERY.weight(3)).isEqualTo("encoder.layer.3.attention.self.query.weight");
        assertThat(EncoderPart.EMBEDDING_NORM.bias()).isEqualTo("embeddings.LayerNorm.bias");
        assertThatThrownBy(EncoderPart.QUERY::weight)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("QUERY stands in each layer: name the layer");
        assertThatThrownBy(() -> EncoderPart.CLASSIFIER.bias(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("CLASSIFIER stands once, not in layer 1");
    }
}
