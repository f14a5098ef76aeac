package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a SameDiff graph without loops or branches: {@link GraphOp}s by their own code, all others by ND4J, with arrays
 * from {@link ArrayPool}. It stands in for SameDiff's own session, which works out anew in every run what depends on what.
 * One thread at a time.
 */
public final class GraphSession implements AutoCloseable {
    private final SameDiff graph;
    private final Workers workers;
    private final ArrayPool pool = new ArrayPool();
    private final Map<Wanted, GraphPlan> plans = new HashMap<>();
    private final Map<DifferentialFunction, OpContext> contexts = new IdentityHashMap<>();
    private OpListener listener = OpListener.NONE;

    public GraphSession(SameDiff graph, Workers workers) {
        this.graph = graph;
        this.workers = workers;
    }

    /**
     * What a run is for.
     *
     * @param kept variables whose values it gives back
     * @param passed variables whose values are handed to a {@link Taker} as soon as they are there
     */
    public record Wanted(List<String> kept, List<String> passed) {}

    /** Takes values while a graph runs. */
    public interface Taker {
        /** @param value good during the call only */
        void take(String variable, INDArray value);
    }

    /** The values of the named variables; hand them back with {@link #release} once read. */
    public Map<String, INDArray> run(List<String> outputs, Map<String, INDArray> inputs) {
        return run(new Wanted(outputs, List.of()), inputs, (variable, value) -> {});
    }

    /**
     * The values of the kept variables; hand them back with {@link #release} once read.
     *
     * @param inputs by name, at least those that the wanted variables depend on
     * @throws IllegalArgumentException for a variable that there is not, or an input that is missing
     */
    public Map<String, INDArray> run(Wanted wanted, Map<String, INDArray> inputs, Taker taker) {
        GraphPlan plan = plans.computeIfAbsent(wanted, none -> GraphPlan.of(graph, wanted.kept(), wanted.passed()));
        INDArray[] values = plan.given().toArray(new INDArray[0]);
        for (String name : plan.inputs()) {
            INDArray input = inputs.get(name);
            if (input == null) {
                throw new IllegalArgumentException("the graph's input " + name + " is missing");
            }
            values[plan.slots().get(name)] = input;
        }
        try {
            Map<Integer, String> passed = new HashMap<>();
            wanted.passed().forEach(name -> passed.put(plan.slots().get(name), name));
            for (GraphPlan.Step step : plan.steps()) {
                execute(step, values);
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
        Map<String, INDArray> kept = new HashMap<>();
        for (String name : wanted.kept()) {
            int slot = plan.slots().get(name);
            kept.put(name, values[slot]);
            values[slot] = null;
        }
        releaseAll(values);
        return kept;
    }

    private void execute(GraphPlan.Step step, INDArray[] values) {
        long start = System.nanoTime();
        List<INDArray> inputs = new ArrayList<>(step.inputs().size());
        for (int slot : step.inputs()) {
            inputs.add(values[slot]);
        }
        INDArray[] outputs = step.function() instanceof GraphOp op
                ? compute(op, inputs, step, values)
                : computeUpstream(step, inputs);
        for (int i = 0; i < outputs.length; i++) {
            if (step.outputs().get(i) != GraphPlan.UNREAD) {
                values[step.outputs().get(i)] = outputs[i];
            } else if (outputs[i] != null) {
                pool.release(outputs[i]);
            }
        }
        listener.computed(step.function().opName(), System.nanoTime() - start);
    }

    private INDArray[] compute(GraphOp op, List<INDArray> inputs, GraphPlan.Step step, INDArray[] values) {
        long[][] shapes = op.outputShapes(inputs);
        INDArray[] outputs = new INDArray[shapes.length];
        int first = step.inputs().get(0);
        boolean inPlace = op.firstInput() == GraphOp.FirstInput.MAY_BE_OVERWRITTEN
                && step.lastReads().contains(first);
        if (inPlace) {
            outputs[0] = values[first];
            values[first] = null;
        }
        for (int i = inPlace ? 1 : 0; i < outputs.length; i++) {
            // What nothing reads in this run is not computed: it is for a backward pass.
            outputs[i] = i > 0 && step.outputs().get(i) == GraphPlan.UNREAD
                    ? null
                    : pool.allocate(DataType.FLOAT, shapes[i]);
        }
        op.compute(inputs, Arrays.asList(outputs), workers);
        return outputs;
    }

    /** One of ND4J's own operations. */
    private INDArray[] computeUpstream(GraphPlan.Step step, List<INDArray> inputs) {
        DifferentialFunction function = step.function();
        OpContext context =
                contexts.computeIfAbsent(function, none -> Nd4j.getExecutioner().buildContext());
        context.setInputArrays(inputs);
        List<LongShapeDescriptor> shapes;
        if (function instanceof DynamicCustomOp op) {
            context.setArgs(inputs.toArray(INDArray[]::new), op.iArgs(), op.dArgs(), op.tArgs(), op.bArgs());
            shapes = op.calculateOutputShape(context);
        } else {
            shapes = function.calculateOutputShape(context);
        }
        INDArray[] outputs = new INDArray[step.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = pool.allocate(step.types().get(i), shapes.get(i).getShape());
            context.setOutputArray(i, outputs[i]);
        }
        if (function instanceof DynamicCustomOp op) {
            Nd4j.exec(op, context);
        } else if (function instanceof BaseOp op) {
            Nd4j.getExecutioner().exec((Op) op, context);
        } else {
            throw new IllegalStateException("cannot run operation " + function.opName() + ", a "
                    + function.getClass().getName());
        }
        context.purge();
        return outputs;
    }

    private void releaseAll(INDArray[] values) {
        for (INDArray value : values) {
            if (value != null) {
                pool.release(value);
            }
        }
    }

    /** Bytes of off-heap memory that the session holds, lent out or idle. */
    public long heldBytes() {
        return pool.heldBytes();
    }

    /** Bytes of off-heap memory that a float32 array of {@code length} entries takes in a session. */
    public static long arrayBytes(long length) {
        return Float.BYTES * ArrayPool.sizeClass(length);
    }

    /** Tells {@code listener}, in place of the one before, of every operation from now on. */
    public void tell(OpListener listener) {
        this.listener = listener;
    }

    public void release(Map<String, INDArray> values) {
        values.values().forEach(pool::release);
    }

    @Override
    public void close() {
        pool.close();
    }
}
