// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.Pooling;

class DeclaredModelTest {
    @Test
    void absentKeysTakeTheFamilysDefaults() throws IOException {
        EncoderConfig bert = base(0).vocabulary(30522).tokenTypes(2).layers(12).build();
        assertThat(parse("{'model_type':'bert'}")).isEqualTo(bert);
        EncoderConfig roberta =
                base(2).vocabulary(50265).tokenTypes(2).layers(12).padTokenId(1).build();
        assertThat(parse("{'model_type':'roberta'}")).isEqualTo(roberta);
        EncoderConfig distilBert = base(0).vocabulary(30522).layers(6).build();
        assertThat(parse("{'model_type':'distilbert'}")).isEqualTo(distilBert);
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

    private static ClassifierKind kind(String architecture) throws IOException {
        String json = "{'model_type':'modernbert','classifier_pooling':'mean','architectures':[" + architecture + "]}";
        return DeclaredModel.read((ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"')), "config.json")
                .classifierKind();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | cannot use config.json: it has no \"model_type\"; known are bert, roberta, distilbert, electra,"
                        + " modernbert, deberta-v2",
                "{'model_type':'gpt2'} | cannot use config.json: unknown model_type \"gpt2\"; known are bert, roberta,"
                        + " distilbert, electra, modernbert, deberta-v2",
                "{'model_type':'bert','hidden_act':'relu'} | \"hidden_act\" is \"relu\"; only \"gelu\" (by erf) is"
                        + " computed",
                "{'model_type':'bert','hidden_act':'gelu_new'} | \"hidden_act\" is \"gelu_new\"; only \"gelu\" (by"
                        + " erf) is computed",
                "{'model_type':'distilbert','activation':'relu'} | \"activation\" is \"relu\"; only \"gelu\" (by erf)"
                        + " is computed",
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
                "{'model_type':'deberta-v2','conv_kernel_size':3} | \"conv_kernel_size\" is 3; only models without"
                        + " convolution are computed",
                "{'model_type':'deberta-v2','pos_att_type':['c2p']} | \"pos_att_type\" is given, and"
                        + " relative_attention is not true; expected both or neither",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2p'} | \"pos_att_type\" is"
                        + " [p2p]; expected c2p, p2c or both",
                "{'model_type':'deberta-v2','relative_attention':true} | \"pos_att_type\" is []; expected c2p, p2c or"
                        + " both",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2c','norm_rel_ebd':'batch'} |"
                        + " \"norm_rel_ebd\" is \"batch\"; computed are \"none\" and \"layer_norm\"",
                "{'model_type':'deberta-v2','relative_attention':true,'pos_att_type':'p2c','position_buckets':1022} |"
                        + " \"position_buckets\" is 1022, for distances up to 512; expected 2 to 1021",
                "{'model_type':'deberta-v2','architectures':['DebertaV2ForSequenceClassification'],"
                        + "'pooler_hidden_act':'silu'} | \"pooler_hidden_act\" is \"silu\"; computed are \"gelu\" (by"
                        + " erf), \"tanh\", \"relu\"",
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
        ObjectNode raw = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
        return DeclaredModel.read(raw, "config.json").encoder();
    }
}
