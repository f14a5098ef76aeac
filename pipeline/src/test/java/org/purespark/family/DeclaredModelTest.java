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
import org.purespark.encoder.Attention.DistanceNorm;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Attention.DistanceWeights;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.Distances;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Pooling;

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
                .with(EmbeddingProjection.ALWAYS_AFTER_NORM)
                .with(LayerSharing.ALL)
                .with(new FeedForward.TwoLayers(Activation.GELU_BY_TANH));
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
        for (String family :
                new String[] {"bert", "roberta", "distilbert", "electra", "mpnet", "albert", "deberta-v2"}) {
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

    /** As transformers 4.57.6 and 5.24.0 do. */
    @Test
    void otherFamiliesKeysWinInADistilBertAndAreNotWritten() throws IOException {
        EncoderConfig config = parse("{'model_type':'distilbert','dim':768,'n_layers':6,'n_heads':12,'hidden_size':8,"
                + "'num_hidden_layers':2,'num_attention_heads':4,'hidden_dim':16}");
        assertThat(config)
                .isEqualTo(parse("{'model_type':'distilbert','dim':8,'n_layers':2,'n_heads':4," + "'hidden_dim':16}"));
        ObjectNode written = new ObjectMapper().createObjectNode();
        written.put("num_attention_heads", 12).put("hidden_size", 768).put("num_hidden_layers", 6);
        new DistilBert().write(config, written);
        assertThat(written.get("n_heads").intValue()).isEqualTo(4);
        assertThat(written.has("num_attention_heads") || written.has("hidden_size"))
                .isFalse();
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

    @Test
    void modernBertsKeysMeanTheSameInBothForms() throws IOException {
        Attention.Rotary absent = rotary("{'model_type':'modernbert'}");
        assertThat(absent).isEqualTo(new Attention.Rotary(160_000, 10_000, 64, 3));
        Attention.Rotary expected = new Attention.Rotary(80_000, 500, 16, 2);
        assertThat(rotary("{'model_type':'modernbert','global_rope_theta':80000,'local_rope_theta':500,"
                        + "'local_attention':33,'global_attn_every_n_layers':2}"))
                .isEqualTo(expected);
        assertThat(rotary("{'model_type':'modernbert','num_hidden_layers':3,'local_attention':32,'layer_types':"
                        + "['full_attention','sliding_attention','full_attention'],'rope_parameters':{"
                        + "'full_attention':{'rope_type':'default','rope_theta':80000},"
                        + "'sliding_attention':{'rope_theta':500}}}"))
                .isEqualTo(expected);
        assertThat(rotary("{'model_type':'modernbert','local_rope_theta':null}").localTheta())
                .isEqualTo(160_000);
    }

    private static Attention.Rotary rotary(String json) throws IOException {
        return (Attention.Rotary) parse(json).architecture().attention();
    }

    @Test
    void debertasKeysMeanTheSameInBothForms() throws IOException {
        assertThat(parse("{'model_type':'deberta-v2'}").architecture().attention())
                .isEqualTo(new Attention.DotProduct());
        Attention.Disentangled expected = new Attention.Disentangled(
                new Distances(256, 512), DistanceTerms.BOTH, DistanceWeights.OF_TOKENS, DistanceNorm.LAYER_NORM);
        String keys = "'model_type':'deberta-v2','relative_attention':true,'max_relative_positions':-1,"
                + "'position_buckets':256,'norm_rel_ebd':'layer_norm','share_att_key':true,'pos_att_type':";
        for (String terms : new String[] {"'p2c|c2p'", "['p2c','c2p']"}) {
            assertThat(parse("{" + keys + terms + "}").architecture().attention())
                    .isEqualTo(expected);
        }
        assertThat(parse("{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'c2p'}")
                        .architecture()
                        .attention())
                .isEqualTo(new Attention.Disentangled(
                        new Distances(512, 0),
                        DistanceTerms.CONTENT_TO_POSITION,
                        DistanceWeights.OWN,
                        DistanceNorm.NONE));
    }

    @Test
    void theClassDecidesModernBertsClassifier() throws IOException {
        assertThat(kind("'ModernBertModel'")).isEqualTo(ClassifierKind.LINEAR);
        ClassifierKind.Inner head = new ClassifierKind.Inner.DenseNorm(Activation.GELU);
        assertThat(kind("'ModernBertForTokenClassification'")).isEqualTo(new ClassifierKind(Pooling.FIRST_TOKEN, head));
        assertThat(kind("'ModernBertForSequenceClassification'")).isEqualTo(new ClassifierKind(Pooling.MEAN, head));
    }

    @Test
    void tensorsOfModernBertsHeadFitBothOfItsClasses() throws IOException {
        String[] tensors = {"head.dense.weight", "head.norm.weight", "classifier.weight", "classifier.bias"};
        String tokens = "{'model_type':'modernbert','architectures':['ModernBertForTokenClassification']";
        assertThat(declared(tokens + "}", tensors).classifierKind())
                .isEqualTo(new ModernBert().sequenceHead().kind());
        assertThat(declared(tokens + ",'classifier_activation':'linear'}", tensors)
                        .classifierKind())
                .isEqualTo(ClassifierKind.LINEAR);
        DeclaredModel undeclared = declared("{'model_type':'modernbert','classifier_pooling':'mean'}", tensors);
        assertThat(undeclared.classifierKind().pooling()).isEqualTo(Pooling.MEAN);
        assertThat(undeclared.notice())
                .hasValue("config.json has no \"architectures\"; the tensors head.dense.weight and classifier.weight"
                        + " are those of ModernBertForSequenceClassification, which the model is taken for");
        assertThatThrownBy(() -> declared("{'model_type':'modernbert'}", "classifier.weight"))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot use config.json: it has no \"architectures\", and there is classifier.weight"
                        + " without head.dense.weight: it is not known what reads the encoder; give it with"
                        + " --classifier, as a file of its own, if it reads the first token's last hidden state");
    }

    @Test
    void tensorsDecideDebertasHeadWhereNoClassIsDeclared() throws IOException {
        DeclaredModel model = declared("{'model_type':'deberta-v2'}", "pooler.dense.weight", "classifier.weight");
        assertThat(model.classifierKind())
                .isEqualTo(new DebertaV2().sequenceHead().kind());
        assertThat(model.classifier()).isEqualTo(DeclaredModel.Classifier.DECLARED);
        assertThat(declared("{'model_type':'deberta-v2'}", "deberta.embeddings.word_embeddings.weight")
                        .classifier())
                .isEqualTo(DeclaredModel.Classifier.NONE);
        assertThatThrownBy(() -> declared(
                        "{'model_type':'deberta-v2','architectures':['DebertaV2ForTokenClassification']}",
                        "pooler.dense.weight",
                        "classifier.weight"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("are those of DebertaV2ForSequenceClassification");
    }

    private static ClassifierKind kind(String architecture) throws IOException {
        String json = "{'model_type':'modernbert','classifier_pooling':'mean','architectures':[" + architecture + "]}";
        return declared(json).classifierKind();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | cannot use config.json: it has no \"model_type\"; known are bert, roberta,"
                        + " distilbert, electra, xlm-roberta, camembert, mpnet,"
                        + " albert, modernbert, deberta-v2",
                "{'model_type':'gpt2'} | cannot use config.json: \"model_type\" is \"gpt2\", a decoder: it classifies"
                        + " by its last token under a causal mask, and has no first token whose attention tells which"
                        + " heads idle; known are bert, roberta, distilbert, electra, xlm-roberta, camembert, mpnet,"
                        + " albert, modernbert, deberta-v2",
                "{'model_type':'t5'} | cannot use config.json: unknown model_type \"t5\"; known are bert, roberta,"
                        + " distilbert, electra, xlm-roberta, camembert, mpnet,"
                        + " albert, modernbert, deberta-v2",
                "{'model_type':'bert','hidden_act':'relu6'} | \"hidden_act\" is \"relu6\"; computed are gelu,"
                        + " gelu_python, gelu_new, gelu_pytorch_tanh, silu, swish, tanh, relu",
                "{'model_type':'distilbert','activation':'gelu_10'} | \"activation\" is \"gelu_10\"; computed are"
                        + " gelu, gelu_python, gelu_new, gelu_pytorch_tanh, silu, swish, tanh, relu",
                "{'model_type':'albert','inner_group_num':2} | \"inner_group_num\" is 2; only 1 is computed",
                "{'model_type':'albert','num_hidden_groups':3} | \"num_hidden_groups\" is 3; computed are 1, and as"
                        + " many as num_hidden_layers, 12",
                "{'model_type':'bert','position_embedding_type':'rotary'} | \"position_embedding_type\" is"
                        + " \"rotary\"; computed are absolute, relative_key, relative_key_query",
                "{'model_type':'mpnet','position_embedding_type':'relative_key'} | \"position_embedding_type\" is"
                        + " \"relative_key\"; only \"absolute\" is computed",
                "{'model_type':'distilbert','position_embedding_type':'relative_key'} | \"position_embedding_type\" is"
                        + " \"relative_key\"; only \"absolute\" is computed",
                "{'model_type':'bert','is_decoder':true} | \"is_decoder\" is true; only encoders are computed",
                "{'model_type':'bert','architectures':['BertForSequenceClassification'],'problem_type':'ranking'} |"
                        + " \"problem_type\" is \"ranking\"; known are single_label_classification,"
                        + " multi_label_classification, regression",
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
                "{'model_type':'modernbert','hidden_activation':'silu'} | \"hidden_activation\" is \"silu\"; only"
                        + " \"gelu\" (by erf) is computed",
                "{'model_type':'modernbert','attention_bias':true} | \"attention_bias\" is true; only layers without"
                        + " it are computed",
                "{'model_type':'modernbert','norm_bias':1} | \"norm_bias\" is 1; expected true or false",
                "{'model_type':'modernbert','hidden_size':36} | \"num_attention_heads\" makes heads of size 3; rotary"
                        + " positions need an even one",
                "{'model_type':'modernbert','num_hidden_layers':2,'layer_types':['sliding_attention',"
                        + "'full_attention']} | \"layer_types\" is sliding_attention, full_attention; computed are"
                        + " \"full_attention\" in the first and then in every n-th layer",
                "{'model_type':'modernbert','layer_types':['full_attention']} | \"layer_types\" has 1 entries for 22"
                        + " layers",
                "{'model_type':'modernbert','rope_parameters':{'full_attention':{'rope_type':'yarn'}}} |"
                        + " \"rope_parameters.full_attention.rope_type\" is \"yarn\"; only \"default\" is computed",
                "{'model_type':'modernbert','rope_parameters':7} | \"rope_parameters\" is 7; expected an object",
                "{'model_type':'modernbert','architectures':['ModernBertForSequenceClassification'],"
                        + "'classifier_pooling':'max'} | \"classifier_pooling\" is \"max\"; computed are \"cls\" and"
                        + " \"mean\"",
                "{'model_type':'modernbert','architectures':['ModernBertForSequenceClassification'],"
                        + "'classifier_activation':'linear'} | \"classifier_activation\" is \"linear\"; only \"gelu\""
                        + " (by erf) is computed",
                "{'model_type':'deberta-v2','conv_kernel_size':4} | \"conv_kernel_size\" is 4; expected 0 or an odd"
                        + " number",
                "{'model_type':'deberta-v2','conv_kernel_size':3,'conv_groups':2} | \"conv_groups\" is 2; only 1 is"
                        + " computed",
                "{'model_type':'deberta-v2','conv_kernel_size':3,'conv_act':'silu'} | \"conv_act\" is \"silu\";"
                        + " computed are gelu, tanh and relu",
                "{'model_type':'deberta-v2','pos_att_type':['c2p']} | \"pos_att_type\" is given, and"
                        + " relative_attention is not true; expected both or neither",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2p'} | \"pos_att_type\" is"
                        + " [p2p]; expected c2p, p2c or both",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':['C2P']} | \"pos_att_type\" is"
                        + " [C2P]; expected c2p, p2c or both",
                "{'model_type':'deberta-v2','relative_attention':true} | \"pos_att_type\" is []; expected c2p, p2c or"
                        + " both",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2c','norm_rel_ebd':'batch'} |"
                        + " \"norm_rel_ebd\" is \"batch\"; computed are \"none\" and \"layer_norm\"",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2c','position_buckets':1022} |"
                        + " \"position_buckets\" is 1022, for distances up to 512; expected 2 to 1021",
                "{'model_type':'deberta-v2','architectures':['DebertaV2ForSequenceClassification'],"
                        + "'pooler_hidden_act':'mish'} | \"pooler_hidden_act\" is \"mish\"; computed are gelu,"
                        + " gelu_python, gelu_new, gelu_pytorch_tanh, silu, swish, tanh, relu",
                "{'model_type':'deberta-v2','architectures':['DebertaV2ForSequenceClassification'],"
                        + "'pooler_dropout':0.3} | \"pooler_dropout\" is 0.3; computed are 0 and that of the"
                        + " classifier, 0.1",
                "{'model_type':'deberta-v2','architectures':['DebertaV2ForSequenceClassification'],"
                        + "'pooler_hidden_size':5} | \"pooler_hidden_size\" is 5; only hidden_size 1536 is computed",
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
        return declared(json).encoder();
    }

    /** @param tensors names of those in the weights; none if they are not known */
    private static DeclaredModel declared(String json, String... tensors) throws IOException {
        ObjectNode raw = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
        return DeclaredModel.read(raw, "config.json", List.of(tensors), Optional.empty());
    }
}
