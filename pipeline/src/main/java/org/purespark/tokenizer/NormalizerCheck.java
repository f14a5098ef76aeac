// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** The part {@code normalizer}: what is done to a text before it is cut into words. */
final class NormalizerCheck {
    static final int MOST_STEPS = 32;
    static final int DEEPEST = 3;
    private static final int LONGEST_CONTENT = 64;
    private static final int LONGEST_PREFIX = 16;
    private static final List<String> TYPES = List.of(
            "BertNormalizer",
            "Sequence",
            "NFC",
            "NFD",
            "NFKC",
            "NFKD",
            "Lowercase",
            "StripAccents",
            "Strip",
            "Replace",
            "Prepend",
            "Precompiled",
            "Nmt");
    /** Growth in UTF-8 by the Unicode standard: canonical forms 3, compatibility forms 11. */
    private static final double CANONICAL = 3;

    private static final double COMPATIBLE = 11;
    /** U+023A has two bytes, its small letter three. */
    private static final double LOWERCASE = 1.5;
    /** A Chinese character of three bytes gets a space before and after it. */
    private static final double SPACES = 5 / 3.0;

    private int steps;
    private boolean decomposed;
    private Normalization done = Normalization.NONE;

    private NormalizerCheck() {}

    static Normalization check(JsonPart normalizer) {
        NormalizerCheck check = new NormalizerCheck();
        if (normalizer.isThere()) {
            check.step(normalizer, 1);
        }
        return check.done;
    }

    private void step(JsonPart part, int depth) {
        if (++steps > MOST_STEPS || depth > DEEPEST) {
            throw part.refused(
                    "is one too many: at most " + MOST_STEPS + " normalizers, " + DEEPEST + " levels deep, are read");
        }
        String type = part.type(TYPES);
        switch (type) {
            case "Sequence" -> {
                part.requireFields(Set.of("normalizers"), Set.of());
                for (JsonPart one : part.at("normalizers").items(MOST_STEPS)) {
                    step(one, depth + 1);
                }
            }
            case "BertNormalizer" -> bert(part);
            case "Strip" -> {
                part.requireFields(Set.of("strip_left", "strip_right"), Set.of());
                part.at("strip_left").flag();
                part.at("strip_right").flag();
                done = done.andRemoval(1);
            }
            case "Replace" -> replace(part);
            case "Prepend" -> prepend(part);
            case "Precompiled" -> {
                part.requireFields(Set.of("precompiled_charsmap"), Set.of());
                if (done.hasCharacterMap()) {
                    throw part.refused("is the second of its type; one is read");
                }
                CharacterMap map = CharacterMap.read(part.at("precompiled_charsmap"));
                done = done.andCharacterMap(decomposed ? map.growthOfDecomposed() : map.growth());
            }
            default -> {
                part.requireFields(Set.of(), Set.of());
                plain(type);
            }
        }
    }

    private void plain(String type) {
        switch (type) {
            case "NFKC", "NFKD" -> {
                done = done.and(decomposed ? CANONICAL : COMPATIBLE);
                decomposed = type.equals("NFKD");
            }
            case "NFC" -> {
                done = done.and(CANONICAL);
                decomposed = false;
            }
            case "NFD" -> done = done.and(CANONICAL);
            case "Lowercase" -> done = done.and(LOWERCASE);
            default -> done = done.andRemoval(1);
        }
    }

    private void bert(JsonPart part) {
        part.requireFields(Set.of("clean_text", "handle_chinese_chars", "lowercase"), Set.of("strip_accents"));
        part.at("clean_text").flag();
        part.at("handle_chinese_chars").flag();
        part.at("lowercase").flag();
        part.at("strip_accents").requireFlagIfThere();
        done = done.andRemoval(SPACES * CANONICAL * LOWERCASE);
    }

    private void replace(JsonPart part) {
        part.requireFields(Set.of("pattern", "content"), Set.of());
        TextPattern pattern = TextPattern.read(part.at("pattern"));
        String content = part.at("content").text(LONGEST_CONTENT);
        double factor = Math.max(1, (double) bytes(content) / pattern.leastBytes());
        done = pattern.matchesBlanksOnly() || Normalization.hasSolid(content)
                ? done.andRemoval(factor)
                : done.andLoss(factor, part.path());
        decomposed &= Normalization.isDecomposed(content);
    }

    private void prepend(JsonPart part) {
        part.requireFields(Set.of("prepend"), Set.of());
        String prefix = part.at("prepend").text(LONGEST_PREFIX);
        if (prefix.isEmpty()) {
            throw part.at("prepend").unexpected("a string that is not empty");
        }
        done = done.and(1 + bytes(prefix));
        decomposed &= Normalization.isDecomposed(prefix);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
