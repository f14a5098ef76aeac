// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.ops.Operands;

/**
 * The memory that a {@link GraphSession} holds after runs of a graph, computed from shapes only: the plan of each run
 * tells which array lives when, and memory is used as in {@link ArrayPool}.
 */
public final class PlannedMemory {
    private final SameDiff graph;
    private final Map<Long, Integer> idle = new HashMap<>();
    private long heldFloats;

    public PlannedMemory(SameDiff graph) {
        this.graph = graph;
    }

    /**
     * Counts a run. The next run uses the memory of the earlier ones again.
     *
     * @param inputs shapes of parameters and inputs by name, at least those that the wanted variables depend on
     * @param lent names of the inputs that are in the session's memory
     * @return this
     * @throws IllegalArgumentException for an unknown variable, or a missing input
     */
    public PlannedMemory run(
            GraphSession.Wanted wanted, TextBatch batch, Map<String, long[]> inputs, List<String> lent) {
        GraphPlan plan = GraphPlan.of(graph, wanted);
        long[][] shapes = new long[plan.slots().size()][];
        boolean[] pooled = new boolean[shapes.length];
        for (String name : plan.inputs()) {
            if (!inputs.containsKey(name)) {
                throw new IllegalArgumentException("the graph's input " + name + " is missing");
            }
            int slot = plan.slots().get(name);
            shapes[slot] = inputs.get(name);
            if (lent.contains(name)) {
                take(shapes[slot]);
                pooled[slot] = true;
            }
        }
        for (GraphPlan.Step step : plan.steps()) {
            count(step, batch, shapes, pooled);
        }
        for (int slot = 0; slot < shapes.length; slot++) {
            if (pooled[slot]) {
                giveBack(shapes[slot]);
            }
        }
        return this;
    }

    private void count(GraphPlan.Step step, TextBatch batch, long[][] shapes, boolean[] pooled) {
        List<long[]> inputs = new ArrayList<>();
        step.inputs().forEach(slot -> inputs.add(shapes[slot]));
        List<long[]> outputs = step.operation().shapes(new Operands<>(inputs), batch);
        boolean inPlace = step.firstOutput() == GraphPlan.FirstOutput.IN_PLACE_OF_FIRST_INPUT;
        if (inPlace) {
            pooled[step.inputs().get(0)] = false;
        }
        for (int i = inPlace ? 1 : 0; i < outputs.size(); i++) {
            if (step.computes(i)) {
                take(outputs.get(i));
            }
        }
        for (int i = 0; i < outputs.size(); i++) {
            int slot = step.outputs().get(i);
            if (slot != GraphPlan.UNREAD) {
                shapes[slot] = outputs.get(i);
                pooled[slot] = true;
            } else if (i == 0) {
                giveBack(outputs.get(i));
            }
        }
        for (int slot : step.lastReads()) {
            if (pooled[slot]) {
                giveBack(shapes[slot]);
                pooled[slot] = false;
            }
        }
    }

    private void take(long[] shape) {
        long floats = sizeClass(shape);
        int left = idle.merge(floats, -1, Integer::sum);
        if (left < 0) {
            idle.put(floats, 0);
            heldFloats += floats;
        }
    }

    private void giveBack(long[] shape) {
        idle.merge(sizeClass(shape), 1, Integer::sum);
    }

    private static long sizeClass(long[] shape) {
        long length = 1;
        for (long dimension : shape) {
            length *= dimension;
        }
        return ArrayPool.sizeClass(length);
    }

    /** Bytes held after the runs so far. */
    public long heldBytes() {
        return Float.BYTES * heldFloats;
    }
}
