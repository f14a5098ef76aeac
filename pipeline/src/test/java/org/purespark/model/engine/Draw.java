// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.purespark.random.DropoutMask;
import org.purespark.random.SeededRandom;
import org.purespark.task.Answers;

/**
 * Draws the sizes, the texts and the entries of one trial. The number of the trial decides what every run of the tests
 * must cover; the seed decides the rest. It is part of the tests' names. The system property {@value #SEED} sets it: a
 * number, or {@code new} for another one in each run.
 */
final class Draw {
    static final String SEED = "contract.seed";

    private static final String USUAL = "11";
    private static final String NEW = "new";

    /** Number of trials that cover each combination of texts, pruning and dropout, and each head size. */
    static final int TRIALS = 24;

    /** Entries are multiples of it, and so are the steps of finite differences: an entry ± a step is exact. */
    private static final float GRID = 1f / 1024;

    private static final int[] AROUND_VECTORS = {7, 8, 9, 15, 16, 17, 31, 33};
    private static final int[] LONG = {130, 3, 193};
    private static final int[] HEAD_SIZES = {4, 8, 12, 32, 64};
    private static final int[] WIDTHS = {4, 7, 16, 17, 30, 33, 64, 70};
    private static final int MOST_HIDDEN = 96;
    private static final int LAYERS = 2;

    /** Which texts a trial has. */
    private enum Texts {
        ONE_OF_ONE_TOKEN,
        ONE,
        AROUND_VECTORS,
        SHORT_AND_LONG
    }

    private enum Pruning {
        NONE,
        SOME_HEADS,
        ALL_HEADS_BUT_ONE
    }

    /** How large a trial is. */
    enum Scale {
        /** Large enough for engines that cut work into pieces for several threads. */
        FULL,
        /** Texts of which engines compute a head in several parts, for the operations that cost T². */
        LONG,
        /** Small enough for finite differences. */
        SMALL
    }

    private final SeededRandom random;
    private final Scale scale;
    private final Texts texts;
    private final Pruning pruning;
    private final double dropoutRate;
    private final int headSize;
    private final int heads;
    private final int width;
    private final int classes;
    private final TextBatch batch;

    Draw(long seed, int trial, Scale scale) {
        this.random = SeededRandom.of(seed, SeededRandom.Purpose.TEST_WEIGHTS, trial);
        this.scale = scale;
        this.texts = Texts.values()[trial % Texts.values().length];
        int others = trial / Texts.values().length;
        this.pruning = Pruning.values()[others % Pruning.values().length];
        this.dropoutRate = others / Pruning.values().length % 2 == 0 ? 0 : between(1, 6) / 10.0;
        this.headSize = switch (scale) {
            case FULL -> HEAD_SIZES[trial % HEAD_SIZES.length];
            case LONG -> HEAD_SIZES[trial % 2];
            case SMALL -> between(1, 5);
        };
        this.heads = between(2, scale == Scale.FULL ? Math.max(2, Math.min(12, MOST_HIDDEN / headSize)) : 3);
        this.width = scale == Scale.FULL ? WIDTHS[random.nextInt(WIDTHS.length)] : between(4, 9);
        this.classes = between(2, 5);
        this.batch = drawBatch();
    }

    /** The seed of the system property: a number, or {@value #NEW} for another one in each run. */
    static long seed() {
        String asked = System.getProperty(SEED, USUAL);
        return asked.equals(NEW)
                ? SeededRandom.of(System.nanoTime(), SeededRandom.Purpose.TEST_WEIGHTS)
                        .nextLong()
                : Long.parseLong(asked);
    }

    private int[] drawLengths() {
        return switch (texts) {
            case ONE_OF_ONE_TOKEN -> new int[] {1};
            case ONE -> new int[] {scale == Scale.FULL ? between(2, 40) : between(2, 9)};
            case AROUND_VECTORS -> scale == Scale.FULL ? shuffled(AROUND_VECTORS) : new int[] {7, 9};
            case SHORT_AND_LONG -> shortAndLong();
        };
    }

