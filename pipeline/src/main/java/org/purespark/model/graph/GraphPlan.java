// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.purespark.model.ops.GraphOp;

/**
 * The operations that compute some outputs of a graph, their order, and the last use of each array. Every variable has
 * a slot, its index in an array of values.
 *
 * @param steps in the order in which operations are added to the graph, inputs before users
 * @param slots of all variables of the run, by name
 * @param inputs names of the variables that are read and not computed: parameters, inputs of the run, and what it is
 *     given
 */
record GraphPlan(List<Step> steps, Map<String, Integer> slots, List<String> inputs) {
    /** Used instead of a slot for an output that nothing reads. */
    static final int UNREAD = -1;

    /**
     * One operation.
     *
     * @param inputs slots
     * @param outputs slots, or {@link #UNREAD}
     * @param lastReads slots of computed arrays that nothing needs after this operation, also of its own outputs
     * @param firstOutput where the first output is
     */
    record Step(
            GraphOp operation,
            List<Integer> inputs,
            List<Integer> outputs,
            List<Integer> lastReads,
            FirstOutput firstOutput) {
        /**
         * Whether the output is computed. An output that nothing reads in this run, as it is for a backward pass, is
         * not computed; the first output always is.
         */
        boolean computes(int output) {
            return output == 0 || outputs.get(output) != UNREAD;
        }
    }

    /** Where an operation's first output is. */
    enum FirstOutput {
        IN_MEMORY_OF_ITS_OWN,
        IN_PLACE_OF_FIRST_INPUT
    }

    /**
     * @param run what it computes
     * @throws IllegalArgumentException for a name that the graph does not have, a passed one that it does not compute,
     *     and an operation that is not a {@link GraphOp}
     */
    static GraphPlan of(SameDiff graph, GraphSession.Wanted run) {
        Slots slots = new Slots(graph, Set.copyOf(run.given()));
        BitSet toKeep = slots.of(run.kept());
        BitSet wanted = slots.of(run.passed());
        for (String name : run.passed()) {
            if (!slots.isComputed(slots.of(name))) {
                throw new IllegalArgumentException("the graph does not compute " + name);
            }
        }
        wanted.or(toKeep);
        List<SameDiffOp> operations = needed(graph, slots, wanted);
        BitSet readLater = new BitSet();
        List<Step> backwards = new ArrayList<>();
        for (int i = operations.size() - 1; i >= 0; i--) {
            SameDiffOp operation = operations.get(i);
            List<Integer> outputs =
                    operation.getOutputsOfOp().stream().map(slots::of).toList();
            List<Integer> inputs =
                    names(operation.getInputsToOp()).stream().map(slots::of).toList();
            List<Integer> lastReads = Stream.concat(
                            inputs.stream().filter(slots::isComputed),
                            outputs.stream().filter(wanted::get))
                    .distinct()
                    .filter(slot -> !readLater.get(slot) && !toKeep.get(slot))
                    .toList();
            List<Integer> read = outputs.stream()
                    .map(slot -> slots.isComputed(slot) && (readLater.get(slot) || wanted.get(slot)) ? slot : UNREAD)
                    .toList();
            inputs.forEach(readLater::set);
            backwards.add(step(graphOp(operation), inputs, read, lastReads));
        }
        Collections.reverse(backwards);
        return new GraphPlan(backwards, slots.all(), slots.inputs());
    }

    private static Step step(GraphOp op, List<Integer> inputs, List<Integer> outputs, List<Integer> lastReads) {
        int first = inputs.get(0);
        // An operation that also reads its first input under a second name needs it unchanged.
        boolean inPlace = op.firstInput() == GraphOp.FirstInput.MAY_BE_OVERWRITTEN
                && lastReads.contains(first)
                && Collections.frequency(inputs, first) == 1;
        FirstOutput place = inPlace ? FirstOutput.IN_PLACE_OF_FIRST_INPUT : FirstOutput.IN_MEMORY_OF_ITS_OWN;
        return new Step(op, inputs, outputs, lastReads, place);
    }

    private static GraphOp graphOp(SameDiffOp operation) {
        if (operation.getOp() instanceof GraphOp op) {
            return op;
        }
        throw new IllegalArgumentException("no engine computes operation " + operation.getName() + ", a "
                + operation.getOp().getClass().getName());
    }

    private static List<String> names(List<String> names) {
        return names == null ? List.of() : names;
    }

    /** The operations that the wanted variables depend on, in their order. */
    private static List<SameDiffOp> needed(SameDiff graph, Slots slots, BitSet wanted) {
        List<SameDiffOp> all = new ArrayList<>(graph.getOps().values());
        List<SameDiffOp> needed = new ArrayList<>();
        BitSet read = (BitSet) wanted.clone();
        for (int i = all.size() - 1; i >= 0; i--) {
            SameDiffOp operation = all.get(i);
            if (operation.getOutputsOfOp().stream()
                    .map(slots::of)
                    .anyMatch(slot -> slots.isComputed(slot) && read.get(slot))) {
                names(operation.getInputsToOp()).forEach(name -> read.set(slots.of(name)));
                needed.add(operation);
            }
        }
        Collections.reverse(needed);
        return needed;
    }

    /** Gives variables their slots. */
    private static final class Slots {
        private final SameDiff graph;
        private final Set<String> given;
        private final Map<String, Integer> slots = new HashMap<>();
        private final List<SDVariable> variables = new ArrayList<>();

        Slots(SameDiff graph, Set<String> given) {
            this.graph = graph;
            this.given = given;
        }

        int of(String name) {
            return slots.computeIfAbsent(name, none -> {
                if (!graph.hasVariable(name)) {
                    throw new IllegalArgumentException("the graph has no variable " + name);
                }
                variables.add(graph.getVariable(name));
                return variables.size() - 1;
            });
        }

        BitSet of(Collection<String> names) {
            BitSet set = new BitSet();
            names.forEach(name -> set.set(of(name)));
            return set;
        }

        boolean isComputed(int slot) {
            SDVariable variable = variables.get(slot);
            return variable.getVariableType() == VariableType.ARRAY && !given.contains(variable.name());
        }

        Map<String, Integer> all() {
            return slots;
        }

        List<String> inputs() {
            return variables.stream()
                    .filter(variable -> variable.isPlaceHolder() || given.contains(variable.name()))
                    .map(SDVariable::name)
                    .toList();
        }
    }
}
