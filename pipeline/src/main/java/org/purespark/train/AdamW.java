package org.purespark.train;

import org.purespark.model.GradientSum;
import org.purespark.model.Parameters;
import org.purespark.model.ops.Floats;
import org.purespark.model.ops.Workers;

/**
 * AdamW (Loshchilov, Hutter: Decoupled Weight Decay Regularization, 2019) as PyTorch computes it: w -= lr·wd·w, then
 * m = β1·m + (1-β1)·g, v = β2·v + (1-β2)·g², w -= lr/(1-β1^t) · m / (sqrt(v)/sqrt(1-β2^t) + ε). Decay is on every
 * parameter, and rows of the word embedding without gradient decay and move on too.
 */
public final class AdamW {
    private static final int PER_PIECE = 1 << 14;

    /**
     * @param beta1 0 to below 1
     * @param beta2 0 to below 1
     * @param epsilon added to the root
     * @param weightDecay at least 0
     */
    public record Constants(double beta1, double beta2, double epsilon, double weightDecay) {}

    private final Constants constants;
    private final float[] first;
    private final float[] second;
    private int steps;

    public AdamW(Constants constants, int parameters) {
        this(constants, new float[parameters], new float[parameters], 0);
    }

    /** Goes on from a saved state; the arrays are taken over. */
    public AdamW(Constants constants, float[] first, float[] second, int steps) {
        this.constants = constants;
        this.first = first;
        this.second = second;
        this.steps = steps;
    }

    /** One update of all parameters. */
    public void step(Parameters parameters, GradientSum gradients, double learningRate, Workers workers) {
        steps++;
        Update update = new Update(constants, learningRate, steps);
        int dense = parameters.layout().denseStart();
        int width = gradients.width();
        int wordsPerPiece = Math.max(1, PER_PIECE / width);
        int words = dense / width;
        int wordPieces = (words + wordsPerPiece - 1) / wordsPerPiece;
        int size = parameters.layout().size();
        int densePieces = (size - dense + PER_PIECE - 1) / PER_PIECE;
        float[] zeros = new float[width];
        Floats memory = parameters.memory();
        workers.run(wordPieces + densePieces, (piece, scratch) -> {
            if (piece >= wordPieces) {
                int from = dense + (piece - wordPieces) * PER_PIECE;
                int count = Math.min(PER_PIECE, size - from);
                apply(update, memory, scratch.floats(0, count), from, count, gradients.dense(), from - dense);
                return;
            }
            for (int word = piece * wordsPerPiece; word < Math.min(words, (piece + 1) * wordsPerPiece); word++) {
                int row = gradients.wordRow(word);
                float[] gradient = row < 0 ? zeros : gradients.wordRows();
                apply(update, memory, scratch.floats(0, width), word * width, width, gradient, Math.max(row, 0));
            }
        });
    }

    private void apply(
            Update update, Floats memory, float[] weights, int from, int count, float[] gradient, int gradientFrom) {
        memory.get(from, weights, 0, count);
        update.apply(weights, gradient, gradientFrom, first, second, from, count);
        memory.put(from, weights, 0, count);
    }

    /** Updates made so far. */
    public int steps() {
        return steps;
    }

    /** m, the live array [P]. */
    public float[] first() {
        return first;
    }

    /** v, the live array [P]. */
    public float[] second() {
        return second;
    }

    /** The constants of one step, worked out once. */
    private record Update(
            float decay,
            float beta1,
            float beta2,
            float rest1,
            float rest2,
            float stepSize,
            float inverseRoot,
            float epsilon) {
        Update(Constants c, double learningRate, int step) {
            this(
                    (float) (1 - learningRate * c.weightDecay()),
                    (float) c.beta1(),
                    (float) c.beta2(),
                    (float) (1 - c.beta1()),
                    (float) (1 - c.beta2()),
                    (float) (learningRate / (1 - Math.pow(c.beta1(), step))),
                    (float) (1 / Math.sqrt(1 - Math.pow(c.beta2(), step))),
                    (float) c.epsilon());
        }

        void apply(float[] w, float[] g, int gFrom, float[] m, float[] v, int from, int count) {
            for (int i = 0; i < count; i++) {
                float gradient = g[gFrom + i];
                float mean = beta1 * m[from + i] + rest1 * gradient;
                float square = beta2 * v[from + i] + rest2 * gradient * gradient;
                m[from + i] = mean;
                v[from + i] = square;
                float root = (float) Math.sqrt(square) * inverseRoot + epsilon;
                w[i] = w[i] * decay - stepSize * mean / root;
            }
        }
    }
}
