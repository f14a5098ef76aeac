// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.function.DoubleBinaryOperator;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.TextBatch;

/** Loss and penalty, with sums in float64. */
final class CpuLosses implements LossKernels {
    private final Workers workers;
    private final TextBatch batch;

    CpuLosses(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    @Override
    public void crossEntropy(DeviceArray ofLogits, AnswerLoss<DeviceArray> out) {
        int texts = ofLogits.size(0);
        int classes = ofLogits.size(1);
        float[] logits = ofLogits.toArray();
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
                float share = batch.answer(b, c);
                slope[b * classes + c] = (float) ((probability - share) / texts);
                loss += share * (Math.log(sum) + largest - logits[b * classes + c]) / texts;
            }
        }
        HostArray.of(out.loss()).put(0, (float) loss);
        if (out.slope() != null) {
            out.slope().put(0, slope, 0, slope.length);
        }
    }

    @Override
    public void binaryCrossEntropy(DeviceArray logits, AnswerLoss<DeviceArray> out) {
        eachLogit(
                logits,
                out,
                (z, y) -> Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))),
                (z, y) -> 1 / (1 + Math.exp(-z)) - y);
    }

    @Override
    public void squaredError(DeviceArray logits, AnswerLoss<DeviceArray> out) {
        eachLogit(logits, out, (z, y) -> (z - y) * (z - y), (z, y) -> 2 * (z - y));
    }

    /** A loss that is the mean of one value a logit, and the derivatives of these values. */
    private void eachLogit(
            DeviceArray ofLogits, AnswerLoss<DeviceArray> out, DoubleBinaryOperator value, DoubleBinaryOperator slope) {
        int classes = ofLogits.size(1);
        float[] logits = ofLogits.toArray();
        float[] slopes = new float[logits.length];
        double loss = 0;
        for (int i = 0; i < logits.length; i++) {
            double answer = batch.answer(i / classes, i % classes);
            loss += value.applyAsDouble(logits[i], answer) / logits.length;
            slopes[i] = (float) (slope.applyAsDouble(logits[i], answer) / logits.length);
        }
        HostArray.of(out.loss()).put(0, (float) loss);
        if (out.slope() != null) {
            out.slope().put(0, slopes, 0, slopes.length);
        }
    }

    @Override
    public void answerLossGradient(AnswerLossBackward<DeviceArray> in, DeviceArray gradient) {
        float[] slope = in.slope().toArray();
        float lossGradient = in.lossGradient().get(0);
        for (int i = 0; i < slope.length; i++) {
            slope[i] *= lossGradient;
        }
        gradient.put(0, slope, 0, slope.length);
    }

    @Override
    public void attentionPenalty(ClsAttention<DeviceArray> in, Penalty<DeviceArray> out) {
        int layers = in.layers().size();
        int heads = in.layers().get(0).size(1);
        float[] roots = new float[layers * heads];
        workers.run(layers, (layer, scratch) -> {
            float[] attention = in.layers().get(layer).toArray();
            double[] squares = new double[heads];
            for (int i = 0; i < attention.length; i++) {
                squares[i % heads] += (double) attention[i] * attention[i];
            }
            for (int h = 0; h < heads; h++) {
                roots[layer * heads + h] = (float) Math.sqrt(squares[h]);
            }
        });
        double penalty = 0;
        for (int i = 0; i < roots.length; i++) {
            penalty += (double) batch.penaltyWeight(i / heads, i % heads) * roots[i];
        }
        HostArray.of(out.penalty()).put(0, (float) penalty);
        if (out.roots() != null) {
            out.roots().put(0, roots, 0, roots.length);
        }
    }

    @Override
    public void attentionPenaltyGradient(PenaltyBackward<DeviceArray> in, ClsAttention<DeviceArray> gradients) {
        int heads = in.layers().get(0).size(1);
        float[] roots = in.roots().toArray();
        float outGradient = in.penaltyGradient().get(0);
        workers.run(gradients.layers().size(), (layer, scratch) -> {
            float[] attention = in.layers().get(layer).toArray();
            for (int i = 0; i < attention.length; i++) {
                int head = i % heads;
                float root = roots[layer * heads + head];
                attention[i] = root == 0 ? 0 : outGradient * batch.penaltyWeight(layer, head) * attention[i] / root;
            }
            gradients.layers().get(layer).put(0, attention, 0, attention.length);
        });
    }

    @Override
    public void attentionDistance(TaughtAttention<DeviceArray> in, double weight, DeviceArray distance) {
        double[] ofLayers = new double[in.layers().size()];
        workers.run(ofLayers.length, (layer, scratch) -> {
            float[] attention = in.layers().get(layer).toArray();
            float[] teacher = in.teacher().get(layer).toArray();
            float[] gates = batch.gates(layer);
            for (int i = 0; i < attention.length; i++) {
                double difference = (double) attention[i] - teacher[i];
                ofLayers[layer] += gates[i % gates.length] * difference * difference;
            }
        });
        double sum = 0;
        for (double ofLayer : ofLayers) {
            sum += ofLayer;
        }
        HostArray.of(distance).put(0, (float) (weight * sum / batch.texts()));
    }

    @Override
    public void attentionDistanceGradient(
            TaughtBackward<DeviceArray> in, double weight, ClsAttention<DeviceArray> gradients) {
        double factor = 2 * weight * in.distanceGradient().get(0) / batch.texts();
        workers.run(gradients.layers().size(), (layer, scratch) -> {
            float[] attention = in.layers().get(layer).toArray();
            float[] teacher = in.teacher().get(layer).toArray();
            float[] gates = batch.gates(layer);
            for (int i = 0; i < attention.length; i++) {
                attention[i] = (float) (factor * gates[i % gates.length] * ((double) attention[i] - teacher[i]));
            }
            gradients.layers().get(layer).put(0, attention, 0, attention.length);
        });
    }
}
