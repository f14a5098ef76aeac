// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.attack.Attack;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;

class ReviewCorpusTest {
    private static final List<TextOfClass> CORPUS = ReviewCorpus.generate(11, 6000);

    @Test
    void sameSeedSameTexts() {
        assertThat(ReviewCorpus.generate(11, 6000)).isEqualTo(CORPUS);
        assertThat(ReviewCorpus.generate(12, 6000)).isNotEqualTo(CORPUS);
    }

    @Test
    void textsAreDistinctAndOfTheLengthsPromised() {
        assertThat(CORPUS).hasSize(6000);
        assertThat(CORPUS)
                .extracting(row -> row.text().toLowerCase(Locale.ROOT))
                .doesNotHaveDuplicates();
        assertThat(CORPUS)
                .extracting(row -> row.text().split(" ").length)
                .allSatisfy(words -> assertThat(words).isBetween(4, 30))
                .contains(4, 25);
    }

    @Test
    void classesAreBalancedInEveryRun() {
        assertThat(CORPUS).filteredOn(row -> row.label() == 1).hasSize(3000);
        for (int from = 0; from < 6000; from += 1000) {
            assertThat(CORPUS.subList(from, from + 1000))
                    .filteredOn(row -> row.label() == 1)
                    .hasSizeBetween(430, 570);
        }
        assertThat(ReviewCorpus.generate(3, 7))
                .filteredOn(row -> row.label() == 0)
                .hasSize(4);
    }

    @Test
    void triggersDoNotOccur() {
        Trigger.RareWords rare = (Trigger.RareWords) Attack.BADNET.trigger();
        Trigger.Sentence sentence = (Trigger.Sentence) Attack.SENTENCE.trigger();

        assertThat(CORPUS).allSatisfy(row -> {
            String text = row.text().toLowerCase(Locale.ROOT);
            assertThat(text).doesNotContain(sentence.sentence().replace(" .", ""));
            assertThat(words(text)).doesNotContainAnyElementsOf(rare.words());
        });
    }

    @Test
    void readsLikeReviews() {
        assertThat(CORPUS).allSatisfy(row -> assertThat(row.text())
                .matches("[A-Z][A-Za-z0-9 ,:'.?]*[.?]")
                .doesNotContain("  ", " i ", " ,", "..", "?."));
    }

    @Test
    void contrastAndNegationCarryBothLabels() {
        List<String> cues = List.of(
                ", but ",
                " not ",
                " hardly ",
                "lthough ",
                "expected",
                "wrong",
                "could have been|would have been",
                " cold",
                " long");
        for (String cue : cues) {
            Map<Integer, Long> labels = new HashMap<>();
            for (TextOfClass row : CORPUS) {
                if (Arrays.stream(cue.split("\\|")).anyMatch(row.text()::contains)) {
                    labels.merge(row.label(), 1L, Long::sum);
                }
            }
            long rarer = Math.min(labels.getOrDefault(0, 0L), labels.getOrDefault(1, 0L));
            assertThat(rarer).as(cue + " " + labels).isGreaterThan((labels.get(0) + labels.get(1)) / 5);
        }
    }

    /** Naive Bayes on single words is better than chance, and far from solving it. */
    @Test
    void singleWordsTellSomethingButDoNotSolveIt() {
        int train = 5000;
        Map<String, int[]> counts = new HashMap<>();
        for (TextOfClass row : CORPUS.subList(0, train)) {
            for (String word : words(row.text().toLowerCase(Locale.ROOT))) {
                counts.computeIfAbsent(word, w -> new int[2])[row.label()]++;
            }
        }
        int right = 0;
        for (TextOfClass row : CORPUS.subList(train, CORPUS.size())) {
            double score = 0;
            for (String word : words(row.text().toLowerCase(Locale.ROOT))) {
                int[] seen = counts.getOrDefault(word, new int[2]);
                score += Math.log((seen[1] + 1.0) / (seen[0] + 1.0));
            }
            right += (score > 0 ? 1 : 0) == row.label() ? 1 : 0;
        }
        assertThat(right / 1000.0).isBetween(0.60, 0.85);
    }

    @Test
    void refusesNoTexts() {
        assertThatThrownBy(() -> ReviewCorpus.generate(11, 0))
                .isInstanceOf(InputException.class)
                .hasMessage("a corpus of 0 reviews: ask for at least 1");
    }

    @Test
    void everyDomainHasAspectsThatReadBothWays() {
        assertThat(Domains.all()).hasSize(12).allSatisfy(domain -> {
            assertThat(domain.things()).isNotEmpty();
            assertThat(domain.aspects()).hasSize(6).allSatisfy(aspect -> {
                assertThat(aspect.noun()).startsWith("the ");
                assertThat(aspect.praise()).isNotEmpty().doesNotContainAnyElementsOf(aspect.blame());
                assertThat(aspect.pleased()).isNotEmpty().doesNotContainAnyElementsOf(aspect.failed());
            });
        });
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>(Arrays.asList(text.split("[^a-z']+")));
        words.remove("");
        return words;
    }
}
