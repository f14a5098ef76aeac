// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.purespark.InputException;
import org.purespark.tokenizer.CheckedTokenizer;
import org.purespark.tokenizer.PairRule;
import org.purespark.tokenizer.TokenizerCheck;
import org.purespark.tokenizer.Vocabulary;

/**
 * A process that encodes nasty texts with the tokenizers that it is sent, so that only this process ends if native
 * code fails. One with the field {@code unchecked} goes past the check. For each one it answers with the milliseconds
 * that the processor takes for the slowest text, and its number, or with a message.
 */
public final class TokenizerTrial {
    private static final int MAX_LENGTH = 128;
    private static final int LONG = 10_000;

    private TokenizerTrial() {}

    /** Reads tokenizers, each as its length in bytes and UTF-8, until the input ends. */
    public static void main(String[] args) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        DataOutputStream out = new DataOutputStream(System.out);
        List<String> texts = texts();
        ObjectMapper json = new ObjectMapper();
        NativeTokenizers.configure();
        ai.djl.huggingface.tokenizers.jni.LibUtils.checkStatus();
        while (true) {
            int length = in.readInt();
            if (length < 0) {
                return;
            }
            byte[] bytes = in.readNBytes(length);
            String answer;
            try {
                ObjectNode tokenizer = (ObjectNode) json.readTree(new String(bytes, StandardCharsets.UTF_8));
                answer = encode(
                        new TokenizerDefinition(
                                "trial", tokenizer, checked(tokenizer), 0, TruncationSide.RIGHT, TokenTypes.GIVEN),
                        texts);
            } catch (InputException e) {
                answer = "refused " + e.getMessage();
            }
            out.writeUTF(answer.length() > 1000 ? answer.substring(0, 1000) : answer);
            out.flush();
        }
    }

    private static CheckedTokenizer checked(ObjectNode tokenizer) {
        return tokenizer.remove("unchecked") == null
                ? TokenizerCheck.check("trial", tokenizer)
                : new CheckedTokenizer(
                        tokenizer.toString(),
                        "",
                        new Vocabulary(Map.of(), Map.of()),
                        1,
                        new PairRule.Refused("unchecked"),
                        List.of());
    }

    private static String encode(TokenizerDefinition definition, List<String> texts) {
        long start = usedMillis();
        try (TextTokenizer tokenizer = TextTokenizer.of(definition)) {
            long slowest = usedMillis() - start;
            long slowestLong = 0;
            int which = -1;
            for (int i = 0; i < texts.size(); i++) {
                start = usedMillis();
                tryText(tokenizer, texts.get(i));
                long took = usedMillis() - start;
                if (texts.get(i).length() > LONG) {
                    slowestLong = Math.max(slowestLong, took);
                } else if (took > slowest) {
                    slowest = took;
                    which = i;
                }
            }
            return "ok " + slowest + " " + slowestLong + " " + which;
        }
    }

    /** Time of the processor, whatever else the machine does. */
    private static long usedMillis() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
    }

    private static void tryText(TextTokenizer tokenizer, String text) {
        try {
            tokenizer.encode(text, MAX_LENGTH);
        } catch (InputException e) {
            if (!e.getMessage().contains("do not settle") && !e.getMessage().contains("leaves no room")) {
                throw e;
            }
        }
    }

    static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(
                "",
                "\0",
                "a\0b",
                "\ud800",
                "x\udc00y",
                " ",
                "  ",
                "\n",
                "\u0301",
                "e\u0301",
                "\u00e9",
                "\u200b",
                "\ufeff",
                "A plain text, with 12 words; isn't it? \u00c9t\u00e9 \u4e2d\u6587 \u0645\u0631"
                        + "\u062d\u0628\u0627 \ud83d\ude00 caf\u00e9 na\u00efve re-imagining.",
                "[CLS] [SEP] [MASK] [PAD] [UNK] <s></s><mask><pad> a  b  [MASK]  x",
                "  a  ",
                "\u3000\u3000a\u3000"));
        String[] repeated = {
            "a",
            " ",
            "\u0301",
            "e\u0301",
            "a b ",
            "\ufdfa",
            "\n ",
            "\u4e2d",
            "0",
            "'s",
            "<mask>",
            "[MASK] ",
            "[CLS]",
            "\u1100\u1161",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
            "\u05d0\u202e\u05d1 ",
            ".",
            "``''",
            "\u0344",
            "\ufb03\u00bd",
            "\u0130",
            "x".repeat(99) + " ",
            "aa  "
        };
        for (String one : repeated) {
            texts.add(one.repeat(10_000 / one.length()));
        }
        for (String one : List.of("a", " ", "\u0301", "a b ", "\u4e2d", "<mask>", "\ufdfa", "word and 12. ")) {
            texts.add(one.repeat(100_000 / one.length()));
        }
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0xFFFF; c++) {
            all.append(c);
        }
        texts.add(all.substring(0, 0x3000));
        texts.add(all.substring(0xA000));
        Random random = new Random(7);
        StringBuilder some = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            some.appendCodePoint(random.nextInt(3) == 0 ? random.nextInt(0x10FFFF) : random.nextInt(0x600));
        }
        texts.add(some.toString());
        return texts;
    }
}
