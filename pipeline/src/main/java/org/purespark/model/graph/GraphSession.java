// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.ops.GraphOp;
import org.purespark.model.ops.Operands;

/**
 * Runs a SameDiff graph of {@link GraphOp}s, without loops or branches, on an engine, with arrays from
 * {@link ArrayPool}. It replaces SameDiff's own session, which computes the dependencies again in every run. One thread
 * at a time.
 */
public final class GraphSession implements AutoCloseable {
    private final SameDiff graph;
    private final Engine engine;
    private final Map<String, DeviceArray> parameters;
    private final ArrayPool pool;
    private final Map<Wanted, GraphPlan> plans = new HashMap<>();
    private OpListener listener = OpListener.NONE;

    /**
     * @param engine the engine; it stays open when the session is closed
     * @param parameters arrays that are the same in every run, by their names in the graph
     */
    public GraphSession(SameDiff graph, Engine engine, Map<String, DeviceArray> parameters) {
        this.graph = graph;
        this.engine = engine;
        this.parameters = parameters;
        this.pool = new ArrayPool(engine);
    }

    /**
     * The variables that a run computes.
     *
     * @param kept variables whose values are returned
     * @param passed variables whose values go to a {@link Taker} as soon as they are computed
     * @param given computed variables whose values are inputs of this run: what they alone depend on is not computed
     */
    public record Wanted(List<String> kept, List<String> passed, List<String> given) {
        /** With all that it depends on. */
        public Wanted(List<String> kept, List<String> passed) {
            this(kept, passed, List.of());
        }
    }

    /** Takes values while a graph runs. */
    public interface Taker {
        /** @param value valid only during the call */
        void take(String variable, DeviceArray value);
    }

    /** The values of the named variables; give them back with {@link #release} after reading. */
    public Map<String, DeviceArray> run(List<String> outputs, TextBatch batch, Map<String, DeviceArray> inputs) {
        return run(new Wanted(outputs, List.of()), batch, inputs, (variable, value) -> {});
    }

    /**
     * The values of the kept variables; give them back with {@link #release} after reading.
     *
     * @param inputs by name: besides the parameters, at least those that the wanted variables depend on
     * @throws IllegalArgumentException for an unknown variable, or a missing input
     */
    public Map<String, DeviceArray> run(Wanted wanted, TextBatch batch, Map<String, DeviceArray> inputs, Taker taker) {
        GraphPlan plan = plans.computeIfAbsent(wanted, none -> GraphPlan.of(graph, wanted));
        DeviceArray[] values = given(plan, inputs);
        try {
            Map<Integer, String> passed = new HashMap<>();
            wanted.passed().forEach(name -> passed.put(plan.slots().get(name), name));
            Kernels kernels = engine.kernels(batch);
            for (GraphPlan.Step step : plan.steps()) {
                execute(step, values, batch, kernels);
                for (int slot : step.outputs()) {
                    if (passed.containsKey(slot)) {
                        taker.take(passed.get(slot), values[slot]);
                    }
                }
                for (int slot : step.lastReads()) {
                    if (values[slot] != null) {
                        pool.release(values[slot]);
                        values[slot] = null;
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            releaseAll(values);
            throw e;
        }
        Map<String, DeviceArray> kept = new HashMap<>();
        for (String name : wanted.kept()) {
            int slot = plan.slots().get(name);
            kept.put(name, values[slot]);
            values[slot] = null;
        }
        for (String name : plan.inputs()) {
            values[plan.slots().get(name)] = null;
        }
        releaseAll(values);
        return kept;
    }

    /** An array of the session's memory, for an input; give it back with {@link #release}. */
    public DeviceArray lend(long... shape) {
        return pool.allocate(shape);
    }

    private DeviceArray[] given(GraphPlan plan, Map<String, DeviceArray> inputs) {
        DeviceArray[] values = new DeviceArray[plan.slots().size()];
        for (String name : plan.inputs()) {
            DeviceArray input = inputs.containsKey(name) ? inputs.get(name) : parameters.get(name);
            if (input == null) {
                throw new IllegalArgumentException("the graph's input " + name + " is missing");
            }
            values[plan.slots().get(name)] = input;
        }
        return values;
    }

    private void execute(GraphPlan.Step step, DeviceArray[] values, TextBatch batch, Kernels kernels) {
        long start = System.nanoTime();
        List<DeviceArray> inputs = new ArrayList<>(step.inputs().size());
        List<long[]> shapes = new ArrayList<>(step.inputs().size());
        for (int slot : step.inputs()) {
            inputs.add(values[slot]);
            shapes.add(values[slot].shape());
        }
        List<long[]> outputShapes = step.operation().shapes(new Operands<>(shapes), batch);
        DeviceArray[] outputs = new DeviceArray[outputShapes.size()];
        int first = step.inputs().get(0);
        boolean inPlace = step.firstOutput() == GraphPlan.FirstOutput.IN_PLACE_OF_FIRST_INPUT;
        if (inPlace) {
            outputs[0] = values[first];
            values[first] = null;
        }
        for (int i = inPlace ? 1 : 0; i < outputs.length; i++) {
            outputs[i] = step.computes(i) ? pool.allocate(outputShapes.get(i)) : null;
        }
        step.operation().compute(new Operands<>(inputs), new Operands<>(Arrays.asList(outputs)), kernels);
        for (int i = 0; i < outputs.length; i++) {
            if (step.outputs().get(i) != GraphPlan.UNREAD) {
                values[step.outputs().get(i)] = outputs[i];
            } else if (outputs[i] != null) {
                pool.release(outputs[i]);
            }
        }
        listener.computed(step.operation().opName(), System.nanoTime() - start);
    }

    private void releaseAll(DeviceArray[] values) {
        for (DeviceArray value : values) {
            if (value != null) {
                pool.release(value);
            }
        }
    }

    /** Bytes of the engine's memory that the session holds, lent out or idle. */
    public long heldBytes() {
        return pool.heldBytes();
    }

    /** Sets the listener for every operation from now on; it replaces the present one. */
    public void tell(OpListener listener) {
        this.listener = listener;
    }

    /** Takes back arrays of a run, or lent arrays. */
    public void release(Map<String, DeviceArray> values) {
        values.values().forEach(pool::release);
    }

    @Override
    public void close() {
        pool.close();
    }
}
