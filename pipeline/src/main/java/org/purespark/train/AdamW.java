// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.UpdateKernels;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;
import org.purespark.model.engine.UpdateKernels.From;
import org.purespark.model.engine.UpdateKernels.Moments;

/**
 * AdamW (Loshchilov, Hutter: Decoupled Weight Decay Regularization, 2019) as PyTorch computes it: w -= lr·wd·w, then m
 * = β1·m + (1-β1)·g, v = β2·v + (1-β2)·g², w -= lr/(1-β1^t) · m / (sqrt(v)/sqrt(1-β2^t) + ε). Every parameter decays;
 * rows of the word embedding without gradient decay and move too.
 */
public final class AdamW {
    /**
     * @param beta1 [0, 1)
     * @param beta2 [0, 1)
     * @param epsilon added to the root
     * @param weightDecay at least 0
     */
    public record Constants(double beta1, double beta2, double epsilon, double weightDecay) {}

    private final Constants constants;
    private final Owned owned;
    private final UpdateKernels updates;
    private final Moments moments;
    private int steps;

    /** Words that have had a gradient, so that their moments are not zero; null before the first update. */
    private boolean[] moving;

    /**
     * The parameters that this optimizer updates: all of the word embedding, and a range of the others.
     *
     * @param words entries of the word embedding, which come first
     * @param from flat offset of the first other parameter
     * @param to offset after the last one
     */
    public record Owned(int words, int from, int to) {
        /** All parameters. */
        public static Owned all(ParameterLayout layout) {
            return new Owned(layout.denseStart(), layout.denseStart(), layout.size());
        }

        /** The parameters that one task of several updates. */
        public static Owned of(Shards shards, int rank) {
            return new Owned(shards.start(), shards.from(rank), shards.to(rank));
        }

        /** Number of entries of each moment: those of the word embedding, then those of the range. */
        public int size() {
            return words + to - from;
        }
    }

    /** @param engine the engine whose memory has the moments and the parameters to update */
    public AdamW(Constants constants, Owned owned, Engine engine) {
        this.constants = constants;
        this.owned = owned;
        this.updates = engine.updates();
        this.moments = new Moments(engine.allocateState(owned.size()), engine.allocateState(owned.size()));
    }

    /** Continues after {@code done} updates, whose moments are restored. */
    void resumeAfter(int done) {
        this.steps = done;
    }

    /**
     * Begins the next update; its two parts may then be made in any order.
     *
     * @param gradientFactor the factor for the sums of gradients
     */
    public AdamUpdate next(double learningRate, double gradientFactor) {
        steps++;
        return new AdamUpdate(
                (float) (1 - learningRate * constants.weightDecay()),
                (float) constants.beta1(),
                (float) constants.beta2(),
                (float) (1 - constants.beta1()),
                (float) (1 - constants.beta2()),
                (float) (learningRate / (1 - Math.pow(constants.beta1(), steps))),
                (float) (1 / Math.sqrt(1 - Math.pow(constants.beta2(), steps))),
                (float) constants.epsilon(),
                (float) gradientFactor);
    }

    /** Updates the owned range of the parameters that have dense gradients. */
    public void stepDense(AdamUpdate update, Parameters parameters, GradientSum gradients) {
        stepDense(update, parameters, gradients, parameters.layout().size());
    }

    /**
     * Updates the owned range of the parameters that have dense gradients, up to a place.
     *
     * @param end flat offset after the last parameter that moves
     */
    public void stepDense(AdamUpdate update, Parameters parameters, GradientSum gradients, int end) {
        int start = parameters.layout().denseStart();
        int to = Math.min(owned.to(), end);
        if (to <= owned.from()) {
            return;
        }
        updates.adamW(
                update,
                new From(parameters.memory(), owned.from()),
                new From(gradients.dense(), owned.from() - start),
                moments,
                owned.words(),
                to - owned.from());
    }

    /** Updates the whole word embedding. */
    public void stepWords(AdamUpdate update, Parameters parameters, GradientSum gradients) {
        int width = gradients.width();
        if (moving == null) {
            moving = wordsWithMoments(owned.words() / width, width);
        }
        for (int i = 0; i < gradients.touchedWords(); i++) {
            moving[gradients.words()[i]] = true;
        }
        updates.adamWRows(
                update, parameters.memory(), gradients.wordRows(), gradients.rowOfWord(), moving, moments, width);
    }

    private boolean[] wordsWithMoments(int words, int width) {
        boolean[] found = new boolean[words];
        float[] first = new float[width];
        float[] second = new float[width];
        for (int word = 0; word < words; word++) {
            moments.first().get((long) word * width, first, 0, width);
            moments.second().get((long) word * width, second, 0, width);
            for (int i = 0; i < width; i++) {
                found[word] |= first[i] != 0 || second[i] != 0;
            }
        }
        return found;
    }

    /** The parameters that it updates. */
    public Owned owned() {
        return owned;
    }

    /** Number of updates so far. */
    public int steps() {
        return steps;
    }

    /** m, the live array: entries of the word embedding, then of the owned range. */
    DeviceArray first() {
        return moments.first();
    }

    /** v, the live array, as {@link #first}. */
    DeviceArray second() {
        return moments.second();
    }
}
