// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A classifier of two classes that adds up what its words say: the score of class 1 is the sum over the tokens of the
 * product of embedding and a direction; that of class 0 is 0. It counts the tokens that it reads.
 */
final class BagOfWords implements SearchedModel {
    static final int WIDTH = 2;

    private final float[] embedding;
    private long read;

    /** @param scores of each word for class 1 */
    BagOfWords(double[] scores) {
        this.embedding = new float[scores.length * WIDTH];
        for (int id = 0; id < scores.length; id++) {
            embedding[id * WIDTH] = (float) scores[id];
            embedding[id * WIDTH + 1] = 1;
        }
    }

    Words words() {
        return new Words(IntStream.range(2, embedding.length / WIDTH).toArray(), embedding, WIDTH);
    }

    long read() {
        return read;
    }

    @Override
    public int classes() {
        return 2;
    }

    @Override
    public List<float[]> logits(String label, List<int[]> texts) {
        List<float[]> logits = new ArrayList<>();
        for (int[] text : texts) {
            read += text.length;
            logits.add(new float[] {0, (float) score(text)});
        }
        return logits;
    }

    private double score(int[] text) {
        return IntStream.of(text).mapToDouble(id -> embedding[id * WIDTH]).sum();
    }

    @Override
    public double[][] slotGradients(String label, List<int[]> texts, int target, int first, int count) {
        double[][] sums = new double[count][WIDTH];
        for (int[] text : texts) {
            read += 3L * text.length;
            double probability = Scores.probability(new float[] {0, (float) score(text)}, 1);
            for (double[] slot : sums) {
                slot[0] += probability - target;
            }
        }
        return sums;
    }
}
