package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which operations of a graph a run for some outputs takes, in which order, and when each array is read for the last
 * time. Every variable has a slot, its number in an array of values.
 *
 * @param steps in the order in which operations were added to the graph, inputs before users
 * @param slots of all variables that the run knows, by name
 * @param given values of parameters and constants, by slot; null for what is an input or is computed
 * @param inputs names of the placeholders that are read
 */
record GraphPlan(List<Step> steps, Map<String, Integer> slots, List<INDArray> given, List<String> inputs) {
    /** What stands in for the slot of an output that nothing reads. */
    static final int UNREAD = -1;

    /**
     * One operation.
     *
     * @param inputs slots
     * @param outputs slots, or {@link #UNREAD}
     * @param types of the outputs
     * @param lastReads slots of computed arrays, its own outputs among them, that nothing needs once it is done
     */
    record Step(
            DifferentialFunction function,
            List<Integer> inputs,
            List<Integer> outputs,
            List<DataType> types,
            List<Integer> lastReads) {}

    /**
     * @param kept names of the variables whose arrays are needed after the run
     * @param passed names of those that are needed only until the operation that computes them is done
     * @throws IllegalArgumentException for a name that the graph does not have, and a passed one that it does not compute
     */
    static GraphPlan of(SameDiff graph, Collection<String> kept, Collection<String> passed) {
        Slots slots = new Slots(graph);
        BitSet toKeep = slots.of(kept);
        BitSet wanted = slots.of(passed);
        for (String name : passed) {
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
                    .map(slot -> readLater.get(slot) || wanted.get(slot) ? slot : UNREAD)
                    .toList();
            inputs.forEach(readLater::set);
            backwards.add(new Step(operation.getOp(), inputs, read, types(graph, operation), lastReads));
        }
        Collections.reverse(backwards);
        return slots.plan(backwards);
    }

    private static List<String> names(List<String> names) {
        return names == null ? List.of() : names;
    }

    private static List<DataType> types(SameDiff graph, SameDiffOp operation) {
        return operation.getOutputsOfOp().stream()
                .map(name -> graph.getVariable(name).dataType())
                .toList();
    }

    /** Those that the wanted variables depend on, in their order. */
    private static List<SameDiffOp> needed(SameDiff graph, Slots slots, BitSet wanted) {
        List<SameDiffOp> all = new ArrayList<>(graph.getOps().values());
        List<SameDiffOp> needed = new ArrayList<>();
        BitSet read = (BitSet) wanted.clone();
        for (int i = all.size() - 1; i >= 0; i--) {
            SameDiffOp operation = all.get(i);
            if (operation.getOutputsOfOp().stream().anyMatch(name -> read.get(slots.of(name)))) {
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
        private final Map<String, Integer> slots = new HashMap<>();
        private final List<SDVariable> variables = new ArrayList<>();

        Slots(SameDiff graph) {
            this.graph = graph;
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
            return variables.get(slot).getVariableType() == VariableType.ARRAY;
        }

        GraphPlan plan(List<Step> steps) {
            List<INDArray> given = new ArrayList<>();
            List<String> inputs = new ArrayList<>();
            for (SDVariable variable : variables) {
                if (variable.isPlaceHolder()) {
                    inputs.add(variable.name());
                }
                given.add(
                        variable.isConstant() || variable.getVariableType() == VariableType.VARIABLE
                                ? variable.getArr()
                                : null);
            }
            return new GraphPlan(steps, slots, given, inputs);
        }
    }
}
