// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;

class TensorNamesTest {
    private static final EncoderConfig ENCODER = EncoderConfig.builder(Architecture.bert(0, 1e-12))
            .vocabulary(7)
            .positions(9)
            .hidden(6)
            .heads(3)
            .layers(2)
            .intermediate(5)
            .build();

    private static TensorNames names(Family family, ClassifierKind kind) {
        return new TensorNames(family, ParameterList.of(ENCODER, kind, 2), kind);
    }

    private static TensorNames sequence(Family family) {
        return names(family, family.sequenceHead().kind());
    }

    private static TensorNames linear(Family family) {
        return names(family, ClassifierKind.LINEAR);
    }

    @ParameterizedTest
    @CsvSource({
        "bert, bert.pooler.dense.weight, classifier.weight",
        "roberta, classifier.dense.weight, classifier.out_proj.weight",
        "xlm-roberta, classifier.dense.weight, classifier.out_proj.weight",
        "camembert, classifier.dense.weight, classifier.out_proj.weight",
        "distilbert, pre_classifier.weight, classifier.weight",
        "mpnet, classifier.dense.weight, classifier.out_proj.weight",
        "albert, albert.pooler.weight, classifier.weight",
        "electra, classifier.dense.weight, classifier.out_proj.weight"
    })
    void sequenceClassifiersBearTheFamilysNames(String modelType, String dense, String projection) {
        Family family = Families.ofModelType(modelType).orElseThrow();
        assertThat(sequence(family).holding("classifier.dense.weight").name()).isEqualTo(dense);
        assertThat(sequence(family).holding("classifier.weight").name()).isEqualTo(projection);
        assertThat(linear(family).holding("classifier.weight").name()).isEqualTo("classifier.weight");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bert.", "module.", "module.bert."})
    void aTensorIsFoundWithAndWithoutPrefix(String prefix) {
        assertThat(held(linear(new Bert()), prefix + "encoder.layer.1.output.dense.bias"))
                .containsExactly("encoder.layer.1.output.dense.bias");
        assertThat(held(linear(new Bert()), prefix + "embeddings.LayerNorm.gamma"))
                .containsExactly("embeddings.LayerNorm.weight");
    }

    @Test
    void anEncodersTensorsLoseTheirPrefixWithoutAClassifier() {
        DiskTensor tensor = linear(new DistilBert()).holding("encoder.layer.1.attention.output.LayerNorm.bias");
        assertThat(tensor.name()).isEqualTo("distilbert.transformer.layer.1.sa_layer_norm.bias");
        assertThat(tensor.bareName()).isEqualTo("transformer.layer.1.sa_layer_norm.bias");
    }

    @Test
    void whatTheModelLacksIsNotFound() {
        TensorNames names = linear(new Bert());
        assertThat(names.find("bert.encoder.layer.2.output.dense.bias")).isEmpty();
        assertThat(names.find("classifier.dense.weight")).isEmpty();
        assertThatThrownBy(() -> names.holding("embeddings.token_type_embeddings.weight"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model has no parameter embeddings.token_type_embeddings.weight");
    }

    @Test
    void buffersAndOtherHeadsAreIgnorable() {
        TensorNames names = linear(new Bert());
        assertThat(names.isIgnorable("bert.embeddings.position_ids")).isTrue();
        assertThat(names.isIgnorable("bert.pooler.dense.weight")).isTrue();
        assertThat(names.isIgnorable("cls.predictions.bias")).isTrue();
        assertThat(names.isIgnorable("predictions.decoder.weight")).isTrue();
        assertThat(names.isIgnorable("sop_classifier.classifier.weight")).isTrue();
        assertThat(names.isIgnorable("encoder.layer.7.output.dense.bias")).isFalse();
    }

    @Test
    void parametersOfOneNameLieOneBelowTheOtherInTheirOrder() {
        TensorNames names = linear(new JoinedFamily());
        assertThat(held(names, "model.layers.1.Wqkv.weight"))
                .containsExactly(
                        "encoder.layer.1.attention.self.query.weight",
                        "encoder.layer.1.attention.self.key.weight",
                        "encoder.layer.1.attention.self.value.weight");
        assertThat(held(names, "layers.0.Wqkv.bias"))
                .containsExactly(
                        "encoder.layer.0.attention.self.query.bias",
                        "encoder.layer.0.attention.self.key.bias",
                        "encoder.layer.0.attention.self.value.bias");
        assertThat(names.holding("encoder.layer.0.attention.self.value.bias").name())
                .isEqualTo("model.layers.0.Wqkv.bias");
        assertThat(names.tensors()).hasSize(4 + 2 * 12 + 2);
    }

    private static List<String> held(TensorNames names, String nameInFile) {
        return names.find(nameInFile).orElseThrow().parameters().stream()
                .map(ParameterSpec::name)
                .toList();
    }
}
