// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.purespark.heads.Head;

/**
 * How the layers of one batch are computed for several sets of pruned heads: a layer once for all sets that have the
 * same heads pruned in it and in all layers below.
 *
 * @param branches those that begin at layer 0
 */
record LayerTree(List<Branch> branches) {
    /**
     * Layers that follow one another without a choice between them.
     *
     * @param begin its first layer
     * @param end the layer after its last one; L for a leaf
     * @param pruned heads of one of its sets
     * @param sets numbers of the sets whose logits a leaf gives; empty for others
     * @param next what goes on from its end; empty for a leaf
     */
    record Branch(int begin, int end, Set<Head> pruned, List<Integer> sets, List<Branch> next) {
        boolean isLeaf() {
            return next.isEmpty();
        }

        private int layers() {
            return end - begin + next.stream().mapToInt(Branch::layers).sum();
        }
    }

    /**
     * @param sets at least one
     * @param layers L
     * @param mostStates outputs of layers that are held at the same time, for branches that come later; at least 1
     */
    static LayerTree of(List<? extends Set<Head>> sets, int layers, int mostStates) {
        Builder builder = new Builder(sets, layers, mostStates);
        return new LayerTree(
                builder.fork(0, IntStream.range(0, sets.size()).boxed().toList(), 0));
    }

    /** Layers that are computed in all. */
    int layers() {
        return branches.stream().mapToInt(Branch::layers).sum();
    }

    private record Builder(List<? extends Set<Head>> sets, int layers, int mostStates) {
        /**
         * The branches of sets that have all heads below layer {@code begin} in common; the one of most sets comes
         * last, since while it is computed nothing waits for the state that they begin with.
         *
         * @param held states that others wait for, fewer than may be held
         */
        List<Branch> fork(int begin, List<Integer> numbers, int held) {
            List<List<Integer>> groups = groups(numbers, begin, begin + 1);
            int heldMeanwhile = begin == 0 ? held : held + 1;
            List<Branch> branches = new ArrayList<>();
            for (List<Integer> group : groups.subList(0, groups.size() - 1)) {
                if (heldMeanwhile < mostStates) {
                    branches.add(branch(begin, group, heldMeanwhile));
                } else {
                    groups(group, begin, layers).forEach(same -> branches.add(leaf(begin, same)));
                }
            }
            branches.add(branch(begin, groups.get(groups.size() - 1), held));
            return branches;
        }

        /** Sets that have the heads of layers {@code from} to {@code to} - 1 in common; the smallest group first. */
        private List<List<Integer>> groups(List<Integer> numbers, int from, int to) {
            Map<Set<Head>, List<Integer>> groups = new LinkedHashMap<>();
            numbers.forEach(number -> groups.computeIfAbsent(pruned(number, from, to), none -> new ArrayList<>())
                    .add(number));
            List<List<Integer>> sorted = new ArrayList<>(groups.values());
            sorted.sort(Comparator.comparingInt(List::size));
            return sorted;
        }

        /** The branch of sets that have the heads of layer {@code begin} in common too. */
        private Branch branch(int begin, List<Integer> numbers, int held) {
            int end = begin + 1;
            while (end < layers && areOneIn(end, numbers)) {
                end++;
            }
            return end == layers
                    ? leaf(begin, numbers)
                    : new Branch(begin, end, heads(numbers), List.of(), fork(end, numbers, held));
        }

        private Branch leaf(int begin, List<Integer> numbers) {
            return new Branch(begin, layers, heads(numbers), List.copyOf(numbers), List.of());
        }

        private Set<Head> heads(List<Integer> numbers) {
            return Set.copyOf(sets.get(numbers.get(0)));
        }

        private boolean areOneIn(int layer, List<Integer> numbers) {
            return groups(numbers, layer, layer + 1).size() == 1;
        }

        private Set<Head> pruned(int number, int from, int to) {
            Set<Head> found = new TreeSet<>(sets.get(number));
            found.removeIf(head -> head.layer() < from || head.layer() >= to);
            return found;
        }
    }
}
