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
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.config.TransformersRules;
import org.purespark.storage.Storage;

/** Ids where versions of transformers differ: of version 4 those of 4.57.6, of version 5 those of 5.24.0. */
class TokenizerVersionsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOTE = " is followed as it is, as by transformers 4; transformers 5 makes the tokenizer"
            + " by its class and may give a text other tokens: text.transformers=5 follows that version,"
            + " text.transformers=4 says that the file is meant";
    private static final String FLAGS = "\"rstrip\": false, \"normalized\": false, \"single_word\": false";
    private static final String MASK = "{\"content\": \"<mask>\", \"lstrip\": true, " + FLAGS + "}";
    private static final String LISTED = "{\"4\": {\"content\": \"<mask>\", \"lstrip\": false, " + FLAGS + "}}";

    private final Storage storage = new Storage(new Configuration());

    @TempDir
    Path directory;

    @Test
    void anObjectUnderAKeyLeavesTheFlagsOfTheFile() throws IOException {
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\", \"mask_token\": " + MASK);
        assertIds("a <mask> b", "0 69 225 4 282 2", "0 69 225 4 282 2");
    }

    @Test
    void anObjectUnderAKeyLeavesTheFlagsOfAGenericClass() throws IOException {
        config(
                "modernbert",
                "\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"mask_token\": "
                        + MASK.replace("<mask>", "[MASK]"));
        assertIds("a [MASK] b", "0 69 225 4 282 2", "0 69 225 4 282 2");
    }

    @Test
    void anObjectUnderAKeyLeavesTheFlagsOfTheListById() throws IOException {
        config(
                "roberta",
                "\"tokenizer_class\": \"RobertaTokenizer\", \"mask_token\": " + MASK + ", \"added_tokens_decoder\": "
                        + LISTED);
        assertIds("a <mask> b", "0 69 225 4 282 2", "0 69 225 4 282 2");
    }

    @Test
    void anObjectOfTheFileOfSpecialTokensLeavesTheFlagsOfTheTokenizersFile() throws IOException {
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\"");
        write("special_tokens_map.json", "{\"mask_token\": " + MASK + "}");
        assertIds("a <mask> b", "0 69 225 4 282 2", "0 69 225 4 282 2");
    }

    @Test
    void anObjectCountsForATokenThatTheFileDoesNotHave() throws IOException {
        config(
                "modernbert",
                "\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"mask_token\": "
                        + MASK.replace("<mask>", "[MASK]"));
        change(json -> json.withArray("added_tokens")
                .removeIf(token -> token.path("id").asInt() == 4));
        assertIds("a [MASK] b", "0 69 4 282 2", "0 69 4 282 2");
    }

    @Test
    void anObjectAmongAdditionalTokensCountsByVersion4Alone() throws IOException {
        config(
                "modernbert",
                "\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"additional_special_tokens\": ["
                        + MASK.replace("<mask>", "[MASK]") + "]");
        assertIds("a [MASK] b", "0 69 4 282 2", "0 69 225 4 282 2");
        assertNoted("tokenizer.json");
    }

    @Test
    void aMaskTokenThatNoFileNamesTakesTheSpacesBeforeItByVersion4Alone() throws IOException {
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\"");
        assertIds("a <mask> b", "0 69 4 282 2", "0 69 225 4 282 2");
        assertNoted("tokenizer.json");
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\", \"added_tokens_decoder\": " + LISTED);
        assertIds("a <mask> b", "0 69 4 282 2", "0 69 225 4 282 2");
    }

    @ParameterizedTest
    @CsvSource({"'\"<mask>\"'", "null"})
    void aMaskTokenThatAFileNamesHasTheFlagsOfTheFile(String mask) throws IOException {
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\", \"mask_token\": " + mask);
        assertIds("a <mask> b", "0 69 225 4 282 2", "0 69 225 4 282 2");
    }

    @ParameterizedTest
    @CsvSource({
        "albert, AlbertTokenizer, a [MASK] b, 0 9 16 4 31 2",
        "xlm-roberta, XLMRobertaTokenizer, a <mask> b, 0 8 15 4 34 2",
        "xlm-roberta, CamembertTokenizer, a <mask> b, 0 8 15 4 34 2",
        "mpnet, MPNetTokenizer, a <mask> b, 0 14 4 15 2"
    })
    void theMaskTokenIsThatOfTheClassByVersion4(String family, String name, String text, String ids)
            throws IOException {
        config(family, "\"tokenizer_class\": \"" + name + "\"");
        change(json -> json.withArray("added_tokens").forEach(token -> ((ObjectNode) token).put("lstrip", false)));
        assertThat(ids(text, TransformersRules.FOUR)).isEqualTo(ids);
        assertThat(ids(text, TransformersRules.FILES)).isEqualTo(ids);
    }

    @Test
    void mpnetKeepsTheFilesChineseCharactersByVersion4() throws IOException {
        config("mpnet", "\"tokenizer_class\": \"MPNetTokenizer\", \"tokenize_chinese_chars\": false");
        assertIds("日本語", "0 3 3 3 2", "0 3 2");
        config("mpnet", "\"tokenizer_class\": \"MPNetTokenizer\"");
        change(json -> ((ObjectNode) json.get("normalizer")).put("handle_chinese_chars", false));
        assertIds("日本語", "0 3 2", "0 3 3 3 2");
    }

    @Test
    void aGenericClassKeepsTheFilesPrefixSpaceByVersion5() throws IOException {
        config("modernbert", "\"tokenizer_class\": \"PreTrainedTokenizerFast\"");
        change(json -> json.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true));
        assertIds("the movie", "0 284 434 77 73 2", "0 290 434 77 73 2");
        assertNoted("tokenizer.json");
    }

    @Test
    void aGenericClassHasNoKeyForAPrefixSpaceByVersion5() throws IOException {
        config("modernbert", "\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"add_prefix_space\": true");
        assertIds("the movie", "0 290 434 77 73 2", "0 284 434 77 73 2");
        assertNoted("tokenizer.json");
    }

    @Test
    void theUnknownTokenIsThatOfTheConfigurationByVersion5() throws IOException {
        config("mpnet", "\"tokenizer_class\": \"MPNetTokenizer\", \"unk_token\": \"<mask>\"");
        assertIds("日本語 the", "0 3 3 3 75 2", "0 4 4 4 75 2");
        assertNoted("tokenizer.json");
        config("mpnet", "\"tokenizer_class\": \"MPNetTokenizer\"");
        write("special_tokens_map.json", "{\"unk_token\": \"<mask>\"}");
        assertIds("日本語 the", "0 3 3 3 75 2", "0 4 4 4 75 2");
    }

    @Test
    void albertKeepsTheFilesTokensAroundATextByVersion5() throws IOException {
        config(
                "albert",
                "\"tokenizer_class\": \"AlbertTokenizer\", \"cls_token\": \"[SEP]\", \"sep_token\": \"[CLS]\"");
        assertIds("the", "0 9 30 10 2", "0 9 30 10 2");
    }

    @Test
    void spaceAtTheEndOfALineIsNoPartOfATokenByVersion5() throws IOException {
        Files.copy(GOLDEN.resolve("bert/model/config.json"), directory.resolve("config.json"));
        String lines = Files.readString(GOLDEN.resolve("bert/model/vocab.txt"));
        write("vocab.txt", lines.replace("\nthe\n", "\nthe \n"));
        assertIds("the", "101 1056 2232 2063 102", "101 1996 102");
        assertNoted("vocab.txt");
    }

    @Test
    void aTextThatSpellsAMaskTokenWithoutLineIsRefused() throws IOException {
        Files.copy(GOLDEN.resolve("bert/model/config.json"), directory.resolve("config.json"));
        String lines = Files.readString(GOLDEN.resolve("bert/model/vocab.txt"));
        write("vocab.txt", lines.replace("\n[MASK]\n", "\nmosk\n"));
        assertIds("a [MASK] b", "101 1037 2500 1038 102", "101 1037 2500 1038 102");
        try (TextTokenizer tokenizer = load(TransformersRules.FILES)) {
            EmbeddingSize size = new EmbeddingSize("model.safetensors", 2500, 2);
            assertThat(size.warnings(tokenizer)).isEmpty();
            assertThatThrownBy(() ->
                            size.encode(tokenizer, List.of(TextParts.single("a [MASK] b")), 128, i -> "a.csv, line 2"))
                    .isInstanceOf(InputException.class)
                    .hasMessage("a.csv, line 2: the token \"[MASK]\" has id 2500 in " + directory
                            + "/vocab.txt, and the model model.safetensors has embeddings for ids from 0 to 2499;"
                            + " take tokenizer and model from the same checkpoint");
        }
    }

    @ParameterizedTest
    @CsvSource({"continuing_subword_prefix, @@", "max_input_chars_per_word, 4", "unk_token, <mask>"})
    void anotherModelInVersion5IsSaid(String key, String value) throws IOException {
        config("mpnet", "\"tokenizer_class\": \"MPNetTokenizer\", \"mask_token\": \"<mask>\"");
        assertThat(warnings()).isEmpty();
        change(json -> {
            ObjectNode model = (ObjectNode) json.get("model");
            if (model.path(key).isInt()) {
                model.put(key, Integer.parseInt(value));
            } else {
                model.put(key, value);
            }
        });
        assertNoted("tokenizer.json");
    }

    @Test
    void anotherEndOfWordsInVersion5IsSaid() throws IOException {
        config("roberta", "\"tokenizer_class\": \"RobertaTokenizer\", \"mask_token\": \"<mask>\"");
        assertThat(warnings()).isEmpty();
        change(json -> ((ObjectNode) json.get("model")).put("end_of_word_suffix", "</w>"));
        assertIds("the movie", "0 279 434 77 2", "0 284 434 77 73 2");
        assertNoted("tokenizer.json");
    }

    /** The files' rule and version 4 give the same ids. */
    private void assertIds(String text, String byVersion4, String byVersion5) {
        assertThat(ids(text, TransformersRules.FOUR)).as("version 4").isEqualTo(byVersion4);
        assertThat(ids(text, TransformersRules.FILES)).as("files").isEqualTo(byVersion4);
        assertThat(ids(text, TransformersRules.FIVE)).as("version 5").isEqualTo(byVersion5);
    }

    private void assertNoted(String file) {
        assertThat(warnings()).containsExactly(directory.resolve(file) + NOTE);
    }

    private List<String> warnings() {
        try (TextTokenizer tokenizer = load(TransformersRules.FILES)) {
            return tokenizer.warnings();
        }
    }

    private String ids(String text, TransformersRules rules) {
        try (TextTokenizer tokenizer = load(rules)) {
            StringBuilder ids = new StringBuilder();
            for (int id : tokenizer.encode(text, 128).ids()) {
                ids.append(ids.isEmpty() ? "" : " ").append(id);
            }
            return ids.toString();
        }
    }

    private TextTokenizer load(TransformersRules rules) {
        return TextTokenizer.load(storage, directory.toString(), rules);
    }

    /** The tokenizer of a golden model with these keys of {@code tokenizer_config.json} alone. */
    private void config(String family, String keys) throws IOException {
        for (String file : List.of("tokenizer.json", "config.json")) {
            write(file, Files.readString(GOLDEN.resolve(family + "/model/" + file)));
        }
        write("tokenizer_config.json", "{" + keys + "}");
    }

    private void change(Consumer<ObjectNode> change) throws IOException {
        Path file = directory.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        change.accept(json);
        write("tokenizer.json", json.toString());
    }

    private void write(String name, String content) throws IOException {
        // Hadoop keeps checksums beside files that it wrote itself; these it has not.
        Files.writeString(directory.resolve(name), content);
    }
}
