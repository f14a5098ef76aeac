// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Random;

/** Values that programs get wrong. */
record HostileValues(Random random) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] TEXTS = {
        "",
        " ",
        "  ",
        "\n",
        "\0",
        "a",
        "b",
        "A",
        "aa",
        "e\u0301",
        "\u0301",
        "\u00e9",
        "\u2581",
        "##",
        "##a",
        "[CLS]",
        "[SEP]",
        "[PAD]",
        "[UNK]",
        "[MASK]",
        "<s>",
        "</s>",
        "<mask>",
        "\u4e2d",
        "\ud800",
        "\ud835\udcb3",
        "\u200b",
        "\ufeff",
        "\ufdfa",
        "\u3000",
        "0",
        "1",
        "'",
        "``",
        "\"",
        ".",
        "\u1100",
        "\uac00",
        "\u0130",
        "a b",
        " a",
        "a ",
        "\u00bd",
        "x".repeat(300),
        "\u0344",
        "\ufb03",
        "<0x00>",
        "<0x61>",
        "\u0120",
        "\u0120a"
    };
    private static final String[] EXPRESSIONS = {
        " {2,}",
        "\\s+",
        "a+",
        "[a-z]+",
        " ?\\p{L}+",
        "(a+)+$",
        "(?:[a-z ]+)+$X",
        "a|b|c",
        "\\d{1,3}",
        ".*",
        "a*",
        "a?",
        "[^a]{2,64}",
        "\\p{M}+",
        "(?=a)b",
        "\\b",
        "^",
        "a{2}",
        "[\\s\\d]+",
        "x?y",
        "a?a?a?a?b",
        "\\n",
        "[a-",
        "[]",
        "\\",
        "{",
        "a{2}{3}",
        "\\s+(?!\\S)|\\s+",
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "[&&a]",
        "[[:alpha:]]",
        "\\R+",
        "\\X",
        "\\p{Foo}",
        "\u0301+",
        "e\u0301?",
        "\\W+",
        "\\S{3}"
    };

    String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    String text() {
        String text = pick(TEXTS);
        return random.nextInt(4) == 0 ? text + pick(TEXTS) : text;
    }

    JsonNode scalar() {
        return switch (random.nextInt(12)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(-1);
            case 3 -> NODES.numberNode(random.nextInt(10));
            case 4 -> NODES.numberNode(Integer.MAX_VALUE);
            case 5 -> NODES.numberNode(1L << 32);
            case 6 -> NODES.numberNode(BigInteger.ONE.shiftLeft(200));
            case 7 -> NODES.numberNode(random.nextBoolean() ? 0.5 : -1e308);
            case 8 -> NODES.arrayNode();
            case 9 -> NODES.objectNode();
            default -> NODES.textNode(text());
        };
    }

    /** A regular expression, good or bad. */
    String expression() {
        return pick(EXPRESSIONS);
    }
}
