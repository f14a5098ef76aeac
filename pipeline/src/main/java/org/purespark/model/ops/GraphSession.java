package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.config.ExecutionResult;
import org.nd4j.autodiff.samediff.config.SDValue;
import org.nd4j.autodiff.samediff.internal.FrameIter;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.OpContext;

/**
 * Runs a SameDiff graph: {@link GraphOp}s by their own code, all others by ND4J, with arrays from {@link ArrayPool}.
 * One thread at a time.
 */
public final class GraphSession extends InferenceSession implements AutoCloseable {
    private final Workers workers;
    private final ArrayPool pool;
    private OpListener listener = OpListener.NONE;

    public GraphSession(SameDiff graph, Workers workers) {
        super(graph);
        this.workers = workers;
        this.pool = new ArrayPool();
        setMmgr(pool);
    }

    /** The values of the named variables; hand them back with {@link #release} once read. */
    public Map<String, INDArray> run(List<String> outputs, Map<String, INDArray> inputs) {
        Map<String, INDArray> values = output(outputs, inputs, null, List.of(), List.of(), At.defaultAt());
        // Upstream remembers the id of every array ever freed; nothing reads them between runs.
        freedArrays.clear();
        getNodeValueOutputs().clear();
        pool.releaseAllBut(values.values());
        return values;
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
    public ExecutionResult doExec(
            DifferentialFunction function,
            OpContext context,
            FrameIter frame,
            Set<VarId> inputs,
            Set<VarId> iterationInputs,
            Set<String> constants,
            Map<String, SDValue> placeholders) {
        long start = System.nanoTime();
        ExecutionResult result;
        if (function instanceof GraphOp op) {
            List<INDArray> outputs = context.getOutputArrays();
            op.compute(context.getInputArrays(), wanted(op, outputs), workers);
            result = ExecutionResult.createFrom(
                    Arrays.asList(op.outputVariablesNames()), outputs.toArray(INDArray[]::new));
        } else {
            result = super.doExec(function, context, frame, inputs, iterationInputs, constants, placeholders);
        }
        listener.computed(function.opName(), System.nanoTime() - start);
        return result;
    }

    /** The outputs, with null in place of those that this run reads nowhere: what only a backward pass needs. */
    private List<INDArray> wanted(GraphOp op, List<INDArray> outputs) {
        String[] names = op.outputVariablesNames();
        List<INDArray> wanted = new ArrayList<>(outputs);
        for (int i = 0; i < names.length; i++) {
            if (!subgraph.contains(names[i])) {
                wanted.set(i, null);
            }
        }
        return wanted;
    }

    @Override
    public void close() {
        pool.close();
    }
}
