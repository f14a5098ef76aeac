// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A split in the form that the model reads.
 *
 * @param texts token ids of each text, special tokens included, none empty
 * @param labels class of each text, 0 to C - 1, or {@link #NO_LABEL}
 */
public record EncodedSplit(List<int[]> texts, int[] labels) implements Serializable {
    public static final int NO_LABEL = -1;

    public EncodedSplit {
        if (texts.size() != labels.length) {
            throw new IllegalArgumentException(texts.size() + " texts with " + labels.length + " labels");
        }
        texts = List.copyOf(texts);
    }

    public int size() {
        return texts.size();
    }

    /** The token ids of a micro-batch, in its order. */
    public List<int[]> texts(MicroBatch batch) {
        List<int[]> ids = new ArrayList<>();
        for (int text : batch.texts()) {
            ids.add(texts.get(text));
        }
        return ids;
    }

    /** Number of tokens in a micro-batch, all texts together. */
    public long tokens(MicroBatch batch) {
        long tokens = 0;
        for (int text : batch.texts()) {
            tokens += texts.get(text).length;
        }
        return tokens;
    }

    /** The labels of a micro-batch, in its order. */
    public int[] labels(MicroBatch batch) {
        int[] chosen = new int[batch.size()];
        int[] texts = batch.texts();
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = labels[texts[i]];
        }
        return chosen;
    }
}
