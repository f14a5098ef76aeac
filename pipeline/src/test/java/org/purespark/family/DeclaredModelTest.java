// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;

class DeclaredModelTest {
    @Test
    void absentKeysTakeTheFamilysDefaults() throws IOException {
        EncoderConfig bert = base(0).vocabulary(30522).tokenTypes(2).layers(12).build();
        assertThat(parse("{'model_type':'bert'}")).isEqualTo(bert);
        EncoderConfig roberta =
                base(2).vocabulary(50265).tokenTypes(2).layers(12).padTokenId(1).build();
        assertThat(parse("{'model_type':'roberta'}")).isEqualTo(roberta);
        EncoderConfig xlmRoberta =
                base(2).vocabulary(30522).tokenTypes(2).layers(12).padTokenId(1).build();
        assertThat(parse("{'model_type':'xlm-roberta'}")).isEqualTo(xlmRoberta);
        EncoderConfig distilBert = base(0).vocabulary(30522).layers(6).build();
        assertThat(parse("{'model_type':'distilbert'}")).isEqualTo(distilBert);
        EncoderConfig mpnet = EncoderConfig.builder(Architecture.bert(2, 1e-12).with(new Attention.DistanceBuckets(32)))
                .vocabulary(30527)
                .positions(512)
                .hidden(768)
                .heads(12)
                .layers(12)
                .intermediate(3072)
                .padTokenId(1)
                .build();
        assertThat(parse("{'model_type':'mpnet'}")).isEqualTo(mpnet);
        Architecture ofAlbert = Architecture.bert(0, 1e-12)
                .with(EmbeddingProjection.ALWAYS)
                .with(LayerSharing.ALL)
                .with(new FeedForward.TwoLayers(Activation.GELU_BY_TANH, FeedForward.OutputDropout.NONE));
        EncoderConfig albert = EncoderConfig.builder(ofAlbert)
                .vocabulary(30000)
                .positions(512)
                .tokenTypes(2)
                .embedding(128)
                .hidden(4096)
                .heads(64)
                .layers(12)
                .intermediate(16384)
                .hiddenDropout(0)
                .attentionDropout(0)
                .build();
        assertThat(parse("{'model_type':'albert'}")).isEqualTo(albert);
        EncoderConfig electra = base(0).vocabulary(30522)
                .tokenTypes(2)
                .layers(12)
                .hidden(256)
                .embedding(128)
                .heads(4)
                .intermediate(1024)
                .build();
        assertThat(parse("{'model_type':'electra'}")).isEqualTo(electra);
    }

    /** What BERT-base and its like have in common. */
    private static EncoderConfig.Builder base(int positionOffset) {
        return EncoderConfig.builder(Architecture.bert(positionOffset, 1e-12))
                .positions(512)
                .hidden(768)
                .heads(12)
                .intermediate(3072)
                .hiddenDropout(0.1)
                .attentionDropout(0.1)
                .classifierDropout(0.1)
                .initializerRange(0.02);
    }

    @Test
    void roBertaPositionsStartBehindThePaddingId() throws IOException {
        EncoderConfig config = parse("{'model_type':'roberta','max_position_embeddings':514,'pad_token_id':3}");
        assertThat(config.positionOffset()).isEqualTo(4);
        assertThat(config.maxTokens()).isEqualTo(510);
    }

    @Test
    void camembertComputesWhatXlmRobertaDoes() throws IOException {
        for (String keys : new String[] {"", ",'pad_token_id':3,'vocab_size':32005,'layer_norm_eps':1e-5"}) {
            assertThat(parse("{'model_type':'camembert'" + keys + "}"))
                    .isEqualTo(parse("{'model_type':'xlm-roberta'" + keys + "}"));
        }
        Family camembert = new Camembert();
        assertThat(camembert.sequenceHead()).isEqualTo(new XlmRoberta().sequenceHead());
        assertThat(camembert.prefix()).isEqualTo("roberta.");
    }

    /** transformers does not look at them either. */
    @Test
    void mpnetsPositionsAndClassifierDropoutHaveNoKey() throws IOException {
        EncoderConfig config = parse("{'model_type':'mpnet','pad_token_id':5,'classifier_dropout':0.4,"
                + "'type_vocab_size':2,'hidden_dropout_prob':0.3,'relative_attention_num_buckets':40,"
                + "'architectures':['MPNetForSequenceClassification']}");
        assertThat(config.positionOffset()).isEqualTo(2);
        assertThat(config.tokenTypes()).isZero();
        assertThat(config.classifierDropout()).isEqualTo(0.3);
        assertThat(config.architecture().attention()).isEqualTo(new Attention.DistanceBuckets(40));
    }

