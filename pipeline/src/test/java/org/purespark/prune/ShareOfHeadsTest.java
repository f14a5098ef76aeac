// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.prune.ShareOfHeads.Extent;

class ShareOfHeadsTest {
    /** Layer 0 has the four lowest heads of eight. */
    private static final HeadOrder ORDER = HeadOrder.of(new double[][] {{0.3, 0.1, 0.4, 0.2}, {0.8, 0.5, 0.7, 0.6}});

    private static final Threshold THRESHOLD = new Threshold.MaxDrop(0.05);

    private final List<List<Set<Head>>> asked = new ArrayList<>();

    private PrunePlan plan(double share, Extent extent, Double... accuracies) {
        return new ShareOfHeads(share, extent).plan(ORDER, THRESHOLD, sets -> {
            asked.add(sets);
            return List.of(accuracies);
        });
    }

    @Test
    void theLowestShareOfAllHeadsIsPrunedAndMeasuredBeforeAndAfter() {
        PrunePlan plan = plan(0.25, Extent.ALL_HEADS, 0.9, 0.88);
        assertThat(plan.pruned()).containsExactly(new Head(0, 1), new Head(0, 3));
        assertThat(plan.steps()).containsExactly(new PruneStep(0, 0.9, false), new PruneStep(2, 0.88, false));
        assertThat(plan.threshold()).isEqualTo(0.85);
        assertThat(asked).containsExactly(List.of(Set.of(), Set.copyOf(plan.pruned())));
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("2 heads are pruned, the lowest-scored share of all heads (each layer keeps its"
                        + " highest-scored one): validation accuracy came from 0.9000 to 0.8800.");
    }

    @Test
    void theLowestShareOfEachLayerIsPruned() {
        PrunePlan plan = plan(0.5, Extent.EACH_LAYER, 0.9, 0.7);
        assertThat(plan.pruned()).containsExactly(new Head(0, 1), new Head(0, 3), new Head(1, 1), new Head(1, 3));
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("4 heads are pruned, the lowest-scored share of each layer's heads (each layer keeps its"
                        + " highest-scored one): validation accuracy came from 0.9000 to 0.7000. It is below the"
                        + " threshold of 0.8500, which this policy does not keep to: lower prune.share, or set"
                        + " prune.policy to groups.");
    }

    @Test
    void theBestHeadOfALayerKeepsItsPlaceInTheListAndStays() {
        assertThat(plan(0.5, Extent.ALL_HEADS, 0.9, 0.9).pruned())
                .as("the four lowest, of which 0.2 is the best of its layer")
                .containsExactly(new Head(0, 0), new Head(0, 1), new Head(0, 3));
    }

    @Test
    void allOfTheHeadsAreAllButTheBestOfEachLayer() {
        for (Extent extent : Extent.values()) {
            PrunePlan plan = plan(1, extent, 0.9, 0.9);
            assertThat(plan.pruned()).hasSize(6).doesNotContain(new Head(0, 2), new Head(1, 0));
        }
    }

    @Test
    void aNumberOfHeadsIsRoundedAHalfUp() {
        assertThat(plan(0.125 * 1.5, Extent.ALL_HEADS, 0.9, 0.9).pruned()).hasSize(2);
        assertThat(plan(0.125 * 1.49, Extent.ALL_HEADS, 0.9, 0.9).pruned()).hasSize(1);
        assertThat(plan(0.124, Extent.EACH_LAYER, 0.9).pruned()).isEmpty();
    }

    @Test
    void withoutAHeadToPruneTheModelIsMeasuredOnce() {
        PrunePlan plan = plan(0, Extent.ALL_HEADS, 0.9);
        assertThat(plan.pruned()).isEmpty();
        assertThat(plan.steps()).containsExactly(new PruneStep(0, 0.9, false));
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("No head is pruned: prune.share is less than half a head, or only heads that are the best of"
                        + " their layers are in it. Validation accuracy is 0.9000.");
    }

    @Test
    void sharesOutsideOfTheRangeAndWrongMeasurementsAreRefused() {
        assertThatThrownBy(() -> new ShareOfHeads(1.01, Extent.ALL_HEADS))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.share=1.01 must be a share of the heads, 0 to 1");
        assertThatThrownBy(() -> plan(0.5, Extent.ALL_HEADS, 0.9))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 accuracies for 2 sets of pruned heads");
    }
}
