// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes hostile {@code tokenizer.json} files of good ones: changed at random, and made anew from known parts. */
final class TokenizerMutations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] BEHAVIORS = {
        "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous", "Odd"
    };

    private final Random random;
    private final HostileValues values;
    private final List<String> characterMaps;

    /** @param characterMaps base64 of maps to put into {@code Precompiled}, and to change */
    TokenizerMutations(long seed, List<String> characterMaps) {
        this.random = new Random(seed);
        this.values = new HostileValues(random);
        this.characterMaps = characterMaps;
    }

    /** Another tokenizer, made of this one. */
    ObjectNode next(ObjectNode base) {
        ObjectNode json = base.deepCopy();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            switch (random.nextInt(14)) {
                case 0, 1 -> change(json);
                case 2, 3, 4 -> json.set("normalizer", chain("normalizers", 0));
                case 5, 6, 7 -> json.set("pre_tokenizer", chain("pretokenizers", 0));
                case 8 -> json.set("post_processor", postProcessor(0, json));
                case 9, 10 -> addTokens(json);
                case 11 -> json.set("model", model());
                case 12 -> changeWithin(json, "model");
                default -> changeWithin(
                        json, values.pick("normalizer", "pre_tokenizer", "post_processor", "added_tokens"));
            }
        }
        return json;
    }

    private void changeWithin(ObjectNode json, String part) {
        if (json.get(part) instanceof ContainerNode<?> container) {
            change(container);
        }
    }

    /** Changes one value somewhere in the tree; large objects are not searched. */
    private void change(ContainerNode<?> root) {
        List<ContainerNode<?>> places = new ArrayList<>();
        collect(root, places);
        ContainerNode<?> place = places.get(random.nextInt(places.size()));
        if (place.isEmpty()) {
            return;
        }
        int at = random.nextInt(place.size());
        if (place instanceof ArrayNode array) {
            switch (random.nextInt(4)) {
                case 0 -> array.remove(at);
                case 1 -> array.insert(at, array.get(at).deepCopy());
                case 2 -> array.set(at, array.get(random.nextInt(array.size())).deepCopy());
                default -> array.set(at, values.scalar());
            }
        } else if (place instanceof ObjectNode object) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            String key = keys.get(at);
            switch (random.nextInt(5)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(values.text(), object.get(key).deepCopy());
                case 2 -> object.set(
                        key, object.get(keys.get(random.nextInt(keys.size()))).deepCopy());
                default -> object.set(key, values.scalar());
            }
        }
    }

    private static void collect(ContainerNode<?> node, List<ContainerNode<?>> places) {
        places.add(node);
        int children = 0;
        for (JsonNode child : node) {
            if (child instanceof ContainerNode<?> container && children++ < 40) {
                collect(container, places);
            }
        }
    }

    private JsonNode chain(String name, int depth) {
        if (random.nextInt(12) == 0) {
            return NODES.nullNode();
        }
        if (depth < 3 && random.nextInt(2) == 0) {
            ObjectNode sequence = NODES.objectNode().put("type", "Sequence");
            ArrayNode parts = sequence.putArray(name);
            int size = 1 + random.nextInt(4);
            for (int i = 0; i < size; i++) {
                JsonNode part = chain(name, depth + 1);
                if (!part.isNull()) {
                    parts.add(part);
                }
            }
            return sequence;
        }
        return name.equals("normalizers") ? normalizer() : preTokenizer();
    }

    private ObjectNode normalizer() {
        ObjectNode part = NODES.objectNode();
        switch (random.nextInt(9)) {
            case 0 -> part.put("type", "BertNormalizer")
                    .put("clean_text", random.nextBoolean())
                    .put("handle_chinese_chars", random.nextBoolean())
                    .put("strip_accents", random.nextInt(3) == 0 ? null : (Boolean) random.nextBoolean())
                    .put("lowercase", random.nextBoolean());
            case 1 -> part.put("type", "Strip")
                    .put("strip_left", random.nextBoolean())
                    .put("strip_right", random.nextBoolean());
            case 2, 3 -> {
                part.put("type", "Replace").put("content", values.text());
                part.set("pattern", pattern());
            }
            case 4 -> part.put("type", "Prepend").put("prepend", values.text());
            case 5 -> part.put("type", "Precompiled").put("precompiled_charsmap", characterMap());
            default -> part.put("type", values.pick("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"));
        }
        return part;
    }

    private String characterMap() {
        if (characterMaps.isEmpty() || random.nextInt(20) == 0) {
            return values.text();
        }
        byte[] map = java.util.Base64.getDecoder().decode(characterMaps.get(random.nextInt(characterMaps.size())));
        int changes = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(Math.min(map.length, random.nextBoolean() ? 4096 : map.length));
            map[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : map[at] ^ 1 << random.nextInt(8));
        }
        return java.util.Base64.getEncoder().encodeToString(map);
    }

    private ObjectNode pattern() {
        ObjectNode pattern = NODES.objectNode();
        return random.nextBoolean() ? pattern.put("String", values.text()) : pattern.put("Regex", values.expression());
    }

    private ObjectNode preTokenizer() {
        ObjectNode part = NODES.objectNode();
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                part.put("type", "Split")
                        .put("behavior", values.pick(BEHAVIORS))
                        .put("invert", random.nextBoolean());
                part.set("pattern", pattern());
            }
            case 2 -> part.put("type", "ByteLevel")
                    .put("add_prefix_space", random.nextBoolean())
                    .put("trim_offsets", random.nextBoolean())
                    .put("use_regex", random.nextBoolean());
            case 3, 4 -> part.put("type", "Metaspace")
                    .put("replacement", random.nextBoolean() ? "\u2581" : values.text())
                    .put("prepend_scheme", values.pick("first", "never", "always"))
                    .put("split", random.nextBoolean());
            case 5 -> part.put("type", "Punctuation").put("behavior", values.pick(BEHAVIORS));
            case 6 -> part.put("type", "Digits").put("individual_digits", random.nextBoolean());
            default -> part.put(
                    "type", values.pick("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"));
        }
        return part;
    }

    private ObjectNode postProcessor(int depth, ObjectNode json) {
        ObjectNode part = NODES.objectNode();
        String token = known(json);
        switch (random.nextInt(6)) {
            case 0 -> {
                part.put("type", "BertProcessing");
                pair(part, json);
            }
            case 1 -> {
                part.put("type", "RobertaProcessing")
                        .put("trim_offsets", random.nextBoolean())
                        .put("add_prefix_space", random.nextBoolean());
                pair(part, json);
            }
            case 2 -> part.put("type", "ByteLevel")
                    .put("add_prefix_space", random.nextBoolean())
                    .put("trim_offsets", random.nextBoolean())
                    .put("use_regex", random.nextBoolean());
            case 3 -> {
                ArrayNode parts = part.put("type", "Sequence").putArray("processors");
                int size = random.nextInt(3);
                for (int i = 0; i < size && depth < 2; i++) {
                    parts.add(postProcessor(depth + 1, json));
                }
            }
            default -> {
                part.put("type", "TemplateProcessing");
                ArrayNode single = part.putArray("single");
                int size = 1 + random.nextInt(4);
                int text = random.nextInt(size);
                for (int i = 0; i < size; i++) {
                    boolean isText = i == text || random.nextInt(10) == 0;
                    single.addObject()
                            .putObject(isText ? "Sequence" : "SpecialToken")
                            .put("id", isText ? values.pick("A", "A", "A", "B") : token)
                            .put("type_id", random.nextInt(2));
                }
                part.putArray("pair");
                ObjectNode special = part.putObject("special_tokens").putObject(token);
                special.put("id", token).putArray("ids").add(id(json, token));
                special.putArray("tokens").add(token);
            }
        }
        return part;
    }

    private void pair(ObjectNode part, ObjectNode json) {
        for (String end : List.of("sep", "cls")) {
            String token = known(json);
            part.putArray(end).add(token).add(id(json, token));
        }
    }

    private String known(ObjectNode json) {
        JsonNode vocabulary = json.path("model").path("vocab");
        int at = vocabulary.isEmpty() ? 0 : random.nextInt(Math.min(8, vocabulary.size()));
        if (vocabulary.isArray() && !vocabulary.isEmpty()) {
            return vocabulary.get(at).path(0).asText();
        }
        List<String> first = new ArrayList<>();
        for (var names = vocabulary.fieldNames(); names.hasNext() && first.size() <= at; ) {
            first.add(names.next());
        }
        return first.isEmpty() ? "a" : first.get(first.size() - 1);
    }

    private static int id(ObjectNode json, String token) {
        JsonNode vocabulary = json.path("model").path("vocab");
        int id = -1;
        for (int i = 0; vocabulary.isArray() && i < vocabulary.size(); i++) {
            id = vocabulary.get(i).path(0).asText().equals(token) ? i : id;
        }
        return vocabulary.isArray() ? id : vocabulary.path(token).asInt();
    }

    private void addTokens(ObjectNode json) {
        ArrayNode tokens = json.get("added_tokens") instanceof ArrayNode array ? array : json.putArray("added_tokens");
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            tokens.addObject()
                    .put("id", random.nextInt(100))
                    .put("content", values.text())
                    .put("single_word", random.nextInt(3) == 0)
                    .put("lstrip", random.nextInt(3) == 0)
                    .put("rstrip", random.nextInt(3) == 0)
                    .put("normalized", random.nextBoolean())
                    .put("special", random.nextBoolean());
        }
    }

    private ObjectNode model() {
        ObjectNode model = NODES.objectNode();
        if (random.nextInt(4) == 0) {
            ArrayNode vocabulary = model.put("type", "Unigram")
                    .put("unk_id", random.nextInt(3))
                    .putArray("vocab");
            int size = 1 + random.nextInt(60);
            for (int i = 0; i < size; i++) {
                String token = random.nextInt(4) == 0 ? "a".repeat(1 + random.nextInt(100)) : values.text();
                vocabulary.addArray().add(token).add(random.nextInt(10) == 0 ? 1e308 : -random.nextInt(20));
            }
            return model.put("byte_fallback", random.nextBoolean());
        }
        ObjectNode vocabulary = NODES.objectNode();
        int size = 1 + random.nextInt(60);
        for (int i = 0; i < size; i++) {
            vocabulary.put(values.text(), random.nextInt(4) == 0 ? random.nextInt(10) : i);
        }
        vocabulary.put("[UNK]", random.nextInt(100));
        switch (random.nextInt(3)) {
            case 0 -> model.put("type", "WordLevel").put("unk_token", "[UNK]");
            case 1 -> model.put("type", "WordPiece")
                    .put("unk_token", "[UNK]")
                    .put("continuing_subword_prefix", values.pick("", "##", values.text()))
                    .put("max_input_chars_per_word", 1 + random.nextInt(220));
            default -> bytePairs(model, vocabulary);
        }
        model.set("vocab", vocabulary);
        return model;
    }

    private void bytePairs(ObjectNode model, ObjectNode vocabulary) {
        String prefix = values.pick("", "", "##", "\u0301");
        model.put("type", "BPE")
                .put("continuing_subword_prefix", prefix)
                .put("end_of_word_suffix", values.pick("", "", "</w>"));
        model.put("unk_token", random.nextBoolean() ? "[UNK]" : null).put("fuse_unk", random.nextBoolean());
        model.put("byte_fallback", random.nextBoolean()).put("ignore_merges", random.nextBoolean());
        ArrayNode merges = model.putArray("merges");
        String[] letters = {"a", "b", "e", "\u0301", "\u0120"};
        for (int i = 0; i < 12; i++) {
            String first = letters[random.nextInt(5)];
            String second = letters[random.nextInt(5)];
            vocabulary.put(first, random.nextInt(50)).put(prefix + second, random.nextInt(50));
            vocabulary.put(first + second, random.nextInt(50));
            merges.addArray().add(first).add(random.nextInt(8) == 0 ? second : prefix + second);
        }
    }
}
