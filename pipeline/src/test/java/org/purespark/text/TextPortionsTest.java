// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class TextPortionsTest {
    private static final String RESOURCES = "src/test/resources/";

    @Test
    void textsThatGrowComeInSmallerPortions() {
        assertThat(TextPortions.of(1)).isEqualTo(new TextPortions(1_333_333, 32_768, 262_144));
        assertThat(TextPortions.of(66)).isEqualTo(new TextPortions(20_202, 20_202, 80_808));
        assertThat(TextPortions.of(256)).isEqualTo(new TextPortions(5208, 5208, 20_832));
    }

    @Test
    void aBeginningEndsWhereTheRestStartsAnew() {
        assertThat(TextPortions.beginning("abc", 3)).hasValue("abc");
        assertThat(TextPortions.beginning("abc", 9)).hasValue("abc");
        assertThat(TextPortions.beginning("abc", 2)).hasValue("ab");
        assertThat(TextPortions.beginning("ae\u0301\u0302x", 3)).hasValue("a");
        assertThat(TextPortions.beginning("a\u1100\u1161\u11a8", 2)).isEmpty();
        assertThat(TextPortions.beginning("a \ud83d\ude00b", 3)).hasValue("a");
        assertThat(TextPortions.beginning("\u0301".repeat(9000), 8000)).isEmpty();
    }

    @Test
    void tokensAreSettledFarFromTheEnd() {
        long[] words = new long[3000];
        Arrays.setAll(words, i -> i - 1);
        assertThat(TextPortions.isSettled(words, 1975)).isTrue();
        assertThat(TextPortions.isSettled(words, 1976)).isFalse();
        assertThat(TextPortions.isSettled(words, 3000)).isFalse();
        Arrays.fill(words, 1, 3000, 0);
        assertThat(TextPortions.isSettled(words, 10)).isFalse();
        assertThat(TextPortions.isSettled(words, 1)).isFalse();
    }

    /** Beginnings are tried on texts that are short enough to be encoded as a whole, too. */
    @ParameterizedTest
    @ValueSource(strings = {"golden/bert/model", "golden/roberta/model", "tokenizers/albert", "tokenizers/xlm-roberta"})
    void settledTokensAreThoseOfTheWholeText(String tokenizerOf) {
        List<String> words = new ArrayList<>(
                List.of("a", "film", "isn't", "e\u0301", "\u4e2d", "[MASK]", "12.5", "  ", "\ufdfa", "\n"));
        Random random = new Random(5);
        StringBuilder text = new StringBuilder();
        while (text.length() < 40_000) {
            text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(3) == 0 ? "" : " ");
        }
        try (TextTokenizer tokenizer = load(tokenizerOf)) {
            EncodedText whole =
                    tokenizer.encode(List.of(text.toString()), 1_000_000).get(0);
            EncodedText cut = tokenizer.encode(text.toString(), 512);
            assertThat(cut.ids()).hasSize(512);
            assertThat(Arrays.copyOf(cut.ids(), 511)).isEqualTo(Arrays.copyOf(whole.ids(), 511));
            assertThat(cut.ids()[511]).isEqualTo(whole.ids()[whole.ids().length - 1]);
            assertThat(cut.fullLength()).isLessThan(whole.fullLength()).isGreaterThan(512 + 1024);
        }
    }

    @Test
    void aHugeTextIsReadAtItsBeginningOnly() {
        try (TextTokenizer tokenizer = load("golden/bert/model")) {
            String text = "good bad ".repeat(5_000_000);
            long start = System.nanoTime();
            assertThat(tokenizer.encode(text, 128).ids())
                    .hasSize(128)
                    .startsWith(101)
                    .endsWith(102);
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(5000);
        }
    }

    @Test
    void aHugeWordIsRefusedByItsPlace() {
        try (TextTokenizer tokenizer = load("golden/bert/model")) {
            String word = "x".repeat(200_000);
            int most = TextPortions.of(7.5).most();
            assertThat(tokenizer.encode(word, 128).fullLength()).isEqualTo(3);
            assertThatThrownBy(() ->
                            tokenizer.encode(List.of("a", word.repeat(10)), 128, i -> "data.tsv, line " + (i + 2)))
                    .isInstanceOf(InputException.class)
                    .hasMessage("data.tsv, line 3: the text has 2000000 characters, and its first " + most
                            + " do not settle" + " its first 128 tokens; shorten it, or put spaces between its words");
        }
    }

    private static TextTokenizer load(String directory) {
        return TextTokenizer.load(
                new Storage(new Configuration()), Path.of(RESOURCES, directory).toString());
    }
}
