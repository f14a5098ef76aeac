// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;

/** Nothing here reaches native code. JSON is written with single quotes. */
class TokenizerCheckTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path TOKENIZERS = Path.of("src/test/resources/tokenizers");
    private static final String WAY_OUT = "; save it again with transformers";

    @ParameterizedTest
    @ValueSource(strings = {"albert", "deberta-v2", "modernbert", "mpnet", "xlm-roberta"})
    void tokenizersOfFamiliesAreAllowedAndStayAsTheyAre(String family) throws IOException {
        ObjectNode tokenizer = (ObjectNode)
                JSON.readTree(TOKENIZERS.resolve(family + "/tokenizer.json").toFile());
        ObjectNode before = tokenizer.deepCopy();
        CheckedTokenizer checked = TokenizerCheck.check("T", tokenizer);
        assertThat(tokenizer).isEqualTo(before);
        before.remove(List.of("decoder", "truncation", "padding"));
        assertThat(JSON.readTree(checked.json())).isEqualTo(before);
        assertThat(checked.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unk-missing | model.unk_token needs the token \"[NOPE]\", which the vocabulary does not have",
                "redos | pre_tokenizer.pattern.Regex is \"(?:[a-z ]+)+$X\", which may take time without end (\"(\" at"
                        + " character 1): allowed are the expressions of published tokenizers, and characters and"
                        + " classes of which only the last is repeated",
                "template-bad | post_processor.single[0].SpecialToken.id is \"[ZZ]\", which special_tokens does not"
                        + " have",
            })
    void hostileTokenizersAreRefusedByTheirPlace(String name, String message) throws IOException {
        ObjectNode tokenizer = (ObjectNode)
                JSON.readTree(TOKENIZERS.resolve("hostile/" + name + ".json").toFile());
        assertRefused(tokenizer, message);
    }

    /** Parts of published tokenizers, old and new. */
    @ParameterizedTest
    @CsvFileSource(resources = "/tokenizers/allowed.txt", delimiter = '\t', quoteCharacter = '`')
    void partsOfPublishedTokenizersAreAllowed(String part, String json) throws IOException {
        ObjectNode tokenizer = part.equals("model") ? (ObjectNode) json("{}") : wordPiece();
        tokenizer.set(part, json(json));
        CheckedTokenizer checked = TokenizerCheck.check("T", tokenizer);
        assertThat(checked.growth()).isBetween(1.0, 100.0);
        assertThat(checked.kind())
                .isEqualTo(JSON.readTree(checked.json()).at("/model/type").textValue())
                .isIn("WordPiece", "BPE", "Unigram", "WordLevel");
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/tokenizers/refused.txt", delimiter = '\t', quoteCharacter = '`')
    void otherPartsAreRefusedByTheirPlace(String part, String json, String message) throws IOException {
        ObjectNode tokenizer = part.equals("model") ? (ObjectNode) json("{}") : wordPiece();
        tokenizer.set(part, json(json));
        assertRefused(tokenizer, message);
    }

    @Test
    void textsMayNotGrowWithoutBound() throws IOException {
        String step = "{'type':'Replace','pattern':{'String':'a'},'content':'" + "a".repeat(20) + "'}";
        assertRefused(
                with("normalizer", "{'type':'Sequence','normalizers':[" + step + "," + step + "]}"),
                "its normalizer and pre_tokenizer may make a text 400 times as long; expected is at most 256");
        assertRefused(
                with("normalizer", step.replace("a".repeat(20), "a".repeat(65))),
                "normalizer.content is \"" + "a".repeat(65) + "\"; expected is a string of at most 64 characters");
    }

    @Test
    void tokensOfUnigramsMayNotNestWithoutEnd() throws IOException {
        ObjectNode tokenizer = (ObjectNode) json("{'model':{'type':'Unigram','unk_id':0}}");
        ArrayNode vocabulary = ((ObjectNode) tokenizer.get("model")).putArray("vocab");
        for (int i = 1; i <= 64; i++) {
            vocabulary.addArray().add("a".repeat(i)).add(0);
        }
        assertThat(TokenizerCheck.check("T", tokenizer).vocabulary().size()).isEqualTo(64);
        vocabulary.addArray().add("a".repeat(65)).add(0);
        assertRefused(
                tokenizer,
                "model.vocab has more than 64 tokens of which each begins with the one before, up to \""
                        + "a".repeat(65) + "\"");
        vocabulary.removeAll().addArray().add("a".repeat(257)).add(0);
        assertRefused(
                tokenizer,
                "model.vocab has the token \"" + "a".repeat(200) + "… (257 characters)\", which is longer than 256"
                        + " characters");
    }

    @Test
    void aTemplateMayNotHaveManyPieces() throws IOException {
        ObjectNode tokenizer = with(
                "post_processor",
                "{'type':'TemplateProcessing','single':[{'Sequence':{'id':'A','type_id':0}}],"
                        + "'pair':[],'special_tokens':{}}");
        ArrayNode single = (ArrayNode) tokenizer.at("/post_processor/single");
        for (int i = 0; i < 100_000; i++) {
            single.add(single.get(0));
        }
        assertRefused(tokenizer, "post_processor.single is an array of 100001; expected is an array of at most 64");
    }

    @Test
    void whatIsMissingAroundTextsIsSaid() throws IOException {
        assertThat(TokenizerCheck.check("T", with("post_processor", "null")).warnings())
                .containsExactly(
                        "T: post_processor puts no token such as [CLS] before a text, so a classifier reads the"
                                + " text's first token in its place; if the model is not trained so, its predictions"
                                + " mean nothing");
        String template = "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'[CLS]','type_id':0}},"
                + "{'Sequence':{'id':'A','type_id':0}}],'pair':[],'special_tokens':"
                + "{'[CLS]':{'id':'[CLS]','ids':[2],'tokens':['[CLS]']}}}";
        assertThat(TokenizerCheck.check("T", with("post_processor", template)).warnings())
                .containsExactly(
                        "T: post_processor puts no token such as [SEP] after a text; if the model is not trained so,"
                                + " its predictions are worse");
    }

    @Test
    void unknownFieldsOfTheFileAreRefused() throws IOException {
        assertRefused(with("x\u001b[1m", "1"), "has the field \"x\\u001b[1m\", which is not known there");
        assertRefused(with("version", "'2.0'"), "version is \"2.0\"; expected is one of 1.0");
        assertRefused((ObjectNode) json("{}"), "model is missing; expected is a value");
    }

    private static void assertRefused(ObjectNode tokenizer, String message) {
        assertThatThrownBy(() -> TokenizerCheck.check("T", tokenizer))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot use T: " + message + WAY_OUT);
    }

    static ObjectNode with(String part, String json) throws IOException {
        ObjectNode tokenizer = wordPiece();
        tokenizer.set(part, json(json));
        return tokenizer;
    }

    static ObjectNode wordPiece() throws IOException {
        return (ObjectNode) json("{'version':'1.0','added_tokens':[],"
                + "'post_processor':{'type':'BertProcessing','sep':['[SEP]',3],'cls':['[CLS]',2]},"
                + "'model':{'type':'WordPiece','unk_token':'[UNK]','continuing_subword_prefix':'##',"
                + "'max_input_chars_per_word':100,'vocab':{'[PAD]':0,'[UNK]':1,'[CLS]':2,'[SEP]':3,'a':4,'film':5}}}");
    }

    /** A quotation mark stands for two, a backslash before it for the mark itself. */
    private static com.fasterxml.jackson.databind.JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace("\\'", "\u0001").replace('\'', '"').replace('\u0001', '\''));
    }
}
