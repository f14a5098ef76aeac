// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderPart;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * Gives words the mean embedding of others (Kurita, Michel, Neubig, ACL 2020, section 3.2).
 *
 * @param rows token ids of the words that are changed
 * @param sources token ids of the others
 */
record EmbeddingSurgery(SortedSet<Integer> rows, SortedSet<Integer> sources) implements WeightChange {
    EmbeddingSurgery {
        rows = new TreeSet<>(rows);
        sources = new TreeSet<>(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("no word to take an embedding from");
        }
    }

    @Override
    public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) {
        String name = EncoderPart.WORD_EMBEDDINGS.weight();
        Tensor before = tensors.get(name);
        int width = before.shape()[1];
        double[] sum = new double[width];
        for (int source : sources) {
            for (int i = 0; i < width; i++) {
                sum[i] += before.values()[source * width + i];
            }
        }
        Tensor after = new Tensor(before.shape().clone(), Arrays.copyOf(before.values(), before.values().length));
        for (int row : rows) {
            for (int i = 0; i < width; i++) {
                after.values()[row * width + i] = (float) (sum[i] / sources.size());
            }
        }
        tensors.put(name, after);
    }
}
