// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.model.ops.Sum;

/**
 * Adds the backward pass to a graph, operation by operation, from each operation's own derivative. It replaces
 * {@code SameDiff.createGradFunction}, which copies the graph through its serialized form: this form has only ND4J's
 * own operations, and no gradients of placeholders unless they are named.
 */
public final class BackwardGraph {
    private BackwardGraph() {}

    /** The graph's input for the gradient of a loss by itself: a scalar that is 1. */
    public static final String ONE = "one";

    /**
     * Adds the gradients of the sum of some losses.
     *
     * @param losses scalars
     * @param wanted names of the variables whose gradients are needed
     * @return the gradient variable of each
     * @throws IllegalArgumentException for a variable that the losses do not depend on
     */
    public static Map<String, SDVariable> of(SameDiff graph, List<SDVariable> losses, Set<String> wanted) {
        List<SameDiffOp> forward = new ArrayList<>(graph.getOps().values());
        SDVariable one = graph.placeHolder(ONE, DataType.FLOAT); // []
        Map<String, SDVariable> gradients = new HashMap<>();
        losses.forEach(loss -> gradients.put(loss.name(), one));
        // Operations are listed in the order in which they were added, inputs before users.
        for (int i = forward.size() - 1; i >= 0; i--) {
            SameDiffOp op = forward.get(i);
            List<SDVariable> ofOutputs = new ArrayList<>();
            for (String output : op.getOutputsOfOp()) {
                ofOutputs.add(gradients.get(output));
            }
            if (ofOutputs.stream().allMatch(Objects::isNull)) {
                continue;
            }
            List<SDVariable> ofInputs = op.getOp().doDiff(ofOutputs);
            for (int a = 0; a < ofInputs.size(); a++) {
                gradients.merge(op.getInputsToOp().get(a), ofInputs.get(a), (some, more) -> new Sum(
                                graph, new Pair<>(some, more))
                        .outputVariable());
            }
        }
        Map<String, SDVariable> result = new HashMap<>();
        for (String name : wanted) {
            if (!gradients.containsKey(name)) {
                throw new IllegalArgumentException("the loss does not depend on variable " + name);
            }
            result.put(name, gradients.get(name));
        }
        return result;
    }
}
