// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.task.Answers;

class EncodedBatchTest {
    private static EncodedBatch batch(int... lengths) {
        List<int[]> texts = Arrays.stream(lengths).mapToObj(int[]::new).toList();
        int[] labels = new int[lengths.length];
        for (int text = 0; text < labels.length; text++) {
            labels[text] = text % 4 == 3 ? Answers.Classes.NONE : text;
        }
        return new EncodedBatch(texts, new Answers.Classes(labels));
    }

    private static List<int[]> labels(EncodedBatch batch, int tokens) {
        return batch.labelledWithin(tokens).stream()
                .map(some -> ((Answers.Classes) some.answers()).numbers())
                .toList();
    }

    @Test
    void labelledTextsGoInOrderIntoBatchesOfSoManyTokens() {
        EncodedBatch batch = batch(4, 6, 3, 9, 7, 30, 1, 8);
        assertThat(labels(batch, 10))
                .as("3 and 7 have no label; 5 is longer than a batch")
                .containsExactly(new int[] {0, 1}, new int[] {2, 4}, new int[] {5}, new int[] {6});
        assertThat(batch.labelledWithin(10).get(1).texts())
                .extracting(ids -> ids.length)
                .containsExactly(3, 7);
        assertThat(batch.labelledWithin(10).get(1).seconds()).containsExactly(3, 7);
        assertThat(batch.labelledWithin(10))
                .extracting(EncodedBatch::numbers)
                .containsExactly(new int[] {0, 1}, new int[] {2, 4}, new int[] {5}, new int[] {6});
        assertThat(labels(batch, 1000)).containsExactly(new int[] {0, 1, 2, 4, 5, 6});
    }

    @Test
    void withoutLabelsThereIsNoBatch() {
        EncodedBatch none =
                new EncodedBatch(List.of(new int[3]), new Answers.Classes(new int[] {Answers.Classes.NONE}));
        assertThat(none.labelledWithin(10)).isEmpty();
    }
}
