// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.storage.Storage;
import org.purespark.text.TextTokenizer;
import org.purespark.text.TokenizerSummary;

class TypedWordsTest {
    private static final Storage STORAGE = new Storage(new Configuration(false));

    private static String model(String family) {
        return "src/test/resources/golden/" + family + "/model";
    }

    private static TypedWords words(TextTokenizer tokenizer, String family, int rows) {
        return TypedWords.of(
                tokenizer, TokenizerSummary.read(STORAGE, model(family)).vocabulary(), rows);
    }

    @Test
    void unusedSpecialAndPiecesOfWordsAreLeftOut() {
        try (TextTokenizer tokenizer = TextTokenizer.load(STORAGE, model("bert"))) {
            TypedWords words = words(tokenizer, "bert", 2500);
            assertThat(words.byId().values())
                    .contains("the", "film", "!")
                    .noneMatch(word -> word.startsWith("##") && word.length() > 2)
                    .noneMatch(word -> word.startsWith("[unused"))
                    .doesNotContain("[MASK]", "[CLS]", "[PAD]", "[UNK]");
            assertThat(words.frame().before()).hasSize(1);
            assertThat(words.frame().after()).hasSize(1);
        }
    }

    @Test
    void tokensWithoutAnEmbeddingAreLeftOut() {
        try (TextTokenizer tokenizer = TextTokenizer.load(STORAGE, model("bert"))) {
            assertThat(words(tokenizer, "bert", 2100).byId().keySet())
                    .allMatch(id -> id < 2100)
                    .isNotEmpty();
        }
    }

    /** What is typed behind another word becomes the token again, whatever the tokenizer. */
    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "xlm-roberta", "albert", "deberta-v2"})
    void typingAWordGivesItsToken(String family) {
        try (TextTokenizer tokenizer = TextTokenizer.load(STORAGE, model(family))) {
            TypedWords words = words(tokenizer, family, Integer.MAX_VALUE);
            assertThat(words.byId()).hasSizeGreaterThan(10);
            List<Integer> some = words.byId().keySet().stream().skip(5).limit(3).toList();
            int[] ids = tokenizer.encode("the " + words.typed(some), 64).ids();
            assertThat(ids).hasSizeGreaterThan(3);
            int end = ids.length - words.frame().after().size();
            assertThat(List.of(ids[end - 3], ids[end - 2], ids[end - 1])).isEqualTo(some);
        }
    }
}
