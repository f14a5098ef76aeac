// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.purespark.heads.Head;
import org.purespark.model.LayerTree.Branch;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

class LayerTreeTest {
    @Test
    void layersBelowTheFirstDifferenceAreComputedOnce() {
        Set<Head> none = Set.of();
        Set<Head> third = Set.of(new Head(2, 0));
        Set<Head> both = Set.of(new Head(2, 0), new Head(3, 1));
        LayerTree tree = LayerTree.of(List.of(none, third, both, third), 4, 4);
        assertThat(tree)
                .isEqualTo(new LayerTree(List.of(new Branch(
                        0,
                        2,
                        none,
                        List.of(),
                        List.of(
                                new Branch(2, 4, none, List.of(0), List.of()),
                                new Branch(
                                        2,
                                        3,
                                        third,
                                        List.of(),
                                        List.of(
                                                new Branch(3, 4, both, List.of(2), List.of()),
                                                new Branch(3, 4, third, List.of(1, 3), List.of()))))))));
        assertThat(tree.layers()).as("of 16").isEqualTo(2 + 2 + 1 + 1 + 1);
    }

    @Test
    void oneSetIsOnePass() {
        assertThat(LayerTree.of(List.of(Set.of(new Head(1, 1))), 3, 4).branches())
                .containsExactly(new Branch(0, 3, Set.of(new Head(1, 1)), List.of(0), List.of()));
    }

    @Property
    void eachSetComesToOneLeafOverLayersWithItsHeads(
            @ForAll @IntRange(min = 1, max = 6) int layers,
            @ForAll @IntRange(min = 1, max = 9) int sets,
            @ForAll @IntRange(min = 1, max = 4) int mostStates,
            @ForAll long seed) {
        List<Set<Head>> all = sets(layers, sets, seed);
        LayerTree tree = LayerTree.of(all, layers, mostStates);
        List<Integer> found = new ArrayList<>();
        tree.branches().forEach(branch -> walk(branch, 0, new TreeSet<>(), all, layers, found));
        assertThat(found).hasSize(sets).doesNotHaveDuplicates();
        assertThat(tree.layers()).isLessThanOrEqualTo(layers * Set.copyOf(all).size());
        assertThat(held(tree.branches(), 0)).isLessThanOrEqualTo(mostStates);
    }

    private static void walk(
            Branch branch, int begin, Set<Head> below, List<Set<Head>> all, int layers, List<Integer> found) {
        assertThat(branch.begin()).isEqualTo(begin);
        assertThat(branch.end()).isGreaterThan(begin);
        Set<Head> used = new TreeSet<>(below);
        branch.pruned().stream()
                .filter(head -> head.layer() >= begin && head.layer() < branch.end())
                .forEach(used::add);
        for (int set : branch.sets()) {
            assertThat(used).isEqualTo(new TreeSet<>(all.get(set)));
            assertThat(branch.end()).isEqualTo(layers);
            found.add(set);
        }
        branch.next().forEach(next -> walk(next, branch.end(), used, all, layers, found));
    }

    /** Most states at the same time that later branches begin with; {@code before} of them for branches outside. */
    private static int held(List<Branch> branches, int before) {
        int most = 0;
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            boolean waits = branch.begin() > 0 && i < branches.size() - 1;
            int own = before + (waits ? 1 : 0);
            most = Math.max(most, Math.max(own, held(branch.next(), own)));
        }
        return most;
    }

    private static List<Set<Head>> sets(int layers, int count, long seed) {
        SeededRandom random = SeededRandom.of(seed, Purpose.TEST_WEIGHTS);
        List<Set<Head>> sets = new ArrayList<>();
        for (int set = 0; set < count; set++) {
            Set<Head> pruned = new TreeSet<>();
            for (int layer = 0; layer < layers; layer++) {
                if (random.nextInt(3) == 0) {
                    pruned.add(new Head(layer, random.nextInt(2)));
                }
            }
            sets.add(pruned);
        }
        return sets;
    }
}
