// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceScale;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.Positions;

/** Keys of what an encoder knows of other tokens' places, beside those of {@link DeclaredModelTest}. */
class DeclaredPositionsTest {
    @Test
    void debertasConvolutionIsBesideTheFirstLayer() throws IOException {
        assertThat(parse("{'model_type':'deberta-v2','conv_kernel_size':0}")
                        .architecture()
                        .convolution())
                .isEqualTo(new Convolution.None());
        EncoderConfig encoder = parse("{'model_type':'deberta-v2','conv_kernel_size':3}");
        assertThat(encoder.architecture().convolution())
                .isEqualTo(new Convolution.BesideFirstLayer(3, Activation.TANH));
        ObjectNode written = new ObjectMapper().createObjectNode();
        new DebertaV2().write(encoder, written);
        assertThat(written.path("conv_kernel_size").asInt()).isEqualTo(3);
        assertThat(written.path("conv_act").asText()).isEqualTo("tanh");
        assertThat(parse("{'model_type':'deberta-v2','conv_kernel_size':3,'conv_act':'gelu'}")
                        .architecture()
                        .convolution())
                .isEqualTo(new Convolution.BesideFirstLayer(3, Activation.GELU));
    }

    /** ALBERT's class divides by √E before it adds the products with distances. */
    @ParameterizedTest
    @CsvSource({
        "bert, relative_key, CONTENT_TO_POSITION, AS_CONTENTS",
        "bert, relative_key_query, BOTH, AS_CONTENTS",
        "electra, relative_key_query, BOTH, AS_CONTENTS",
        "roberta, relative_key, CONTENT_TO_POSITION, AS_CONTENTS",
        "xlm-roberta, relative_key_query, BOTH, AS_CONTENTS",
        "camembert, relative_key, CONTENT_TO_POSITION, AS_CONTENTS",
        "albert, relative_key, CONTENT_TO_POSITION, NONE",
        "albert, relative_key_query, BOTH, NONE"
    })
    void relativePositionsTakeThePlaceOfThoseInTheEmbeddings(
            String type, String positions, DistanceTerms terms, DistanceScale scale) throws IOException {
        DeclaredModel declared =
                declared("{'model_type':'" + type + "','position_embedding_type':'" + positions + "'}");
        EncoderConfig encoder = declared.encoder();
        assertThat(encoder.architecture().attention()).isEqualTo(new Attention.RelativeKeys(terms, scale));
        assertThat(encoder.architecture().positions()).isEqualTo(new Positions.None());
        assertThat(encoder.maxTokens()).isEqualTo(512);
        ObjectNode written = new ObjectMapper().createObjectNode();
        declared.family().write(encoder, written);
        assertThat(written.path("position_embedding_type").asText()).isEqualTo(positions);
        assertThat(declared.notices())
                .containsExactly("transformers 5 computes something else for this model: it has dropped relative"
                        + " positions (\"position_embedding_type\" is \"" + positions + "\"), opens the model and"
                        + " leaves its vectors of distances out; open it in transformers 4 (pip install"
                        + " \"transformers<5\")");
        DeclaredModel absolute = declared("{'model_type':'" + type + "','position_embedding_type':'absolute'}");
        assertThat(absolute).isEqualTo(declared("{'model_type':'" + type + "'}"));
        assertThat(absolute.notices()).isEmpty();
    }

    private static EncoderConfig parse(String json) throws IOException {
        return declared(json).encoder();
    }

    private static DeclaredModel declared(String json) throws IOException {
        ObjectNode raw = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
        return DeclaredModel.read(raw, "config.json", List.of(), Optional.empty());
    }
}
