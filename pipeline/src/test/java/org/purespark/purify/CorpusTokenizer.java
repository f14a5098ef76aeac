// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.attack.TextOfClass;

/**
 * Tokenizers of the kinds that families have, with the words of some English texts as their tokens: {@code
 * tokenizer.json} as transformers would save it.
 */
final class CorpusTokenizer {
    /** Special tokens in the order of their ids, with the keys of {@code tokenizer_config.json} that name them. */
    enum Special {
        BERT(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"),
        MPNET(List.of("<s>", "<pad>", "</s>", "[UNK]", "<mask>"), "[UNK]", "<s>", "</s>", "<pad>", "<mask>"),
        FAIRSEQ(List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>"), "<unk>", "<s>", "</s>", "<pad>", "<mask>"),
        ALBERT(List.of("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"), "<unk>", "[CLS]", "[SEP]", "<pad>", "[MASK]");

        private final List<String> tokens;
        private final String unknown;
        private final String first;
        private final String last;
        private final String padding;
        private final String mask;

        Special(List<String> tokens, String unknown, String first, String last, String padding, String mask) {
            this.tokens = tokens;
            this.unknown = unknown;
            this.first = first;
            this.last = last;
            this.padding = padding;
            this.mask = mask;
        }

        int id(String token) {
            return tokens.indexOf(token);
        }

        int padId() {
            return id(padding);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern WORD = Pattern.compile("[A-Za-z]+|[0-9]+");
    /** What the byte-level pre-tokenizer takes for a word. */
    private static final Pattern BYTE_LEVEL_WORD =
            Pattern.compile("'(?:[stmd]|re|ve|ll)| ?[A-Za-z]+| ?[0-9]+| ?[^ A-Za-z0-9]+");

    private static final int PRINTABLE = 33;
    private static final int NOT_ASCII = 127;

    private final Special special;
    private final List<String> texts;

    CorpusTokenizer(Special special, List<TextOfClass> texts, List<String> more) {
        this.special = special;
        this.texts = new ArrayList<>(more.stream().map(word -> "a " + word).toList());
        texts.forEach(row -> this.texts.add(row.text()));
    }

    /** As BERT has it: lower case, the words whole and every character as a piece. */
    ObjectNode wordPieces() {
        ObjectNode json = json();
        json.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .putNull("strip_accents")
                .put("lowercase", true);
        json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", special.unknown)
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        Set<String> tokens = new LinkedHashSet<>(special.tokens);
        characters().forEach(tokens::add);
        characters().forEach(character -> tokens.add("##" + character));
        words(WORD).forEach(word -> tokens.add(word.toLowerCase(Locale.ROOT)));
        ids(model, tokens);
        return json;
    }

    /** As RoBERTa has it: bytes, and merges that put each word together from its start. */
    ObjectNode bytePairs() {
        ObjectNode json = json();
        json.putNull("normalizer");
        json.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        json.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", false);
        Set<String> tokens = new LinkedHashSet<>(special.tokens);
        byteLetters().forEach(tokens::add);
        List<String> merges = new ArrayList<>();
        List<String> words = new ArrayList<>(words(BYTE_LEVEL_WORD));
        // Words after a space first: a merge inside them that is of another word's start comes later.
        words.sort((one, other) -> Boolean.compare(other.startsWith(" "), one.startsWith(" ")));
        for (String word : words) {
            String letters = word.replace(' ', 'Ġ');
            for (int end = 1; end < letters.length(); end++) {
                if (tokens.add(letters.substring(0, end + 1))) {
                    merges.add(letters.substring(0, end) + " " + letters.charAt(end));
                }
            }
        }
        ids(model, tokens);
        ArrayNode array = model.putArray("merges");
        merges.forEach(array::add);
        return json;
    }

    /** As XLM-RoBERTa and ALBERT have it: words with a mark for the space before them, cut by their scores. */
    ObjectNode unigram() {
        ObjectNode json = json();
        boolean isLower = special == Special.ALBERT;
        if (isLower) {
            albertNormalizer(json.putObject("normalizer"));
        } else {
            json.putNull("normalizer");
        }
        ArrayNode steps =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        steps.addObject().put("type", "WhitespaceSplit");
        steps.addObject()
                .put("type", "Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", "always")
                .put("split", true);
        json.putObject("decoder")
                .put("type", "Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", "always")
                .put("split", true);
        ObjectNode model = json.putObject("model").put("type", "Unigram").put("unk_id", special.id(special.unknown));
        ArrayNode scored = model.putArray("vocab");
        special.tokens.forEach(token -> scored.addArray().add(token).add(0.0));
        scored.addArray().add("▁").add(-3.0);
        characters().forEach(character -> scored.addArray().add(character).add(-4.0));
        words(WORD).stream()
                .map(word -> isLower ? word.toLowerCase(Locale.ROOT) : word)
                .distinct()
                .forEach(word -> scored.addArray().add("▁" + word).add(-5.0));
        model.put("byte_fallback", false);
        return json;
    }

    private static void albertNormalizer(ObjectNode normalizer) {
        ArrayNode steps = normalizer.put("type", "Sequence").putArray("normalizers");
        for (String quotes : List.of("``", "''")) {
            ObjectNode replace = steps.addObject().put("type", "Replace").put("content", "\"");
            replace.putObject("pattern").put("String", quotes);
        }
        for (String type : List.of("NFKD", "StripAccents", "Lowercase")) {
            steps.addObject().put("type", type);
        }
    }

    /** Keys of {@code tokenizer_config.json}. */
    ObjectNode config(String tokenizerClass) {
        return JSON.createObjectNode()
                .put("tokenizer_class", tokenizerClass)
                .put("model_max_length", 128)
                .put("bos_token", special.first)
                .put("eos_token", special.last)
                .put("cls_token", special.first)
                .put("sep_token", special.last)
                .put("unk_token", special.unknown)
                .put("pad_token", special.padding)
                .put("mask_token", special.mask);
    }

    /** Everything but normalizer, pre-tokenizer, decoder and model. */
    private ObjectNode json() {
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        json.putNull("truncation");
        json.putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (String token : special.tokens) {
            added.addObject()
                    .put("id", special.id(token))
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        ObjectNode template = json.putObject("post_processor").put("type", "TemplateProcessing");
        around(template.putArray("single"), "A");
        around(template.putArray("pair"), "A", "B");
        ObjectNode ids = template.putObject("special_tokens");
        for (String token : List.of(special.first, special.last)) {
            ObjectNode entry = ids.putObject(token).put("id", token);
            entry.putArray("ids").add(special.id(token));
            entry.putArray("tokens").add(token);
        }
        return json;
    }

    private void around(ArrayNode template, String... sequences) {
        special(template, special.first);
        for (String sequence : sequences) {
            template.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
            special(template, special.last);
        }
    }

    private static void special(ArrayNode template, String token) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    }

    private static void ids(ObjectNode model, Set<String> tokens) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
    }

    private Set<String> words(Pattern pattern) {
        Set<String> words = new TreeSet<>();
        for (String text : texts) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                words.add(matcher.group());
            }
        }
        return words;
    }

    private static List<String> characters() {
        List<String> characters = new ArrayList<>();
        for (int code = PRINTABLE; code < NOT_ASCII; code++) {
            characters.add(Character.toString(code));
        }
        return characters;
    }

    /** Bytes as GPT-2 writes them: printable ones as they are, the others from U+0100. */
    private static List<String> byteLetters() {
        List<String> letters = new ArrayList<>();
        int next = 0x100;
        for (int code = 0; code < 0x100; code++) {
            boolean printable = code >= PRINTABLE && code < NOT_ASCII || code >= 0xA1 && code != 0xAD;
            letters.add(Character.toString(printable ? code : next++));
        }
        return letters;
    }
}
