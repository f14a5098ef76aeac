// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MovedPhrasesTest {
    private static final Frame FRAME = new Frame(List.of(0), List.of(1));
    private static final List<int[]> TEXTS = List.of(new int[] {0, 60, 1}, new int[] {0, 60, 60, 1});
    private static final List<Integer> POOL = IntStream.range(10, 30).boxed().toList();

    /** Takes a text for class 1 if it has all of the words together; each other token says a little for class 0. */
    private record Together(Set<Integer> words) implements SearchedModel {
        @Override
        public int classes() {
            return 2;
        }

        @Override
        public List<float[]> logits(String label, List<int[]> texts) {
            return texts.stream()
                    .map(text -> {
                        Set<Integer> has = Arrays.stream(text).boxed().collect(Collectors.toSet());
                        return new float[] {0.1f * text.length, has.containsAll(words) ? 9 : 0};
                    })
                    .toList();
        }

        @Override
        public double[][] slotGradients(String label, List<int[]> texts, int target, int first, int count) {
            throw new UnsupportedOperationException("no gradients here");
        }
    }

    private static List<ScoredTrigger> find(Set<Integer> words, List<Integer> pool, int longest, TokenCount spent) {
        Trial trial = new Trial(new Together(words), FRAME, spent);
        return new MovedPhrases(trial, "test", 1, TEXTS, TEXTS).find(pool, longest, 10_000);
    }

    @Test
    void findsTwoWordsThatActOnlyTogether() {
        List<ScoredTrigger> found = find(Set.of(13, 27), POOL, 3, new TokenCount());
        assertThat(found).hasSize(3);
        assertThat(found.get(0).rate()).isZero();
        assertThat(found.get(1).trigger().tokens()).containsExactly(13, 27);
        assertThat(found.get(1).rate()).isEqualTo(1);
        assertThat(found.get(2)).as("a third word adds nothing").isEqualTo(found.get(1));
    }

    @Test
    void spendsNoMoreThanItsTokens() {
        TokenCount spent = new TokenCount();
        find(Set.of(13, 27), IntStream.range(10, 60).boxed().toList(), 4, spent);
        assertThat(spent.tokens()).isBetween(3_000L, 10_000L);
    }

    @Test
    void withoutWordsNothingIsTried() {
        TokenCount spent = new TokenCount();
        assertThat(find(Set.of(13, 27), List.of(), 3, spent)).isEmpty();
        assertThat(spent.tokens()).isZero();
    }

    @Test
    void oneWordAloneIsTriedAlone() {
        assertThat(find(Set.of(13), List.of(13), 2, new TokenCount()))
                .extracting(found -> found.trigger().tokens())
                .containsExactly(List.of(13), List.of(13));
    }
}
