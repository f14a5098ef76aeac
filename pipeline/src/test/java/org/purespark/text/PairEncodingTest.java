// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.config.TransformersRules;
import org.purespark.storage.Storage;

/** Pairs of texts that {@code PairDirectoriesTest} does not compare with transformers: long ones, refused templates. */
class PairEncodingTest {
    private static final Storage STORAGE = new Storage(new Configuration());
    private static final Path BERT = Path.of("src/test/resources/hub/pairs/bert");
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The most characters that native code is given at once are fewer. */
    private static final int LONG = 500_000;

    @TempDir
    private Path directory;

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> files = Files.list(BERT)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName().toString()));
            }
        }
    }

    @Property(tries = 500)
    void theLongerTextIsCutFirstAndNothingIsLeftOutThatFits(
            @ForAll @IntRange(max = 40) int first,
            @ForAll @IntRange(max = 40) int second,
            @ForAll @IntRange(min = 1, max = 60) int most) {
        PairEncoding.Lengths lengths = PairEncoding.Lengths.longestFirst(first, second, most);
        assertThat(lengths.first() + lengths.second()).isEqualTo(Math.min(first + second, most));
        assertThat(lengths.first()).isBetween(0, first);
        assertThat(lengths.second()).isBetween(0, second);
        if (lengths.first() < first && lengths.second() < second) {
            assertThat(Math.abs(lengths.first() - lengths.second())).isLessThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"9, 9, 5, 2, 3", "9, 10, 5, 2, 3", "10, 9, 5, 3, 2", "1, 9, 5, 1, 4", "9, 1, 5, 4, 1", "2, 2, 5, 2, 2"})
    void anOddTokenGoesToTheLongerTextAndToTheSecondOfEquals(int first, int second, int most, int a, int b) {
        assertThat(PairEncoding.Lengths.longestFirst(first, second, most)).isEqualTo(new PairEncoding.Lengths(a, b));
    }

    @Test
    void ofALongTextTheBeginningIsEncoded() {
        String text = "good bad ".repeat(LONG / 9);
        try (TextTokenizer tokenizer = load()) {
            EncodedText whole = encode(tokenizer, "it was", "good bad ".repeat(50), 24);
            EncodedText cut = encode(tokenizer, "it was", text, 24);
            assertThat(cut.ids()).isEqualTo(whole.ids());
            assertThat(cut.second()).isEqualTo(whole.second()).isEqualTo(4);
            assertThat(cut.cut()).isTrue();
            assertThat(encode(tokenizer, text, "it was", 24).ids())
                    .isEqualTo(encode(tokenizer, "good bad ".repeat(50), "it was", 24)
                            .ids());
        }
    }

    @Test
    void twoLongTextsAreEncodedUnlessItIsNotKnownWhichIsLonger() {
        String text = "good bad ".repeat(LONG / 9);
        try (TextTokenizer tokenizer = load()) {
            // 20 tokens are left: ten for each
            assertThat(encode(tokenizer, text, text + "good", 23).second()).isEqualTo(12);
            // 21 tokens are left, and the longer text has one more
            assertThatThrownBy(() -> encode(tokenizer, text, text + "good", 24))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching("the pair: both texts of the pair are too long to tell which has more tokens,"
                            + " one has 499995 characters; shorten it to [0-9]+");
            String first = "good bad ".repeat(9000);
            String second = "good ".repeat(15000);
            assertThat(encode(tokenizer, first, second, 24).second()).isEqualTo(13);
            assertThat(encode(tokenizer, second, first, 24).second()).isEqualTo(12);
        }
    }

    @Test
    void aPairNeedsRoomForATokenBesideTheSpecialOnes() {
        try (TextTokenizer tokenizer = load()) {
            assertThat(encode(tokenizer, "good", "bad", 4).ids()).hasSize(4);
            assertThatThrownBy(() -> encode(tokenizer, "good", "bad", 3))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "text.max-length=3 leaves no room for a pair of texts beside the 3 special tokens; give 4"
                                    + " or more");
        }
    }

    @Test
    void aTemplateWithoutEachTextOnceIsRefusedForPairsAlone() throws IOException {
        edit("{'type':'TemplateProcessing','single':[{'Sequence':{'id':'A','type_id':0}}],'pair':["
                + "{'Sequence':{'id':'B','type_id':0}},{'Sequence':{'id':'A','type_id':1}}],'special_tokens':{}}");
        try (TextTokenizer tokenizer = load()) {
            assertThat(tokenizer.encode("good", 8).ids()).hasSize(1);
            assertThatThrownBy(() -> encode(tokenizer, "good", "bad", 8))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "cannot use " + directory + "/tokenizer.json: post_processor.pair has the texts \"BA\"; a"
                                    + " pair is \"AB\", each text once; save it again with transformers, or read single"
                                    + " texts with text.pair-column=none");
        }
    }

    @Test
    void typesThatAreNotZerosAndThenOnesAreRefusedWhereTheyCount() throws IOException {
        edit("{'type':'TemplateProcessing','single':[{'Sequence':{'id':'A','type_id':0}}],'pair':["
                + "{'Sequence':{'id':'A','type_id':1}},{'Sequence':{'id':'B','type_id':0}}],'special_tokens':{}}");
        try (TextTokenizer tokenizer = load()) {
            assertThatThrownBy(() -> encode(tokenizer, "good", "bad", 8))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "cannot use " + directory + "/tokenizer.json: the template of pairs has the types [1, 0];"
                                    + " computed are zeros and then ones; read single texts with"
                                    + " text.pair-column=none");
        }
        names("[\"input_ids\"]");
        try (TextTokenizer tokenizer = load()) {
            assertThat(encode(tokenizer, "good", "bad", 8).second()).isEqualTo(2);
        }
    }

    @Test
    void withoutAPostProcessorTheSecondTextFollowsTheFirst() throws IOException {
        edit("null");
        try (TextTokenizer tokenizer = load()) {
            EncodedText pair = encode(tokenizer, "good", "bad it", 8);
            assertThat(pair.ids()).hasSize(3);
            assertThat(pair.second()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BertTokenizer|GIVEN",
                "ElectraTokenizerFast|GIVEN",
                "DebertaV2Tokenizer|GIVEN",
                "AlbertTokenizer|GIVEN_BY_VERSION_4",
                "PreTrainedTokenizerFast|GIVEN_BY_VERSION_4",
                "DistilBertTokenizerFast|LEFT_OUT",
                "RobertaTokenizer|LEFT_OUT",
                "XLMRobertaTokenizerFast|LEFT_OUT",
                "CamembertTokenizer|LEFT_OUT",
                "MPNetTokenizer|LEFT_OUT"
            })
    void theClassTellsWhetherTypesAreGiven(String name, TokenTypes types) throws IOException {
        ObjectNode none = JSON.createObjectNode();
        assertThat(TokenTypes.of(config("{\"tokenizer_class\":\"" + name + "\"}"), new TokenizerConfig("m", none)))
                .isEqualTo(types);
        assertThat(TokenTypes.of(new TokenizerConfig("t", none), config("{\"tokenizer_class\":\"" + name + "\"}")))
                .isEqualTo(types);
    }

    @Test
    void withoutAClassTheTypeOfTheModelTellsIt() throws IOException {
        for (String type : List.of("distilbert", "mpnet", "roberta", "xlm-roberta", "camembert")) {
            assertThat(TokenTypes.of(config("{}"), config("{\"model_type\":\"" + type + "\"}")))
                    .as(type)
                    .isEqualTo(TokenTypes.LEFT_OUT);
        }
        assertThat(TokenTypes.of(config("{}"), config("{\"model_type\":\"bert\"}")))
                .isEqualTo(TokenTypes.GIVEN);
    }

    @Test
    void whereTheVersionsDifferItIsSaidForModelsWithTypes() throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        JSON.writeValue(file.toFile(), config.put("tokenizer_class", "PreTrainedTokenizerFast"));
        try (TextTokenizer tokenizer = load()) {
            assertThat(new EmbeddingSize("M", 1000, 2).pairWarnings(tokenizer))
                    .containsExactly(directory + "/tokenizer.json: the second texts of pairs get token type 1, as from"
                            + " transformers 4; version 5 gives type 0 to both: text.transformers=5 follows it,"
                            + " text.transformers=4 says that these types are meant");
            assertThat(new EmbeddingSize("M", 1000, 0).pairWarnings(tokenizer)).isEmpty();
            assertThat(tokenizer.givesTypes()).isTrue();
        }
        for (TransformersRules rules : List.of(TransformersRules.FOUR, TransformersRules.FIVE)) {
            try (TextTokenizer tokenizer = TextTokenizer.load(STORAGE, directory.toString(), rules)) {
                assertThat(new EmbeddingSize("M", 1000, 2).pairWarnings(tokenizer))
                        .isEmpty();
                assertThat(tokenizer.givesTypes()).as(rules.name()).isEqualTo(rules == TransformersRules.FOUR);
            }
        }
        names("[\"input_ids\", \"token_type_ids\"]");
        try (TextTokenizer tokenizer = load()) {
            assertThat(new EmbeddingSize("M", 1000, 2).pairWarnings(tokenizer)).isEmpty();
        }
    }

    @Test
    void namesOfInputsThatAreNoListAreRefused() throws IOException {
        names("\"token_type_ids\"");
        assertThatThrownBy(this::load)
                .isInstanceOf(InputException.class)
                .hasMessage(directory + "/tokenizer_config.json: key model_input_names is \"token_type_ids\"; a list of"
                        + " names is expected");
    }

    @Test
    void aModelWithOneTypeRefusesThePairByItsPlace() {
        try (TextTokenizer tokenizer = load()) {
            List<TextParts> pair = List.of(TextParts.pair("good", "bad"));
            assertThatThrownBy(
                            () -> new EmbeddingSize("M", 1000, 1).encode(tokenizer, pair, 8, index -> "a.csv, line 2"))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "a.csv, line 2: " + directory + "/tokenizer.json gives tokens of a second text the type 1,"
                                    + " and the model M has an embedding of type 0 alone (type_vocab_size is 1); leave"
                                    + " token_type_ids out of model_input_names in tokenizer_config.json, as RoBERTa's"
                                    + " tokenizers do");
            EncodedText without = new EmbeddingSize("M", 1000, 0)
                    .encode(tokenizer, pair, 8, index -> "a.csv, line 2")
                    .get(0);
            assertThat(without.second()).isEqualTo(without.ids().length);
        }
    }

    private TextTokenizer load() {
        return TextTokenizer.load(STORAGE, directory.toString());
    }

    private static EncodedText encode(TextTokenizer tokenizer, String first, String second, int maxLength) {
        return tokenizer
                .encodePairs(List.of(TextParts.pair(first, second)), maxLength, index -> "the pair")
                .get(0);
    }

    private static TokenizerConfig config(String json) throws IOException {
        return new TokenizerConfig("t", JSON.readTree(json));
    }

    private void edit(String postProcessor) throws IOException {
        Path file = directory.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        json.set("post_processor", JSON.readTree(postProcessor.replace('\'', '"')));
        JSON.writeValue(file.toFile(), json);
    }

    private void names(String json) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        config.set("model_input_names", JSON.readTree(json));
        JSON.writeValue(file.toFile(), config);
    }
}
