// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
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

    /** What a text is known to be: a second step of a kind changes nothing. */
    private enum Form {
        ANY,
        COMPOSED,
        DECOMPOSED
    }

    private int steps;
    private Form form = Form.ANY;
    private boolean lower;
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
                done = done.andCharacterMap(form == Form.DECOMPOSED ? map.growthOfDecomposed() : map.growth());
                form = Form.ANY;
                lower = false;
            }
            default -> {
                part.requireFields(Set.of(), Set.of());
                plain(type);
            }
        }
    }

    private void plain(String type) {
        switch (type) {
            case "NFKC" -> compatible(Form.COMPOSED);
            case "NFKD" -> compatible(Form.DECOMPOSED);
            case "NFC" -> {
                done = done.and(form == Form.ANY ? CANONICAL : 1);
                form = form == Form.ANY ? Form.ANY : Form.COMPOSED;
            }
            case "NFD" -> {
                done = done.and(form == Form.DECOMPOSED ? 1 : CANONICAL);
                form = form == Form.ANY ? Form.ANY : Form.DECOMPOSED;
            }
            case "Lowercase" -> {
                done = done.and(lower ? 1 : LOWERCASE);
                lower = true;
            }
            default -> done = done.andRemoval(1);
        }
    }

    /** To a compatibility form; after one of them only the other way between composed and decomposed is left. */
    private void compatible(Form to) {
        boolean isDone = form == to || form == Form.DECOMPOSED;
        done = done.and(form == Form.ANY ? COMPATIBLE : isDone ? 1 : CANONICAL);
        form = to;
    }

    private void puts(String text) {
        form = form == Form.DECOMPOSED && Normalization.isDecomposed(text) ? form : Form.ANY;
        lower &= text.equals(text.toLowerCase(Locale.ROOT));
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
        puts(content);
    }

    private void prepend(JsonPart part) {
        part.requireFields(Set.of("prepend"), Set.of());
        String prefix = part.at("prepend").text(LONGEST_PREFIX);
        if (prefix.isEmpty()) {
            throw part.at("prepend").unexpected("a string that is not empty");
        }
        done = done.and(1 + bytes(prefix));
        puts(prefix);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
