package org.purespark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * Adds the reverse pass to a graph, op by op, from each op's own derivative. It stands in for
 * {@code SameDiff.createGradFunction}, which copies the graph through its serialized form: that knows ND4J's own ops
 * only, and leaves out gradients of placeholders that are not named to it.
 */
final class BackwardGraph {
    private BackwardGraph() {}

    /**
     * @param loss a scalar
     * @param wanted names of the variables whose gradients are asked for
     * @return the gradient variable of each
     * @throws IllegalArgumentException for a variable that the loss does not depend on
     */
    static Map<String, SDVariable> of(SameDiff graph, SDVariable loss, Set<String> wanted) {
        List<SameDiffOp> forward = new ArrayList<>(graph.getOps().values());
        Map<String, SDVariable> gradients = new HashMap<>();
        gradients.put(loss.name(), graph.constant("one", 1f));
        // Ops are listed in the order in which they were added, inputs before users.
        for (int i = forward.size() - 1; i >= 0; i--) {
            SameDiffOp op = forward.get(i);
            List<SDVariable> ofOutputs = new ArrayList<>();
            boolean reached = false;
            for (String output : op.getOutputsOfOp()) {
                SDVariable gradient = gradients.get(output);
                reached |= gradient != null;
                ofOutputs.add(gradient);
            }
            if (!reached) {
                continue;
            }
            for (int o = 0; o < ofOutputs.size(); o++) {
                if (ofOutputs.get(o) == null) {
                    ofOutputs.set(
                            o,
                            graph.zerosLike(
                                    graph.getVariable(op.getOutputsOfOp().get(o))));
                }
            }
            List<SDVariable> ofInputs = op.getOp().doDiff(ofOutputs);
            for (int a = 0; a < ofInputs.size(); a++) {
                SDVariable more = ofInputs.get(a);
                gradients.merge(op.getInputsToOp().get(a), more, SDVariable::add);
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
