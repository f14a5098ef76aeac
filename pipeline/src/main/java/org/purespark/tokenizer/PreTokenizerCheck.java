// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** The part {@code pre_tokenizer}: how a text is cut into words. */
final class PreTokenizerCheck {
    private static final List<String> TYPES = List.of(
            "BertPreTokenizer",
            "ByteLevel",
            "Metaspace",
            "Whitespace",
            "WhitespaceSplit",
            "Punctuation",
            "Digits",
            "Split",
            "Sequence");
    private static final List<String> BEHAVIORS =
            List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
    private static final List<String> SCHEMES = List.of("first", "never", "always");
    /** A byte becomes a letter of at most two bytes, and a word may get a space. */
    private static final double BYTE_LEVEL = 3;

    private int steps;
    private double growth = 1;

    private PreTokenizerCheck() {}

    /** @return bytes of all words for each byte of the text, at most */
    static double check(JsonPart preTokenizer) {
        PreTokenizerCheck check = new PreTokenizerCheck();
        if (preTokenizer.isThere()) {
            check.step(preTokenizer, 1);
        }
        return check.growth;
    }

    private void step(JsonPart part, int depth) {
        if (++steps > NormalizerCheck.MOST_STEPS || depth > NormalizerCheck.DEEPEST) {
            throw part.refused("is one too many: at most " + NormalizerCheck.MOST_STEPS + " pre-tokenizers, "
                    + NormalizerCheck.DEEPEST + " levels deep, are read");
        }
        switch (part.type(TYPES)) {
            case "Sequence" -> {
                part.requireFields(Set.of("pretokenizers"), Set.of());
                for (JsonPart one : part.at("pretokenizers").items(NormalizerCheck.MOST_STEPS)) {
                    step(one, depth + 1);
                }
            }
            case "ByteLevel" -> {
                part.requireFields(Set.of("add_prefix_space", "trim_offsets"), Set.of("use_regex"));
                part.at("add_prefix_space").flag();
                part.at("trim_offsets").flag();
                if (part.json().has("use_regex")) {
                    part.at("use_regex").flag();
                }
                growth *= BYTE_LEVEL;
            }
            case "Metaspace" -> metaspace(part);
            case "Punctuation" -> {
                part.requireFields(Set.of(), Set.of("behavior"));
                if (part.json().has("behavior")) {
                    part.at("behavior").oneOf(BEHAVIORS);
                }
            }
            case "Digits" -> {
                part.requireFields(Set.of("individual_digits"), Set.of());
                part.at("individual_digits").flag();
            }
            case "Split" -> {
                part.requireFields(Set.of("pattern", "behavior", "invert"), Set.of());
                TextPattern.read(part.at("pattern"));
                part.at("behavior").oneOf(BEHAVIORS);
                part.at("invert").flag();
            }
            default -> part.requireFields(Set.of(), Set.of());
        }
    }

    private void metaspace(JsonPart part) {
        part.requireFields(Set.of("replacement"), Set.of("prepend_scheme", "add_prefix_space", "split", "str_rep"));
        String replacement = part.at("replacement").text(2);
        if (replacement.codePointCount(0, replacement.length()) != 1
                || Character.getType(replacement.codePointAt(0)) == Character.SURROGATE) {
            throw part.at("replacement").unexpected("one character");
        }
        if (part.json().has("prepend_scheme")) {
            part.at("prepend_scheme").oneOf(SCHEMES);
        }
        part.at("add_prefix_space").requireFlagIfThere();
        part.at("split").requireFlagIfThere();
        part.at("str_rep").textIfThere(2);
        int bytes = replacement.getBytes(StandardCharsets.UTF_8).length;
        growth *= 1 + bytes;
    }
}
