package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;

class EncoderConfigParserTest {
    @Test
    void absentKeysTakeTheFamilysDefaults() throws IOException {
        assertThat(parse("{'model_type':'bert'}"))
                .isEqualTo(new EncoderConfig(
                        Family.BERT, 30522, 768, 768, 12, 12, 3072, 512, 0, 2, 1e-12, 0.1, 0.1, 0.1, 0.02, 0));
        assertThat(parse("{'model_type':'roberta'}"))
                .isEqualTo(new EncoderConfig(
                        Family.ROBERTA, 50265, 768, 768, 12, 12, 3072, 512, 2, 2, 1e-12, 0.1, 0.1, 0.1, 0.02, 1));
        assertThat(parse("{'model_type':'distilbert'}"))
                .isEqualTo(new EncoderConfig(
                        Family.DISTILBERT, 30522, 768, 768, 6, 12, 3072, 512, 0, 0, 1e-12, 0.1, 0.1, 0.1, 0.02, 0));
        assertThat(parse("{'model_type':'electra'}"))
                .isEqualTo(new EncoderConfig(
                        Family.ELECTRA, 30522, 256, 128, 12, 4, 1024, 512, 0, 2, 1e-12, 0.1, 0.1, 0.1, 0.02, 0));
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | cannot use config.json: it has no \"model_type\"; known are bert, roberta, distilbert, electra",
                "{'model_type':'gpt2'} | cannot use config.json: unknown model_type \"gpt2\"; known are bert, roberta,"
                        + " distilbert, electra",
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
        byte[] content = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new EncoderConfigParser(JsonFile.parse(content, "config.json"), "config.json").parse();
    }
}
