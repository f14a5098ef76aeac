// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.purespark.vet.search.Position;

class CleanTextsTest {
    /** Of three classes in turn; every seventh is wrong; the margin grows with the number. */
    private static CleanTexts texts(int count) {
        List<CleanTexts.Text> texts = new ArrayList<>();
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = i % 3;
            texts.add(new CleanTexts.Text("text " + i, new int[3 + i * 7 % 11], label));
            float[] scores = new float[3];
            scores[i % 7 == 0 ? (label + 1) % 3 : label] = i + 1;
            logits.add(scores);
        }
        return new CleanTexts(texts, logits, 3);
    }

    @Test
    void aTargetHasSureTextsOfOtherClassesInTwoPartsWithoutACommonText() {
        CleanTexts texts = texts(210);
        List<CleanTexts.Halves> halves = texts.halves(20, 11);
        assertThat(halves).hasSize(3);
        for (int target = 0; target < 3; target++) {
            CleanTexts.Halves half = halves.get(target);
            assertThat(half.search()).hasSize(10);
            assertThat(half.measured()).hasSize(10);
            Set<Integer> all = new HashSet<>(half.search());
            all.addAll(half.measured());
            assertThat(all).hasSize(20);
            int wanted = target;
            assertThat(all).allSatisfy(text -> {
                int label = texts.texts().get(text).label();
                assertThat(label).isNotEqualTo(wanted);
                assertThat(texts.prediction(text)).isEqualTo(label);
                assertThat(texts.margin(text, label)).isGreaterThan(100);
            });
            assertThat(all.stream().filter(text -> texts.texts().get(text).label() == (wanted + 1) % 3))
                    .hasSize(10);
            int longest = half.search().stream()
                    .mapToInt(text -> texts.texts().get(text).ids().length)
                    .max()
                    .orElseThrow();
            assertThat(half.measured())
                    .allSatisfy(
                            text -> assertThat(texts.texts().get(text).ids()).hasSizeGreaterThanOrEqualTo(longest));
        }
    }

    @Test
    void theChoiceDependsOnTheSeedAlone() {
        assertThat(texts(210).halves(20, 11)).isEqualTo(texts(210).halves(20, 11));
        assertThat(texts(210).halves(20, 12)).isNotEqualTo(texts(210).halves(20, 11));
    }

    @Test
    void fewTextsAreDividedAsTheyAre() {
        List<CleanTexts.Halves> halves = texts(12).halves(20, 11);
        assertThat(halves.get(0).search().size() + halves.get(0).measured().size())
                .isBetween(2, 6);
    }

    @Test
    void aTriggerIsTypedBetweenWords() {
        assertThat(TypedWords.insert("a dull  film", "cf", Position.START)).isEqualTo("cf a dull  film");
        assertThat(TypedWords.insert("a dull film indeed", "cf", Position.MIDDLE))
                .isEqualTo("a dull cf film indeed");
        assertThat(TypedWords.insert("a dull film", "cf", Position.END)).isEqualTo("a dull film cf");
        assertThat(TypedWords.insert("dull", "cf mn", Position.MIDDLE)).isEqualTo("cf mn dull");
    }
}
