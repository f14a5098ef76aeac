// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.DeviceArray;

/**
 * The loss of {@link TrainingMethod.InnerProduct}. With g the gradient of the micro-batch's loss L and r that of its
 * clean texts, the gradient is g - weight · H r where ⟨g, r⟩ is negative, else g. H r, the change of g along r, is the
 * central difference (g(θ + s·r) - g(θ - s·r)) / 2s with s = {@value #STEP} / |r|. Dropout is the same in all passes.
 */
final class RestrictedInnerProduct implements MicroBatchLoss {
    /** Length of the step along r, in the parameters' own units. */
    private static final double STEP = 2e-3;

    private final TextClassifier model;
    private final OptimizerStep.StepObjective objective;
    private final double weight;
    private final GradientSum scratch;

    RestrictedInnerProduct(TextClassifier model, OptimizerStep.StepObjective objective, double weight) {
        this.model = model;
        this.objective = objective;
        this.weight = weight;
        this.scratch = new GradientSum(model.parameters().layout(), model.engine());
    }

    @Override
    public TextClassifier.Loss addGradients(Example microBatch, Example clean, GradientSum sum) {
        if (clean == null) {
            return model.addGradients(microBatch, objective.pruned(), objective.penaltyWeights(), sum);
        }
        TextClassifier.Loss loss = compute(microBatch);
        Gradient all = new Gradient(scratch);
        all.addTo(sum, 1);
        compute(clean);
        Gradient ofClean = new Gradient(scratch);
        double product = all.times(ofClean);
        if (product >= 0) {
            return loss;
        }
        double step = STEP / Math.sqrt(ofClean.times(ofClean));
        float[] dense = denseParameters();
        SortedMap<Integer, float[]> words = wordParameters(ofClean);
        move(dense, words, ofClean, step);
        compute(microBatch);
        new Gradient(scratch).addTo(sum, -weight / (2 * step));
        move(dense, words, ofClean, -step);
        compute(microBatch);
        new Gradient(scratch).addTo(sum, weight / (2 * step));
        move(dense, words, ofClean, 0);
        return new TextClassifier.Loss(loss.answers(), loss.penalty() - weight * product);
    }

    private TextClassifier.Loss compute(Example example) {
        scratch.clear();
        return model.addGradients(example, objective.pruned(), objective.penaltyWeights(), scratch);
    }

    private float[] denseParameters() {
        int start = model.parameters().layout().denseStart();
        float[] dense = new float[model.parameters().layout().size() - start];
        model.parameters().memory().get(start, dense, 0, dense.length);
        return dense;
    }

    private SortedMap<Integer, float[]> wordParameters(Gradient along) {
        SortedMap<Integer, float[]> rows = new TreeMap<>();
        for (int word : along.words.keySet()) {
            float[] row = new float[scratch.width()];
            model.parameters().memory().get((long) word * row.length, row, 0, row.length);
            rows.put(word, row);
        }
        return rows;
    }

    /** Sets the parameters to what they were plus {@code step} times {@code along}; with 0 to the same bits. */
    private void move(float[] dense, SortedMap<Integer, float[]> words, Gradient along, double step) {
        DeviceArray memory = model.parameters().memory();
        memory.put(model.parameters().layout().denseStart(), moved(dense, along.dense, step), 0, dense.length);
        words.forEach((word, row) ->
                memory.put((long) word * row.length, moved(row, along.words.get(word), step), 0, row.length));
    }

    private static float[] moved(float[] from, float[] along, double step) {
        float[] to = from.clone();
        if (step != 0) {
            for (int i = 0; i < to.length; i++) {
                to[i] = (float) (from[i] + step * along[i]);
            }
        }
        return to;
    }

    /** A gradient on the heap. */
    private static final class Gradient {
        private final float[] dense;
        private final SortedMap<Integer, float[]> words = new TreeMap<>();

        Gradient(GradientSum sum) {
            this.dense = sum.dense().toArray();
            float[] rows = new float[sum.touchedWords() * sum.width()];
            sum.wordRows().get(0, rows, 0, rows.length);
            for (int i = 0; i < sum.touchedWords(); i++) {
                words.put(sum.words()[i], Arrays.copyOfRange(rows, i * sum.width(), (i + 1) * sum.width()));
            }
        }

        /** ⟨this, other⟩. */
        double times(Gradient other) {
            double product = times(dense, other.dense);
            for (var row : words.entrySet()) {
                float[] its = other.words.get(row.getKey());
                product += its == null ? 0 : times(row.getValue(), its);
            }
            return product;
        }

        private static double times(float[] a, float[] b) {
            double product = 0;
            for (int i = 0; i < a.length; i++) {
                product += (double) a[i] * b[i];
            }
            return product;
        }

        void addTo(GradientSum sum, double factor) {
            float[] total = sum.dense().toArray();
            add(total, dense, factor);
            sum.dense().put(0, total, 0, total.length);
            words.forEach((word, row) -> {
                float[] scaled = new float[row.length];
                add(scaled, row, factor);
                sum.addWordRow(word, FloatBuffer.wrap(scaled));
            });
        }

        private static void add(float[] to, float[] values, double factor) {
            for (int i = 0; i < to.length; i++) {
                to[i] = (float) (to[i] + factor * values[i]);
            }
        }
    }
}
