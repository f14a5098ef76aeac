// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order in which heads are pruned.
 *
 * @param lowestFirst all heads of a model
 */
public record HeadOrder(List<Head> lowestFirst) implements Serializable {
    public HeadOrder {
        lowestFirst = List.copyOf(lowestFirst);
        if (Set.copyOf(lowestFirst).size() != lowestFirst.size()) {
            throw new IllegalArgumentException("a head stands twice in the order " + lowestFirst);
        }
    }

    /**
     * The order by scores, the lowest first, ties by (layer, head).
     *
     * @param scores L × A, each finite
     */
    public static HeadOrder of(double[][] scores) {
        List<Head> heads = new ArrayList<>();
        for (int layer = 0; layer < scores.length; layer++) {
            for (int head = 0; head < scores[layer].length; head++) {
                if (!Double.isFinite(scores[layer][head])) {
                    throw new IllegalArgumentException(
                            "score " + scores[layer][head] + " of head " + new Head(layer, head) + " is not finite");
                }
                heads.add(new Head(layer, head));
            }
        }
        heads.sort(Comparator.<Head>comparingDouble(head -> scores[head.layer()][head.head()])
                .thenComparing(Comparator.naturalOrder()));
        return new HeadOrder(heads);
    }

    /** L. */
    public int layers() {
        return lowestFirst.stream().mapToInt(head -> head.layer() + 1).max().orElse(0);
    }

    /** The last head of each layer: these are never pruned. */
    public Set<Head> bestOfLayers() {
        Map<Integer, Head> best = new HashMap<>();
        lowestFirst.forEach(head -> best.put(head.layer(), head));
        return new HashSet<>(best.values());
    }

    /** The heads of one layer, in this order. */
    public List<Head> ofLayer(int layer) {
        return lowestFirst.stream().filter(head -> head.layer() == layer).toList();
    }
}
