// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.TextBatch;

/** {@link LossKernels}, text by text and head by head. */
final class ReferenceLosses implements LossKernels {
    private final TextBatch batch;

    ReferenceLosses(TextBatch batch) {
        this.batch = batch;
    }

    @Override
    public void crossEntropy(DeviceArray ofLogits, AnswerLoss<DeviceArray> out) {
        ReferenceArray z = ReferenceArray.of(ofLogits); // [B, C]
        ReferenceArray loss = ReferenceArray.of(out.loss()); // []
        ReferenceArray slope = ReferenceArray.ofNullable(out.slope()); // [B, C]
        int texts = z.size(0);
        int classes = z.size(1);
        double total = 0;
        for (int text = 0; text < texts; text++) {
            int b = text;
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, z.at(b, c));
            }
            double off = largest; // exp stays within its range
            double sum = sum(classes, c -> Math.exp(z.at(b, c) - off));
            total -= sum(classes, c -> batch.answer(b, c) * (z.at(b, c) - off - Math.log(sum)));
            for (int c = 0; slope != null && c < classes; c++) {
                double p = Math.exp(z.at(b, c) - off) / sum;
                slope.set(b, c, (p - batch.answer(b, c)) / texts);
            }
        }
        loss.set(0, total / texts);
    }

    @Override
    public void binaryCrossEntropy(DeviceArray ofLogits, AnswerLoss<DeviceArray> out) {
        ReferenceArray z = ReferenceArray.of(ofLogits); // [B, C]
        double entries = (double) z.size(0) * z.size(1);
        double total = sum(
                z.size(0),
                b -> sum(z.size(1), c -> {
                    double answer = batch.answer(b, c);
                    return answer * logOnePlusExp(-z.at(b, c)) + (1 - answer) * logOnePlusExp(z.at(b, c));
                }));
        ReferenceArray.of(out.loss()).set(0, total / entries);
        if (out.slope() != null) {
            ReferenceArray slope = ReferenceArray.of(out.slope()); // [B, C]
            slope.fill((b, c) -> (1 / (1 + Math.exp(-z.at(b, c))) - batch.answer(b, c)) / entries);
        }
    }

    /** ln(1 + e^x), without overflow. */
    private static double logOnePlusExp(double x) {
        return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
    }

    @Override
    public void squaredError(DeviceArray ofLogits, AnswerLoss<DeviceArray> out) {
        ReferenceArray z = ReferenceArray.of(ofLogits); // [B, C]
        double entries = (double) z.size(0) * z.size(1);
        double total = sum(z.size(0), b -> sum(z.size(1), c -> Math.pow(z.at(b, c) - batch.answer(b, c), 2)));
        ReferenceArray.of(out.loss()).set(0, total / entries);
        if (out.slope() != null) {
            ReferenceArray slope = ReferenceArray.of(out.slope()); // [B, C]
            slope.fill((b, c) -> 2 * (z.at(b, c) - batch.answer(b, c)) / entries);
        }
    }

    @Override
    public void answerLossGradient(AnswerLossBackward<DeviceArray> in, DeviceArray gradient) {
        ReferenceArray dloss = ReferenceArray.of(in.lossGradient()); // []
        ReferenceArray slope = ReferenceArray.of(in.slope()); // [B, C]
        ReferenceArray dz = ReferenceArray.of(gradient); // [B, C]
        dz.fill((b, c) -> dloss.at(0) * slope.at(b, c));
    }

    @Override
    public void attentionPenalty(ClsAttention<DeviceArray> in, Penalty<DeviceArray> out) {
        ReferenceArray penalty = ReferenceArray.of(out.penalty()); // []
        ReferenceArray roots = ReferenceArray.ofNullable(out.roots()); // [L, A]
        double total = 0;
        for (int l = 0; l < in.layers().size(); l++) {
            ReferenceArray attention = ReferenceArray.of(in.layers().get(l)); // [N, A]
            for (int head = 0; head < attention.size(1); head++) {
                int h = head;
                double root = Math.sqrt(sum(attention.size(0), n -> attention.at(n, h) * attention.at(n, h)));
                total += batch.penaltyWeight(l, h) * root;
                if (roots != null) {
                    roots.set(l, h, root);
                }
            }
        }
        penalty.set(0, total);
    }

    @Override
    public void attentionPenaltyGradient(PenaltyBackward<DeviceArray> in, ClsAttention<DeviceArray> gradients) {
        ReferenceArray roots = ReferenceArray.of(in.roots()); // [L, A]
        double dpenalty = ReferenceArray.of(in.penaltyGradient()).at(0);
        for (int layer = 0; layer < in.layers().size(); layer++) {
            int l = layer;
            ReferenceArray attention = ReferenceArray.of(in.layers().get(l)); // [N, A]
            ReferenceArray dattention = ReferenceArray.of(gradients.layers().get(l)); // [N, A]
            dattention.fill((n, h) -> roots.at(l, h) == 0
                    ? 0
                    : dpenalty * batch.penaltyWeight(l, h) * attention.at(n, h) / roots.at(l, h));
        }
    }

    @Override
    public void attentionDistance(TaughtAttention<DeviceArray> in, double weight, DeviceArray distance) {
        double total = 0;
        for (int l = 0; l < in.layers().size(); l++) {
            ReferenceArray attention = ReferenceArray.of(in.layers().get(l)); // [N, A]
            ReferenceArray teacher = ReferenceArray.of(in.teacher().get(l)); // [N, A]
            for (int head = 0; head < attention.size(1); head++) {
                int h = head;
                total += batch.gates(l)[h]
                        * sum(attention.size(0), n -> Math.pow(attention.at(n, h) - teacher.at(n, h), 2));
            }
        }
        ReferenceArray.of(distance).set(0, weight * total / batch.texts());
    }

    @Override
    public void attentionDistanceGradient(
            TaughtBackward<DeviceArray> in, double weight, ClsAttention<DeviceArray> gradients) {
        double ddistance = ReferenceArray.of(in.distanceGradient()).at(0);
        for (int layer = 0; layer < in.layers().size(); layer++) {
            int l = layer;
            ReferenceArray attention = ReferenceArray.of(in.layers().get(l)); // [N, A]
            ReferenceArray teacher = ReferenceArray.of(in.teacher().get(l)); // [N, A]
            ReferenceArray dattention = ReferenceArray.of(gradients.layers().get(l)); // [N, A]
            dattention.fill((n, h) -> ddistance
                    * weight
                    * 2
                    * batch.gates(l)[h]
                    * (attention.at(n, h) - teacher.at(n, h))
                    / batch.texts());
        }
    }
}