    @ParameterizedTest
    @CsvSource({
        "gelu, GELU",
        "gelu_python, GELU",
        "gelu_new, GELU_BY_TANH",
        "gelu_pytorch_tanh, GELU_BY_TANH",
        "silu, SILU",
        "swish, SILU",
        "tanh, TANH",
        "relu, RELU"
    })
    void activationsAreKnownByTheirNamesInTransformers(String name, Activation activation) throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (String family : new String[] {"bert", "roberta", "distilbert", "electra", "mpnet", "albert"}) {
            String key = family.equals("distilbert") ? "activation" : "hidden_act";
            EncoderConfig config = parse("{'model_type':'" + family + "','" + key + "':'" + name + "'}");
            assertThat(config.architecture().feedForward().activation()).isEqualTo(activation);
            ObjectNode written = json.createObjectNode().put("model_type", family);
            Families.ofModelType(family).orElseThrow().write(config, written);
            assertThat(parse(written.toString())).isEqualTo(config);
        }
    }

    @Test
    void albertsLayersShareWeightsUnlessEachIsAGroup() throws IOException {
        String layers =
                "{'model_type':'albert','num_hidden_layers':3,'classifier_dropout_prob':0.3,'embedding_size':4096";
        EncoderConfig shared = parse(layers + "}");
        assertThat(shared.parameterLayer(2)).isZero();
        assertThat(shared.classifierDropout()).isEqualTo(0.3);
        assertThat(shared.projectsEmbeddings()).isTrue();
        EncoderConfig apart = parse(layers + ",'num_hidden_groups':3}");
        assertThat(apart.parameterLayer(2)).isEqualTo(2);
        assertThat(apart).isEqualTo(shared.withLayersApart()).isNotEqualTo(shared);
    }

    @Test
    void distilBertsOwnKeysAreRead() throws IOException {
        EncoderConfig config = parse("{'model_type':'distilbert','dim':8,'n_layers':2,'n_heads':4,'hidden_dim':16,"
                + "'dropout':0.2,'attention_dropout':0.3,'architectures':['DistilBertForSequenceClassification']}");
        assertThat(config.hidden()).isEqualTo(8);
        assertThat(config.layers()).isEqualTo(2);
        assertThat(config.heads()).isEqualTo(4);
        assertThat(config.headSize()).isEqualTo(2);
        assertThat(config.intermediate()).isEqualTo(16);
        assertThat(config.hiddenDropout()).isEqualTo(0.2);
        assertThat(config.attentionDropout()).isEqualTo(0.3);
        assertThat(config.classifierDropout()).isEqualTo(0.2);
    }

    @Test
    void classifierDropoutFollowsTheKindOfClassifier() throws IOException {
        String dropouts = "'model_type':'bert','hidden_dropout_prob':0.3";
        assertThat(parse("{" + dropouts + "}").classifierDropout()).isEqualTo(0.1);
        assertThat(parse("{" + dropouts + ",'architectures':['BertForSequenceClassification']}")
                        .classifierDropout())
                .isEqualTo(0.3);
        assertThat(parse("{" + dropouts + ",'classifier_dropout':0.4}").classifierDropout())
                .isEqualTo(0.4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | cannot use config.json: it has no \"model_type\"; known are bert, roberta,"
                        + " xlm-roberta, camembert, distilbert, electra, mpnet,"
                        + " albert",
                "{'model_type':'gpt2'} | cannot use config.json: unknown model_type \"gpt2\"; known are bert, roberta,"
                        + " xlm-roberta, camembert, distilbert, electra, mpnet,"
                        + " albert",
                "{'model_type':'bert','hidden_act':'relu6'} | \"hidden_act\" is \"relu6\"; computed are gelu,"
                        + " gelu_python, gelu_new, gelu_pytorch_tanh, silu, swish, tanh, relu",
                "{'model_type':'distilbert','activation':'gelu_10'} | \"activation\" is \"gelu_10\"; computed are"
                        + " gelu, gelu_python, gelu_new, gelu_pytorch_tanh, silu, swish, tanh, relu",
                "{'model_type':'albert','inner_group_num':2} | \"inner_group_num\" is 2; only 1 is computed",
                "{'model_type':'albert','num_hidden_groups':3} | \"num_hidden_groups\" is 3; computed are 1, and as"
                        + " many as num_hidden_layers, 12",
                "{'model_type':'bert','position_embedding_type':'relative_key'} | \"position_embedding_type\" is"
                        + " \"relative_key\"; only \"absolute\" is computed",
                "{'model_type':'bert','is_decoder':true} | \"is_decoder\" is true; only encoders are computed",
                "{'model_type':'bert','architectures':['BertForSequenceClassification'],'problem_type':'regression'} |"
                        + " \"problem_type\" is \"regression\"; only single_label_classification is computed",
                "{'model_type':'bert','quantization_config':{}} | \"quantization_config\" is given; only unquantized"
                        + " weights are read",
                "{'model_type':'bert','num_attention_heads':7} | \"num_attention_heads\" is 7, which does not divide"
                        + " hidden_size 768",
                "{'model_type':'distilbert','n_heads':7} | \"n_heads\" is 7, which does not divide dim 768",
                "{'model_type':'bert','hidden_size':'big'} | \"hidden_size\" is \"big\"; expected a positive integer",
                "{'model_type':'bert','hidden_size':0} | \"hidden_size\" is 0; expected a positive integer",
                "{'model_type':'bert','vocab_size':-4} | \"vocab_size\" is -4; expected a positive integer",
                "{'model_type':'bert','hidden_dropout_prob':1} | \"hidden_dropout_prob\" is 1.0; expected 0 to below 1",
                "{'model_type':'bert','hidden_dropout_prob':'x'} | \"hidden_dropout_prob\" is \"x\"; expected a number",
                "{'model_type':'bert','layer_norm_eps':0} | \"layer_norm_eps\" is 0.0; expected a positive number",
                "{'model_type':'bert','hidden_act':3} | \"hidden_act\" is 3; expected a text",
                "{'model_type':'mpnet','relative_attention_num_buckets':31} | \"relative_attention_num_buckets\" is 31;"
                        + " the least is 32",
                "{'model_type':'roberta','max_position_embeddings':3} | \"max_position_embeddings\" leaves no room for"
                        + " two tokens"
            })
    void whatTheGraphCannotHonourIsRefused(String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot use config.json: ")
                .hasMessageContaining(message);
    }

    private static EncoderConfig parse(String json) throws IOException {
        ObjectNode raw = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
        return DeclaredModel.read(raw, "config.json", List.of(), Optional.empty())
                .encoder();
    }
}
