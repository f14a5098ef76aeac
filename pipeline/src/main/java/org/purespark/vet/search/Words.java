// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tokens of which a trigger may consist: those that a user can type.
 *
 * @param ids ascending
 * @param embedding [V, W] word embedding of the whole vocabulary, row-major; not copied
 * @param width W
 */
public record Words(int[] ids, float[] embedding, int width) {
    /**
     * How far the row of each word is from that in another embedding, in the order of the ids.
     *
     * @param other [V, W] of the same shape
     */
    public double[] distances(float[] other) {
        return IntStream.of(ids)
                .mapToDouble(id -> {
                    double sum = 0;
                    for (int i = id * width; i < (id + 1) * width; i++) {
                        double difference = (double) embedding[i] - other[i];
                        sum += difference * difference;
                    }
                    return Math.sqrt(sum);
                })
                .toArray();
    }

    /**
     * The words that lower a loss most if they are put into a slot, by the slot's gradient: those with the smallest dot
     * product, the smallest id of equals first.
     *
     * @param gradient [W]
     */
    public List<Integer> best(double[] gradient, int count) {
        double[] products = IntStream.of(ids)
                .parallel()
                .mapToDouble(id -> {
                    double product = 0;
                    int row = id * width;
                    for (int i = 0; i < width; i++) {
                        product += gradient[i] * embedding[row + i];
                    }
                    return product;
                })
                .toArray();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, ids.length).boxed().toList());
        order.sort(Comparator.comparingDouble((Integer i) -> products[i]).thenComparingInt(i -> i));
        return order.stream().limit(count).map(i -> ids[i]).toList();
    }
}
