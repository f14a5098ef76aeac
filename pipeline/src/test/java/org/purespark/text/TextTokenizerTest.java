// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class TextTokenizerTest {
    private static final Set<String> PAD_IS_ONE =
            Set.of("roberta", "xlm-roberta", "mpnet", "albert", "modernbert", "deberta-v2");
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Storage storage = new Storage(new Configuration());

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"uncased, true", "cased, false"})
    void vocabularyGivesTheIdsOfTransformersOnAwkwardStrings(String kind, boolean lowerCase) throws IOException {
        copy("wordpiece/vocab.txt");
        write("tokenizer_config.json", "{\"do_lower_case\": " + lowerCase + "}");
        JsonNode cases = JSON.readTree(GOLDEN.resolve("wordpiece/cases.json").toFile());
        assertThat(cases).hasSize(280);
        List<String> texts = new ArrayList<>();
        cases.forEach(one -> texts.add(one.get("text").textValue()));
        try (TextTokenizer tokenizer = load()) {
            List<EncodedText> encoded = tokenizer.encode(texts, 128);
            for (int i = 0; i < texts.size(); i++) {
                int[] expected = ints(cases.get(i).get(kind));
                assertThat(encoded.get(i).ids()).as("batched: %s", texts.get(i)).containsExactly(expected);
                assertThat(tokenizer.encode(texts.get(i), 128).ids())
                        .as(texts.get(i))
                        .containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert",
                "distilbert",
                "electra",
                "roberta",
                "xlm-roberta",
                "mpnet",
                "albert",
                "modernbert",
                "deberta-v2"
            })
    void modelDirectoryGivesTheIdsOfTransformers(String family) throws IOException {
        JsonNode expected =
                JSON.readTree(GOLDEN.resolve(family + "/expected.json").toFile());
        JsonNode texts = expected.get("texts");
        assertThat(texts).isNotEmpty();
        try (TextTokenizer tokenizer =
                TextTokenizer.load(storage, GOLDEN.resolve(family + "/model").toString())) {
            for (int i = 0; i < texts.size(); i++) {
                EncodedText encoded = tokenizer.encode(texts.get(i).textValue(), 128);
                assertThat(encoded.ids())
                        .containsExactly(ints(expected.get("input_ids").get(i)));
                assertThat(encoded.cut()).isEqualTo(encoded.fullLength() > 128);
            }
            assertThat(tokenizer.padId()).isEqualTo(PAD_IS_ONE.contains(family) ? 1 : 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"bert, 101, 102", "roberta, 0, 2"})
    void longTextKeepsItsFirstTokensAndBothSpecialTokens(String family, int first, int last) {
        try (TextTokenizer tokenizer =
                TextTokenizer.load(storage, GOLDEN.resolve(family + "/model").toString())) {
            String text = "bad good ".repeat(300);
            EncodedText full = tokenizer.encode(text, 10_000);
            EncodedText cut = tokenizer.encode(text, 128);
            assertThat(full.cut()).isFalse();
            assertThat(cut.cut()).isTrue();
            assertThat(cut.fullLength()).isEqualTo(full.ids().length).isGreaterThan(600);
            assertThat(cut.ids()).hasSize(128).startsWith(first).endsWith(last);
            for (int i = 0; i < 127; i++) {
                assertThat(cut.ids()[i]).isEqualTo(full.ids()[i]);
            }
            assertThat(tokenizer.encode(text, full.fullLength()).cut()).isFalse();
            assertThat(tokenizer.encode(text, full.fullLength() - 1).ids()).hasSize(full.fullLength() - 1);
        }
    }

    @Test
    void specialTokensInsideATextAreCutLikeOthers() throws IOException {
        copy("wordpiece/vocab.txt");
        try (TextTokenizer tokenizer = load()) {
            assertThat(tokenizer.encode("a [MASK] b", 128).ids()).containsExactly(101, 1037, 103, 1038, 102);
            assertThat(tokenizer.encode("a [SEP] [SEP] [SEP]", 4).ids()).containsExactly(101, 1037, 102, 102);
            assertThat(tokenizer.encode("[CLS] [CLS] a b", 4).ids()).containsExactly(101, 101, 101, 102);
            assertThat(tokenizer.encode("", 3)).isEqualTo(new EncodedText(new int[] {101, 102}, 2));
        }
    }

    @Test
    void manyTextsComeBackInOrder() throws IOException {
        copy("wordpiece/vocab.txt");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            texts.add("word ".repeat(i % 7) + i);
        }
        try (TextTokenizer tokenizer = load()) {
            List<EncodedText> encoded = tokenizer.encode(texts, 16);
            assertThat(encoded).hasSize(2500);
            for (int i = 0; i < 2500; i += 97) {
                assertThat(encoded.get(i)).isEqualTo(tokenizer.encode(texts.get(i), 16));
            }
            assertThat(tokenizer.encode(List.of(), 16)).isEmpty();
        }
    }

    @Test
    void embeddedTruncationAndPaddingAreDropped() throws IOException {
        ObjectNode json = (ObjectNode)
                JSON.readTree(GOLDEN.resolve("roberta/model/tokenizer.json").toFile());
        json.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 6)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        ObjectNode padding = json.putObject("padding");
        padding.putObject("strategy").put("Fixed", 12);
        padding.put("direction", "Right").putNull("pad_to_multiple_of");
        padding.put("pad_id", 1).put("pad_type_id", 0).put("pad_token", "<pad>");
        write("tokenizer.json", json.toString());
        copy("roberta/model/config.json");
        String plain = GOLDEN.resolve("roberta/model").toString();
        try (TextTokenizer tokenizer = load();
                TextTokenizer expected = TextTokenizer.load(storage, plain)) {
            for (String text : List.of("bad", "a stirring , funny and finally transporting re-imagining")) {
                assertThat(tokenizer.encode(text, 128)).isEqualTo(expected.encode(text, 128));
            }
            assertThat(tokenizer.encode(List.of("bad", "not bad at all"), 128).get(0))
                    .isEqualTo(expected.encode("bad", 128));
            assertThat(tokenizer.padId()).isEqualTo(1);
        }
        assertThat(JSON.readTree(TextTokenizer.tokenizerJson(storage, directory.toString())))
                .isEqualTo(JSON.readTree(TextTokenizer.tokenizerJson(storage, plain)));
    }

    @Test
    void tokenizerJsonOfAVocabularyTokenizesAlike() throws IOException {
        copy("wordpiece/vocab.txt");
        write("tokenizer_config.json", "{\"do_lower_case\": false, \"strip_accents\": null}");
        String json = TextTokenizer.tokenizerJson(storage, directory.toString());
        assertThat(TextTokenizer.tokenizerJson(storage, directory.toString())).isEqualTo(json);
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("tokenizer.json"), json);
        try (TextTokenizer vocabulary = load();
                TextTokenizer carried = TextTokenizer.load(storage, other.toString())) {
            String text = "Crème brûlée [MASK] at the CAFÉ 中文 unaffable";
            assertThat(carried.encode(text, 128)).isEqualTo(vocabulary.encode(text, 128));
            assertThat(carried.padId()).isZero();
        }
    }

    @Test
    void tokenizerConfigDecidesOnCaseAccentsAndChineseCharacters() throws IOException {
        copy("wordpiece/vocab.txt");
        write("tokenizer.json", TextTokenizer.tokenizerJson(storage, directory.toString()));
        write("config.json", "{\"model_type\": \"bert\"}");
        int[] stripped = ids("Café 中");
        write("tokenizer_config.json", "{\"do_lower_case\": true, \"strip_accents\": false}");
        int[] accents = ids("Café 中");
        assertThat(ids("CAFÉ 中")).isEqualTo(accents).isNotEqualTo(stripped);
        write("tokenizer_config.json", "{\"do_lower_case\": false}");
        assertThat(ids("cafe")).isNotEqualTo(ids("CAFE"));
        write("tokenizer_config.json", "{\"tokenize_chinese_chars\": false}");
        assertThat(ids("中中")).isNotEqualTo(ids("中 中"));
    }

    @Test
    void specialTokensMayHaveOtherNamesAndTokensMayBeAdded() throws IOException {
        write("vocab.txt", "<p>\n<u>\n<c>\n<s>\ngood\nbad\n");
        write(
                "tokenizer_config.json",
                "{\"pad_token\": \"<p>\", \"unk_token\": {\"content\": \"<u>\"}, \"cls_token\": \"<c>\","
                        + " \"sep_token\": \"<s>\", \"added_tokens_decoder\":"
                        + " {\"6\": {\"content\": \"<brand>\", \"special\": false}}}");
        assertThat(ids("good <brand> odd bad")).containsExactly(2, 4, 6, 1, 5, 3);
    }

    @Test
    void vocabularyMayHaveWindowsLineEnds() throws IOException {
        write("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\ngood\r\n");
        assertThat(ids("good bad")).containsExactly(2, 4, 1, 3);
    }

    @Test
    void lengthWithoutRoomForATextIsRefused() throws IOException {
        copy("wordpiece/vocab.txt");
        try (TextTokenizer tokenizer = load()) {
            assertThatThrownBy(() -> tokenizer.encode("a", 2))
                    .isInstanceOf(InputException.class)
                    .hasMessage("text.max-length=2 leaves no room for a text beside the 2 special tokens; give 3 or"
                            + " more");
            assertThat(tokenizer.encode("a b", 3).ids()).containsExactly(101, 1037, 102);
        }
    }

    @Test
    void directoryWithoutTokenizerIsRefused() {
        assertRefused(directory + ": no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt;"
                + " transformers writes the first: AutoTokenizer.from_pretrained(MODEL).save_pretrained(DIRECTORY)");
    }

    @Test
    void corruptTokenizerFilesAreRefusedByName() throws IOException {
        write("tokenizer.json", "[1]");
        assertRefused(directory + "/tokenizer.json: not a JSON object");
        write("tokenizer.json", "{\"model\": ");
        assertThatThrownBy(this::load)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory + "/tokenizer.json: not valid JSON (Unexpected end-of-input");
        write("tokenizer.json", "{\"model\": {\"vocab\": {}}, \"model\": 1}");
        assertThatThrownBy(this::load)
                .isInstanceOf(InputException.class)
                .hasMessage(directory + "/tokenizer.json: not valid JSON (Duplicate field 'model' for `ObjectNode`:"
                        + " not allowed when `DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY` enabled)");
        write("tokenizer.json", "[".repeat(100) + "]".repeat(100));
        assertThatThrownBy(this::load)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory + "/tokenizer.json: not valid JSON (Document nesting depth (65)");
        write("tokenizer.json", "{}");
        assertRefused("cannot use " + directory
                + "/tokenizer.json: model is missing; expected is a value; save it again with transformers");
        write("tokenizer.json", "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0}}}");
        assertRefused(directory + "/tokenizer.json: no padding token [PAD] or <pad>; name it as pad_token in "
                + directory + "/tokenizer_config.json");
    }

    @ParameterizedTest
    @CsvSource({"-5", "9", "2147483648", "'\"[PAD]\"'", "1.5"})
    void aPaddingIdThatIsNoTokensIsRefused(String id) throws IOException {
        write(
                "tokenizer.json",
                "{\"padding\": {\"pad_id\": " + id + "}, \"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\","
                        + " \"vocab\": {\"a\": 0, \"[PAD]\": 1}}}");
        assertRefused("cannot use " + directory + "/tokenizer.json: padding.pad_id is " + id
                + "; expected is the id of a token; save it again with transformers");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedByTheirPlace() throws IOException {
        copy("wordpiece/vocab.txt");
        byte[] bytes = "{\n  \"do_lower_case\": true, \"x\": \"?\"}".getBytes(StandardCharsets.UTF_8);
        bytes[34] = (byte) 0xFF;
        Files.write(directory.resolve("tokenizer_config.json"), bytes);
        assertRefused("cannot use " + directory + "/tokenizer_config.json, line 2: byte 0xFF at offset 34 is not UTF-8;"
                + " save it again with transformers");
        Files.delete(directory.resolve("tokenizer_config.json"));
        Files.write(directory.resolve("vocab.txt"), new byte[] {'[', 'P', '\n', 'a', (byte) 0xC3, '\n'});
        assertRefused("cannot use " + directory
                + "/vocab.txt, line 2: byte 0xC3 at offset 4 is not UTF-8; save it again" + " with transformers");
        Files.write(directory.resolve("tokenizer.json"), new byte[] {'{', '"', (byte) 0x80, '"', ':', '1', '}'});
        assertRefused("cannot use " + directory + "/tokenizer.json, line 1: byte 0x80 at offset 2 is not UTF-8; save it"
                + " again with transformers");
    }

    @Test
    void aByteOrderMarkIsNotText() throws IOException {
        write("vocab.txt", "\uFEFF[PAD]\n[UNK]\n[CLS]\n[SEP]\ngood\n");
        write("tokenizer_config.json", "\uFEFF{\"do_lower_case\": false}");
        assertThat(ids("good Good")).containsExactly(2, 4, 1, 3);
    }

    @Test
    void filesWithoutEndAreNotReadToTheirEnd() throws IOException {
        copy("wordpiece/vocab.txt");
        Path config = directory.resolve("tokenizer_config.json");
        try (RandomAccessFile large = new RandomAccessFile(config.toFile(), "rw")) {
            large.setLength((16 << 20) + 1);
        }
        assertRefused("cannot read " + config + ": it has more than 16 MiB, the most for a tokenizer's configuration");
    }

    @ParameterizedTest
    @ValueSource(strings = {"albert", "deberta-v2", "modernbert", "mpnet", "xlm-roberta"})
    void tokenizersOfOtherFamiliesGiveTheIdsOfTransformers(String family) throws IOException {
        Path of = Path.of("src/test/resources/tokenizers", family);
        JsonNode expected = JSON.readTree(of.resolve("ids.json").toFile());
        try (TextTokenizer tokenizer = TextTokenizer.load(storage, of.toString())) {
            for (int i = 0; i < expected.get("texts").size(); i++) {
                assertThat(tokenizer
                                .encode(expected.get("texts").get(i).textValue(), 128)
                                .ids())
                        .containsExactly(ints(expected.get("input_ids").get(i)));
            }
        }
    }

    /** As transformers 5.24 makes it of this vocabulary, which has BERT's special tokens as words. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tokenizer_class\": \"MPNetTokenizer\"}",
                "{\"tokenizer_class\": \"MPNetTokenizerFast\"}",
                "{}"
            })
    void aVocabularyOfMpnetHasSpecialTokensOfItsOwn(String config) throws IOException {
        write("config.json", "{\"model_type\": \"mpnet\"}");
        write("tokenizer_config.json", config);
        write("vocab.txt", "<s>\n<pad>\n</s>\n[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nfilm\n##s\n[\ncls\n]\n<mask>\n");
        assertThat(ids("A films")).containsExactly(0, 7, 8, 9, 2);
        assertThat(ids("[CLS] zz <mask>")).containsExactly(0, 10, 11, 12, 4, 13, 2);
        try (TextTokenizer tokenizer = load()) {
            assertThat(tokenizer.padId()).isEqualTo(1);
        }
    }

    @Test
    void withoutAClassTheModelTellsTheKindOfTokenizer() throws IOException {
        write("vocab.txt", "<s>\n<pad>\n</s>\n[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
        assertThat(ids("a")).containsExactly(5, 7, 6);
        write("config.json", "{\"model_type\": \"bert\"}");
        assertThat(ids("a")).containsExactly(5, 7, 6);
        write("config.json", "{\"model_type\": \"mpnet\"}");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"BertTokenizer\"}");
        assertThat(ids("a")).containsExactly(5, 7, 6);
        write("tokenizer_config.json", "{}");
        assertThat(ids("a")).containsExactly(0, 7, 2);
    }

    @Test
    void unfitVocabularyIsRefused() throws IOException {
        write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n");
        String config = directory + "/tokenizer_config.json";
        assertRefused(directory + "/vocab.txt: no line for the special token [SEP]; add it, or name the one that is"
                + " used as sep_token in " + config);
        write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n");
        write("tokenizer_config.json", "{\"do_lower_case\": 1}");
        assertRefused(config + ": key do_lower_case is 1; it must be true, false or null");
        write("tokenizer_config.json", "{\"sep_token\": 1}");
        assertRefused(config + ": key sep_token is 1; it must be a string or an object with content");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}");
        assertRefused(config + ": tokenizer_class BertJapaneseTokenizer is not known; known are BertTokenizer,"
                + " DistilBertTokenizer, ElectraTokenizer, MPNetTokenizer, RobertaTokenizer, XLMRobertaTokenizer,"
                + " CamembertTokenizer, AlbertTokenizer, DebertaV2Tokenizer, PreTrainedTokenizer, TokenizersBackend;"
                + " where tokenizer.json says all, write PreTrainedTokenizerFast");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"RobertaTokenizerFast\"}");
        assertRefused(config + ": tokenizer_class RobertaTokenizerFast cannot be made from vocab.txt; save the"
                + " tokenizer as tokenizer.json beside it");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"9\": {\"content\": \"x\"}}}");
        assertRefused(config + ": added_tokens_decoder gives token x the id 9, by the tokenizer's vocabulary"
                + " it is 4; save the tokenizer again with transformers");
        write("tokenizer_config.json", "{\"truncation_side\": \"middle\"}");
        assertRefused(config + ": truncation_side is middle; it must be left or right");
        write("tokenizer_config.json", "{\"split_special_tokens\": true}");
        assertRefused(config + ": split_special_tokens is true; only false is computed");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": 1}}");
        assertRefused(config + ": added_tokens_decoder, key x: an id with the token's content is expected");
    }

    @Test
    void nativeLibraryIsKeptFromTheNetwork() throws IOException {
        copy("wordpiece/vocab.txt");
        try (TextTokenizer tokenizer = load()) {
            assertThat(tokenizer.encode("a", 8).fullLength()).isEqualTo(3);
        }
        assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
        assertThat(ai.djl.util.Utils.getEnvOrSystemProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(ai.djl.util.Utils.getEnvOrSystemProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }

    @Test
    void nativeLibraryIsUnpackedOnlyWhereADirectoryCanBeMade() throws IOException {
        assertThat(NativeTokenizers.canUnpackIn(directory.resolve("cache"))).isTrue();
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(NativeTokenizers.canUnpackIn(file.resolve("cache"))).isFalse();
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::load).isInstanceOf(InputException.class).hasMessage(message);
    }

    private int[] ids(String text) {
        try (TextTokenizer tokenizer = load()) {
            return tokenizer.encode(text, 128).ids();
        }
    }

    private TextTokenizer load() {
        return TextTokenizer.load(storage, directory.toString());
    }

    private void copy(String golden) throws IOException {
        Path from = GOLDEN.resolve(golden);
        Files.copy(from, directory.resolve(from.getFileName()));
    }

    private void write(String name, String content) throws IOException {
        // Hadoop keeps checksums beside files that it wrote itself; these it has not.
        Files.writeString(directory.resolve(name), content);
    }

    private static int[] ints(JsonNode array) {
        int[] ints = new int[array.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = array.get(i).intValue();
        }
        return ints;
    }
}
