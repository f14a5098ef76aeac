package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean cross-entropy of a micro-batch: -(1/B) Σ_b ln softmax(z_b)[label_b]. Inputs logits z [B, C], labels INT32 [B];
 * outputs the loss [] and its derivative (softmax - one-hot)/B [B, C].
 */
public final class CrossEntropy extends GraphOp {
    public CrossEntropy(SameDiff graph, SDVariable logits, SDVariable labels) {
        super(2, graph, logits, labels);
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        return new long[][] {{}, inputs.get(0).shape()};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int texts = (int) inputs.get(0).size(0);
        int classes = (int) inputs.get(0).size(1);
        float[] logits = Floats.of(inputs.get(0)).toArray();
        int[] labels = inputs.get(1).toIntVector();
        float[] slope = new float[logits.length];
        double loss = 0;
        for (int b = 0; b < texts; b++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits[b * classes + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(logits[b * classes + c] - largest);
            }
            for (int c = 0; c < classes; c++) {
                double probability = Math.exp(logits[b * classes + c] - largest) / sum;
                slope[b * classes + c] = (float) ((probability - (c == labels[b] ? 1 : 0)) / texts);
            }
            loss += (Math.log(sum) + largest - logits[b * classes + labels[b]]) / texts;
        }
        Floats.of(outputs.get(0)).put(0, (float) loss);
        Floats.of(outputs.get(1)).put(0, slope, 0, slope.length);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(outputVariables()[1].mul(gradients.get(0)));
    }
}