    private TextBatch drawBatch() {
        int[] lengths = scale == Scale.LONG ? shuffled(LONG) : drawLengths();

        int[] starts = new int[lengths.length + 1];
        long[] keys = new long[lengths.length];
        int[] labels = new int[lengths.length];
        for (int b = 0; b < lengths.length; b++) {
            starts[b + 1] = starts[b] + lengths[b];
            keys[b] = random.nextInt(5) == 0 ? DropoutMask.KEEP_ALL : random.nextLong();
            labels[b] = random.nextInt(classes);
        }
        TextBatch.Gates gates = new TextBatch.Gates(new float[LAYERS][heads]);
        float[][] penaltyWeights = new float[LAYERS][heads];
        for (int l = 0; l < LAYERS; l++) {
            prune(gates.values()[l]);
            for (int h = 0; h < heads; h++) {
                penaltyWeights[l][h] = gates.values()[l][h] * between(1, 1000) * GRID;
            }
        }
        Answers answers = random.nextInt(2) == 0 ? new Answers.Classes(labels) : shares(lengths.length);
        return new TextBatch(starts, keys, gates, new TextBatch.Targets(answers, penaltyWeights));
    }

    /** Shares of the classes, which add up to 1 for each text. */
    private Answers shares(int count) {
        float[][] rows = new float[count][classes];
        for (float[] row : rows) {
            int left = 8;
            for (int c = 0; c + 1 < classes; c++) {
                int eighths = random.nextInt(left + 1);
                row[c] = eighths / 8f;
                left -= eighths;
            }
            row[classes - 1] = left / 8f;
        }
        return new Answers.Rows(rows);
    }

    private int[] shortAndLong() {
        int most = scale == Scale.FULL ? 40 : 6;
        int[] lengths = IntStream.range(0, scale == Scale.FULL ? between(8, 12) : 3)
                .map(b -> between(1, most))
                .toArray();
        lengths[0] = 1;
        lengths[lengths.length - 1] = most;
        return shuffled(lengths);
    }

    private int[] shuffled(int[] values) {
        int[] copy = values.clone();
        random.shuffle(copy);
        return copy;
    }

    private void prune(float[] gates) {
        int kept = random.nextInt(gates.length);
        for (int h = 0; h < gates.length; h++) {
            gates[h] = switch (pruning) {
                case NONE -> 1f;
                case SOME_HEADS -> h == kept || random.nextInt(2) == 0 ? 1f : 0f;
                case ALL_HEADS_BUT_ONE -> h == kept ? 1f : 0f;
            };
        }
    }

    /** {@code from} to {@code to}. */
    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /** Multiples of 1/1024 from -1 to 1. */
    float[] entries(long... shape) {
        float[] entries = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = between(-1024, 1024) * GRID;
        }
        return entries;
    }

    TextBatch batch() {
        return batch;
    }

    /** The layer of the trial's attention; other layers have other gates. */
    int layer() {
        return LAYERS - 1;
    }

    /** L. */
    int layers() {
        return LAYERS;
    }

    /**
     * ε of normalization. Finite differences need a large one: a row of few entries may have hardly any variance, and
     * then 1/σ bends within a step.
     */
    double epsilon() {
        return scale == Scale.SMALL ? 0.1 : 1e-5;
    }

    Dropout dropout(int site) {
        return new Dropout(site, dropoutRate);
    }

    /** N. */
    int tokens() {
        return batch.tokens();
    }

    /** B. */
    int texts() {
        return batch.texts();
    }

    /** A. */
    int heads() {
        return heads;
    }

    /** D. */
    int hidden() {
        return heads * headSize;
    }

    /** W, of rows that have no heads. */
    int width() {
        return width;
    }

    /** C. */
    int classes() {
        return classes;
    }

    @Override
    public String toString() {
        return texts + ", heads pruned: " + pruning + ", dropout " + dropoutRate + "; B " + texts() + ", N " + tokens()
                + ", A " + heads + ", E " + headSize + ", W " + width + ", C " + classes;
    }
}
