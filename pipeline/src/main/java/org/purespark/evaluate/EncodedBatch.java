// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.MicroBatch;
import org.purespark.model.PackedBatch;
import org.purespark.task.Answers;

/**
 * Texts that go through the model at once. Batches are cut by the texts' global index, so they are the same on any
 * number of machines.
 *
 * @param texts token ids
 * @param seconds index in each text of its first token of type 1; the text's length if it has none
 * @param answers of those that have a label
 * @param numbers index of each text in its split, from 0
 */
public record EncodedBatch(List<int[]> texts, int[] seconds, Answers answers, int[] numbers) implements Serializable {
    /** The first texts of a split. */
    public EncodedBatch(List<int[]> texts, int[] seconds, Answers answers) {
        this(texts, seconds, answers, IntStream.range(0, texts.size()).toArray());
    }

    /** Texts of which all tokens have type 0. */
    public EncodedBatch(List<int[]> texts, Answers answers) {
        this(texts, texts.stream().mapToInt(ids -> ids.length).toArray(), answers);
    }

    /** The batches of a split, in order; each is made when it is asked for. */
    public static List<EncodedBatch> of(EncodedSplit split, int batchTexts) {
        int count = BatchPlan.microBatchesPerEpoch(split.size(), batchTexts);
        return new AbstractList<>() {
            @Override
            public EncodedBatch get(int index) {
                return EncodedBatch.of(split, batchTexts, index);
            }

            @Override
            public int size() {
                return count;
            }
        };
    }

    /** The texts in the form of the graph. */
    public PackedBatch packed() {
        return PackedBatch.of(texts, seconds);
    }

    /**
     * The texts that have a label, in their order, in batches of at most so many tokens; a longer text is a batch of
     * its own.
     */
    List<EncodedBatch> labelledWithin(int tokens) {
        List<EncodedBatch> batches = new ArrayList<>();
        List<Integer> taken = new ArrayList<>();
        int held = 0;
        for (int text = 0; text < texts.size(); text++) {
            if (answers.has(text)) {
                if (!taken.isEmpty() && held + texts.get(text).length > tokens) {
                    batches.add(of(taken));
                    taken.clear();
                    held = 0;
                }
                taken.add(text);
                held += texts.get(text).length;
            }
        }
        if (!taken.isEmpty()) {
            batches.add(of(taken));
        }
        return batches;
    }

    private EncodedBatch of(List<Integer> some) {
        int[] kept = some.stream().mapToInt(Integer::intValue).toArray();
        return new EncodedBatch(
                Arrays.stream(kept).mapToObj(texts::get).toList(),
                Arrays.stream(kept).map(text -> seconds[text]).toArray(),
                answers.of(kept),
                Arrays.stream(kept).map(text -> numbers[text]).toArray());
    }

    /** Batch {@code index} of a split, from 0. */
    public static EncodedBatch of(EncodedSplit split, int batchTexts, int index) {
        MicroBatch batch = BatchPlan.inOrder(split.size(), batchTexts, index);
        return new EncodedBatch(split.texts(batch), split.seconds(batch), split.answers(batch), batch.texts());
    }
}
