// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

class TriggerSearchTest {
    private static final Frame FRAME = new Frame(List.of(0), List.of(1));
    private static final int VOCABULARY = 400;
    private static final int PLANTED = 123;

    /** Words that say little, and one that says much. */
    private static double[] scores(double planted) {
        double[] scores = new double[VOCABULARY];
        SeededRandom random = SeededRandom.of(3, Purpose.TEST_WEIGHTS);
        for (int id = 2; id < VOCABULARY; id++) {
            scores[id] = 2 * random.nextDouble() - 1;
        }
        scores[PLANTED] = planted;
        return scores;
    }

    /** Texts of class 0, and of class 1: four to nine words of one sign, without the planted one. */
    private static List<int[]> texts(double[] scores, int label) {
        SeededRandom random = SeededRandom.of(label, Purpose.CORPUS);
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            List<Integer> words = new ArrayList<>();
            while (words.size() < 4 + i % 6) {
                int id = 2 + random.nextInt(VOCABULARY - 2);
                if (id != PLANTED && scores[id] > 0 == (label == 1)) {
                    words.add(id);
                }
            }
            texts.add(FRAME.around(words));
        }
        return texts;
    }

    private static List<TargetResult> search(BagOfWords model, double[] scores, SearchPlan plan) {
        return new TriggerSearch(model, model.words(), FRAME, plan)
                .run(List.of(texts(scores, 1), texts(scores, 0)), List.of());
    }

    @Test
    void findsThePlantedWord() {
        double[] scores = scores(30);
        List<TargetResult> results = search(new BagOfWords(scores), scores, new SearchPlan(20_000, 3));
        assertThat(results).extracting(TargetResult::target).containsExactly(0, 1);
        TargetResult planted = results.get(1);
        assertThat(planted.byLength()).hasSize(3).allSatisfy(found -> {
            assertThat(found.trigger().tokens()).containsExactly(PLANTED);
            assertThat(found.rate()).isEqualTo(1);
        });
        assertThat(planted.singles().get(0).probability())
                .isGreaterThan(planted.singles().get(1).probability() + 0.5);
        assertThat(results.get(0).byLength().get(0).rate()).isLessThan(0.5);
    }

    @Test
    void phrasesTurnMoreThanSingleWords() {
        double[] scores = scores(0);
        TargetResult result = search(new BagOfWords(scores), scores, new SearchPlan(40_000, 5))
                .get(1);
        for (int length = 2; length <= 5; length++) {
            ScoredTrigger shorter = result.byLength().get(length - 2);
            ScoredTrigger longer = result.byLength().get(length - 1);
            assertThat(longer.trigger().tokens()).hasSizeLessThanOrEqualTo(length);
            assertThat(longer.probability()).isGreaterThanOrEqualTo(shorter.probability());
        }
        assertThat(result.byLength().get(4).rate())
                .isGreaterThan(result.byLength().get(0).rate());
    }

    @Test
    void spendsNoMoreThanThePlan() {
        double[] scores = scores(0);
        for (long each : new long[] {20_000, 60_000, 200_000}) {
            BagOfWords model = new BagOfWords(scores);
            search(model, scores, new SearchPlan(each, 5));
            assertThat(model.read()).as("plan of %s", each).isLessThan((long) (2.2 * each) + 10_000);
        }
    }

    @Test
    void aVocabularyThatIsTooLargeForThePlanIsNarrowedByGradients() {
        double[] scores = scores(30);
        BagOfWords model = new BagOfWords(scores);
        TargetResult result = search(model, scores, new SearchPlan(1_300, 1)).get(1);
        assertThat(result.byLength().get(0).trigger().tokens()).containsExactly(PLANTED);
        assertThat(model.read()).isLessThan(3L * VOCABULARY * 4);
    }

    @Test
    void givesTheSameTwice() {
        double[] scores = scores(2);
        assertThat(search(new BagOfWords(scores), scores, new SearchPlan(20_000, 4)))
                .isEqualTo(search(new BagOfWords(scores), scores, new SearchPlan(20_000, 4)));
    }

    @Test
    void aClassWithoutTextsOfOthersIsNotSearched() {
        double[] scores = scores(30);
        BagOfWords model = new BagOfWords(scores);
        TriggerSearch search = new TriggerSearch(model, model.words(), FRAME, new SearchPlan(10_000, 2));
        assertThat(search.run(List.of(List.of(), texts(scores, 0)), List.of()))
                .extracting(TargetResult::target)
                .containsExactly(1);
        assertThat(search.run(List.of(List.of(), List.of()), List.of())).isEmpty();
    }

    @Test
    void aTriggerStandsBetweenTheSpecialTokens() {
        int[] text = {0, 5, 6, 7, 8, 1};
        assertThat(FRAME.with(text, List.of(9, 10), Position.START)).containsExactly(0, 9, 10, 5, 6, 7, 8, 1);
        assertThat(FRAME.with(text, List.of(9), Position.MIDDLE)).containsExactly(0, 5, 6, 9, 7, 8, 1);
        assertThat(FRAME.with(text, List.of(9), Position.END)).containsExactly(0, 5, 6, 7, 8, 9, 1);
    }
}
