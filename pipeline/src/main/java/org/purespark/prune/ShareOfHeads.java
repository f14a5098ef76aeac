// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.prune.PrunePlan.Ending;

/**
 * Prunes a fixed share of the heads, the lowest ones, without a search. Validation accuracy is measured before and
 * after; it decides nothing. A head that is the last one of its layer keeps its place in the order, but is not pruned.
 *
 * @param share 0 to 1; its number of heads is rounded to a whole one, a half up
 * @param extent what it is a share of
 */
public record ShareOfHeads(double share, Extent extent) implements PrunePolicy {
    /** What a share is a share of. */
    public enum Extent {
        ALL_HEADS,
        EACH_LAYER
    }

    public ShareOfHeads {
        if (!(share >= 0 && share <= 1)) {
            throw new InputException("prune.share=" + share + " must be a share of the heads, 0 to 1");
        }
    }

    @Override
    public PrunePlan plan(HeadOrder order, Threshold threshold, AccuracyOracle oracle) {
        TreeSet<Head> pruned = new TreeSet<>(chosen(order));
        pruned.removeAll(order.bestOfLayers());
        List<Set<Head>> sets = new ArrayList<>();
        sets.add(Set.of());
        if (!pruned.isEmpty()) {
            sets.add(Collections.unmodifiableSortedSet(pruned));
        }
        Measurements measured = new Measurements(sets, oracle, LookAhead.all(sets.size()));
        List<PruneStep> steps = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            steps.add(measured.step(i, false));
        }
        Ending ending =
                switch (extent) {
                    case ALL_HEADS -> Ending.SHARE_OF_ALL_PRUNED;
                    case EACH_LAYER -> Ending.SHARE_OF_LAYERS_PRUNED;
                };
        return new PrunePlan(threshold.resolve(measured.accuracy(0)), pruned, steps, ending);
    }

    private List<Head> chosen(HeadOrder order) {
        return switch (extent) {
            case ALL_HEADS -> lowest(order.lowestFirst());
            case EACH_LAYER -> order.bestOfLayers().stream()
                    .flatMap(best -> lowest(order.ofLayer(best.layer())).stream())
                    .toList();
        };
    }

    private List<Head> lowest(List<Head> heads) {
        return heads.subList(0, (int) Math.round(share * heads.size()));
    }
}
