package org.purespark.train;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
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
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /**
     * @param beta1 0 to below 1
     * @param beta2 0 to below 1
     * @param epsilon added to the root
     * @param weightDecay at least 0
     */
    public record Constants(double beta1, double beta2, double epsilon, double weightDecay) {}

    private final Constants constants;
    private final Owned owned;
    private final float[] first;
    private final float[] second;
    private int steps;

    /** Words that have had a gradient, whose moments are therefore not zero; null before the first update. */
    private boolean[] moving;

    /**
     * The parameters that this optimizer updates: all of the word embedding, and a range of the others.
     *
     * @param words entries of the word embedding, which come first
     * @param from flat offset of the first other parameter
     * @param to behind the last one
     */
    public record Owned(int words, int from, int to) {
        /** All parameters. */
        public static Owned all(ParameterLayout layout) {
            return new Owned(layout.denseStart(), layout.denseStart(), layout.size());
        }

        /** What one task of several updates. */
        public static Owned of(Shards shards, int rank) {
            return new Owned(shards.start(), shards.from(rank), shards.to(rank));
        }

        /** Entries of each of the two moments: those of the word embedding, then those of the range. */
        public int size() {
            return words + to - from;
        }
    }

    public AdamW(Constants constants, Owned owned) {
        this(constants, owned, new float[owned.size()], new float[owned.size()], 0);
    }

    /** Goes on from a saved state; the arrays are taken over. */
    public AdamW(Constants constants, Owned owned, float[] first, float[] second, int steps) {
        this.constants = constants;
        this.owned = owned;
        this.first = first;
        this.second = second;
        this.steps = steps;
    }

    /**
     * Begins the next update, of which the two parts may then be made in any order.
     *
     * @param gradientFactor what the sums of gradients are multiplied by
     */
    public Update next(double learningRate, double gradientFactor) {
        steps++;
        return new Update(constants, learningRate, steps, gradientFactor);
    }

    /** Updates the owned range of the parameters that have dense gradients. */
    public void stepDense(Update update, Parameters parameters, GradientSum gradients, Workers workers) {
        int start = parameters.layout().denseStart();
        int moments = owned.words() - owned.from();
        Floats memory = parameters.memory();
        workers.run((owned.to() - owned.from() + PER_PIECE - 1) / PER_PIECE, (piece, scratch) -> {
            int from = owned.from() + piece * PER_PIECE;
            int count = Math.min(PER_PIECE, owned.to() - from);
            float[] weights = scratch.floats(0, count);
            memory.get(from, weights, 0, count);
            update.apply(weights, gradients.dense(), from - start, first, second, moments + from, count);
            memory.put(from, weights, 0, count);
        });
    }

    /** Updates the whole word embedding. */
    public void stepWords(Update update, Parameters parameters, GradientSum gradients, Workers workers) {
        int width = gradients.width();
        int words = owned.words() / width;
        int perPiece = Math.max(1, PER_PIECE / width);
        float[] zeros = new float[width];
        if (moving == null) {
            moving = wordsWithMoments(words, width);
        }
        Floats memory = parameters.memory();
        workers.run((words + perPiece - 1) / perPiece, (piece, scratch) -> {
            float[] weights = scratch.floats(0, width);
            for (int word = piece * perPiece; word < Math.min(words, (piece + 1) * perPiece); word++) {
                int row = gradients.wordRow(word);
                moving[word] |= row >= 0;
                memory.get((long) word * width, weights, 0, width);
                if (moving[word]) {
                    float[] rows = row < 0 ? zeros : gradients.wordRows();
                    update.apply(weights, rows, Math.max(row, 0), first, second, word * width, width);
                } else {
                    update.decay(weights, width);
                }
                memory.put((long) word * width, weights, 0, width);
            }
        });
    }

    private boolean[] wordsWithMoments(int words, int width) {
        boolean[] found = new boolean[words];
        for (int i = 0; i < words * width; i++) {
            found[i / width] |= first[i] != 0 || second[i] != 0;
        }
        return found;
    }

    /** Which parameters it updates. */
    public Owned owned() {
        return owned;
    }

    /** Updates made so far. */
    public int steps() {
        return steps;
    }

    /** m, the live array: entries of the word embedding, then of the owned range. */
    public float[] first() {
        return first;
    }

    /** v, the live array, as {@link #first}. */
    public float[] second() {
        return second;
    }

    /** The constants of one step, worked out once. */
    public record Update(
            float decay,
            float beta1,
            float beta2,
            float rest1,
            float rest2,
            float stepSize,
            float inverseRoot,
            float epsilon,
            float gradientFactor) {
        Update(Constants c, double learningRate, int step, double gradientFactor) {
            this(
                    (float) (1 - learningRate * c.weightDecay()),
                    (float) c.beta1(),
                    (float) c.beta2(),
                    (float) (1 - c.beta1()),
                    (float) (1 - c.beta2()),
                    (float) (learningRate / (1 - Math.pow(c.beta1(), step))),
                    (float) (1 / Math.sqrt(1 - Math.pow(c.beta2(), step))),
                    (float) c.epsilon(),
                    (float) gradientFactor);
        }

        /** What an update is where gradient and moments are zero: the same bits, for a third of the memory's traffic. */
        void decay(float[] w, int count) {
            for (int i = 0; i < count; i++) {
                w[i] *= decay;
            }
        }

        /** Updates w[0 .. count), whose gradients and moments start at {@code gFrom} and {@code from}. */
        void apply(float[] w, float[] g, int gFrom, float[] m, float[] v, int from, int count) {
            int i = 0;
            for (; i + FLOATS.length() <= count; i += FLOATS.length()) {
                FloatVector gradient =
                        FloatVector.fromArray(FLOATS, g, gFrom + i).mul(gradientFactor);
                FloatVector mean =
                        FloatVector.fromArray(FLOATS, m, from + i).mul(beta1).add(gradient.mul(rest1));
                FloatVector square = FloatVector.fromArray(FLOATS, v, from + i)
                        .mul(beta2)
                        .add(gradient.mul(gradient).mul(rest2));
                mean.intoArray(m, from + i);
                square.intoArray(v, from + i);
                FloatVector root = square.sqrt().mul(inverseRoot).add(epsilon);
                FloatVector.fromArray(FLOATS, w, i)
                        .mul(decay)
                        .sub(mean.mul(stepSize).div(root))
                        .intoArray(w, i);
            }
            for (; i < count; i++) {
                float gradient = g[gFrom + i] * gradientFactor;
                float mean = beta1 * m[from + i] + rest1 * gradient;
                float square = beta2 * v[from + i] + rest2 * (gradient * gradient);
                m[from + i] = mean;
                v[from + i] = square;
                float root = (float) Math.sqrt(square) * inverseRoot + epsilon;
                w[i] = w[i] * decay - stepSize * mean / root;
            }
        }
    }
}
