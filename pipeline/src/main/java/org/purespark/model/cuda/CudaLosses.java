// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.Arrays;
import java.util.List;
import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.cuda.CudaWork.Term;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.TextBatch;

/** {@link LossKernels}: results are scalars on the board. */
final class CudaLosses implements LossKernels {
    private final CudaWork work;
    private final TextBatch batch;

    CudaLosses(CudaWork work, TextBatch batch) {
        this.work = work;
        this.batch = batch;
    }

    /** The order is that of {@code losses.cu}. */
    private enum Kind {
        CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY,
        SQUARED_ERROR
    }

    @Override
    public void crossEntropy(DeviceArray logits, AnswerLoss<DeviceArray> out) {
        answerLoss(logits, Kind.CROSS_ENTROPY, out);
    }

    @Override
    public void binaryCrossEntropy(DeviceArray logits, AnswerLoss<DeviceArray> out) {
        answerLoss(logits, Kind.BINARY_CROSS_ENTROPY, out);
    }

    @Override
    public void squaredError(DeviceArray logits, AnswerLoss<DeviceArray> out) {
        answerLoss(logits, Kind.SQUARED_ERROR, out);
    }

    private void answerLoss(DeviceArray ofLogits, Kind kind, AnswerLoss<DeviceArray> out) {
        CudaArray logits = work.array(ofLogits); // [B, C]
        int texts = logits.size(0);
        int classes = logits.size(1);
        float[] answers = new float[texts * classes]; // [B, C]
        for (int b = 0; b < texts; b++) {
            for (int c = 0; c < classes; c++) {
                answers[b * classes + c] = batch.answer(b, c);
            }
        }
        try (CudaArray wanted = work.floats(answers)) {
            work.launch(
                    "answerLoss",
                    Grid.oneBlock(),
                    new Arguments()
                            .array(logits)
                            .array(wanted)
                            .array(work.array(out.loss()))
                            .array(work.arrayOrNull(out.slope()))
                            .number(kind.ordinal())
                            .number(texts)
                            .number(classes));
        }
    }

    @Override
    public void answerLossGradient(AnswerLossBackward<DeviceArray> in, DeviceArray gradient) {
        CudaArray slope = work.array(in.slope()); // [B, C]
        work.launch(
                "scaled",
                Grid.flat(slope.length()),
                new Arguments()
                        .array(slope)
                        .array(work.array(in.lossGradient()))
                        .array(work.array(gradient))
                        .length(slope.length()));
    }

    /** Weights of the penalty, layer after layer [L·A]. */
    private float[] penaltyWeights(int layers, int heads) {
        float[] weights = new float[layers * heads];
        for (int l = 0; l < layers; l++) {
            for (int h = 0; h < heads; h++) {
                weights[l * heads + h] = batch.penaltyWeight(l, h);
            }
        }
        return weights;
    }

    /** Gates, layer after layer [L·A]. */
    private float[] gates(int layers, int heads) {
        float[] gates = new float[layers * heads];
        for (int l = 0; l < layers; l++) {
            System.arraycopy(batch.gates(l), 0, gates, l * heads, heads);
        }
        return gates;
    }

    /** How sums of heads become one number. */
    private enum Total {
        OF_SQUARES,
        OF_ROOTS
    }

    private void headTotal(Total total, CudaArray squares, float[] weights, double factor, CudaArray[] results) {
        work.launch(
                "headTotal",
                Grid.oneBlock(),
                new Arguments()
                        .array(squares)
                        .array(work.constant(weights))
                        .array(results[0])
                        .array(results[1])
                        .number(total.ordinal())
                        .real(factor)
                        .number(weights.length));
    }

    @Override
    public void attentionPenalty(ClsAttention<DeviceArray> in, Penalty<DeviceArray> out) {
        int layers = in.layers().size();
        int heads = work.array(in.layers().get(0)).size(1);
        try (CudaArray squares = work.allocate((long) layers * heads)) {
            for (int l = 0; l < layers; l++) {
                CudaArray attention = work.array(in.layers().get(l)); // [N, A]
                work.columnSums(Columns.ofProducts(attention, attention), squares.view((long) l * heads, heads));
            }
            CudaArray[] results = {work.array(out.penalty()), work.arrayOrNull(out.roots())};
            headTotal(Total.OF_ROOTS, squares, penaltyWeights(layers, heads), 1, results);
        }
    }

    @Override
    public void attentionPenaltyGradient(PenaltyBackward<DeviceArray> in, ClsAttention<DeviceArray> gradients) {
        CudaArray roots = work.array(in.roots()); // [L, A]
        int layers = roots.size(0);
        int heads = roots.size(1);
        CudaArray weights = work.constant(penaltyWeights(layers, heads)); // [L·A]
        for (int l = 0; l < layers; l++) {
            CudaArray attention = work.array(in.layers().get(l)); // [N, A]
            work.launch(
                    "penaltyGradient",
                    Grid.flat(attention.length()),
                    new Arguments()
                            .array(attention)
                            .array(roots.view((long) l * heads, heads))
                            .array(weights.view((long) l * heads, heads))
                            .array(work.array(in.penaltyGradient()))
                            .array(work.array(gradients.layers().get(l)))
                            .length(attention.length())
                            .number(heads));
        }
    }

    @Override
    public void attentionDistance(TaughtAttention<DeviceArray> in, double weight, DeviceArray distance) {
        int layers = in.layers().size();
        int heads = work.array(in.layers().get(0)).size(1);
        try (CudaArray squares = work.allocate((long) layers * heads)) {
            for (int l = 0; l < layers; l++) {
                CudaArray attention = work.array(in.layers().get(l)); // [N, A]
                CudaArray teacher = work.array(in.teacher().get(l)); // [N, A]
                Columns differences = new Columns(attention, teacher, Term.SQUARE_OF_DIFFERENCE);
                work.columnSums(differences, squares.view((long) l * heads, heads));
            }
            CudaArray[] results = {work.array(distance), null};
            headTotal(Total.OF_SQUARES, squares, gates(layers, heads), weight / batch.texts(), results);
        }
    }

    @Override
    public void attentionDistanceGradient(
            TaughtBackward<DeviceArray> in, double weight, ClsAttention<DeviceArray> gradients) {
        List<DeviceArray> layers = in.layers();
        for (int l = 0; l < layers.size(); l++) {
            CudaArray attention = work.array(layers.get(l)); // [N, A]
            int heads = attention.size(1);
            work.launch(
                    "distanceToTeacherGradient",
                    Grid.flat(attention.length()),
                    new Arguments()
                            .array(attention)
                            .array(work.array(in.teacher().get(l)))
                            .array(work.constant(Arrays.copyOf(batch.gates(l), heads)))
                            .array(work.array(in.distanceGradient()))
                            .array(work.array(gradients.layers().get(l)))
                            .real(2 * weight / batch.texts())
                            .length(attention.length())
                            .number(heads));
        }
    }
}
