// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.purespark.heads.Head;

class LookAheadTest {
    private static final Set<Head> BEFORE = Set.of(new Head(2, 0), new Head(5, 1));

    @Test
    void takesAFurtherSetThatHasManyLayersInCommonWithTheOneBefore() {
        LookAhead ahead = new LookAhead(1, 6);
        Set<Head> lastLayer = Set.of(new Head(2, 0), new Head(5, 1), new Head(5, 2));
        assertThat(ahead.takes(BEFORE, lastLayer, 1)).isTrue();
        assertThat(ahead.takes(BEFORE, lastLayer, 8)).as("1/6 < 0.8^8 = 0.168").isTrue();
        assertThat(ahead.takes(BEFORE, lastLayer, 9)).isFalse();
        assertThat(ahead.takes(lastLayer, BEFORE, 8)).as("fewer heads pruned").isTrue();
        assertThat(ahead.takes(BEFORE, BEFORE, 100)).as("the same set").isTrue();
    }

    @Test
    void leavesASetThatNeedsNearlyAllLayers() {
        LookAhead ahead = new LookAhead(1, 6);
        Set<Head> firstLayer = Set.of(new Head(0, 3), new Head(2, 0), new Head(5, 1));
        Set<Head> withoutTheLower = Set.of(new Head(5, 1));
        assertThat(ahead.takes(BEFORE, firstLayer, 1)).isFalse();
        assertThat(ahead.takes(BEFORE, withoutTheLower, 1)).as("4/6 < 0.8").isTrue();
        assertThat(ahead.takes(BEFORE, withoutTheLower, 2)).as("4/6 > 0.64").isFalse();
    }

    @Test
    void aSearchAsksForCheapSetsTogether() {
        List<Set<Head>> sets = List.of(
                Set.of(),
                Set.of(new Head(1, 0)),
                Set.of(new Head(1, 0), new Head(3, 0)),
                Set.of(new Head(1, 0), new Head(3, 0), new Head(3, 1)),
                Set.of(new Head(0, 0), new Head(1, 0), new Head(3, 0), new Head(3, 1)));
        List<Integer> calls = new ArrayList<>();
        AccuracyOracle oracle = asked -> {
            calls.add(asked.size());
            return asked.stream().map(set -> 1.0).toList();
        };
        Measurements measured = new Measurements(sets, oracle, new LookAhead(1, 4));
        for (int set = 0; set < sets.size(); set++) {
            measured.accuracy(set);
        }
        // no heads and layer 1: 3/4 < 0.8; then layer 3: 1/4 < 0.64, 1/4 < 0.512; layer 0 alone
        assertThat(calls).containsExactly(4, 1);
    }
}
