// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * How one pass over a split is cut into micro-batches and steps. The plan depends only on the run's settings, so every
 * task of any cluster computes the same plan.
 *
 * @param microBatches together they have every text of the split exactly once; only the last one may be shorter
 */
public record BatchPlan(List<MicroBatch> microBatches) implements Serializable {
    public BatchPlan {
        microBatches = List.copyOf(microBatches);
    }

    /**
     * The texts in the order of the split.
     *
     * @param texts number of texts of the split, at least 0
     * @param microBatch texts of a micro-batch, at least 1
     */
    public static BatchPlan inOrder(int texts, int microBatch) {
        return cut(identity(texts), microBatch);
    }

    /**
     * One micro-batch of {@link #inOrder(int, int)}.
     *
     * @param index from 0
     */
    public static MicroBatch inOrder(int texts, int microBatch, int index) {
        Objects.checkIndex(index, microBatchesPerEpoch(texts, microBatch));
        int from = index * microBatch;
        return new MicroBatch(
                index,
                IntStream.range(from, from + Math.min(microBatch, texts - from)).toArray());
    }

    /**
     * The texts in a uniformly random order of the whole split.
     *
     * @param texts number of texts of the split, at least 0
     * @param microBatch texts of a micro-batch, at least 1
     * @param seed the run's seed
     * @param epoch from 0; each epoch has its own order
     */
    public static BatchPlan shuffled(int texts, int microBatch, long seed, int epoch) {
        int[] order = identity(texts);
        SeededRandom.of(seed, Purpose.SHUFFLE, epoch).shuffle(order);
        return cut(order, microBatch);
    }

    /** ceil(texts / microBatch): the number of micro-batches of an epoch. */
    public static int microBatchesPerEpoch(int texts, int microBatch) {
        requireNotNegative("texts", texts);
        requirePositive("micro-batch", microBatch);
        return ceilDiv(texts, microBatch);
    }

    /** ceil(n / M): the number of steps of an epoch of n micro-batches. */
    public static int stepsPerEpoch(int texts, int microBatch, int microBatchesPerStep) {
        requirePositive("micro-batches per step", microBatchesPerStep);
        return ceilDiv(microBatchesPerEpoch(texts, microBatch), microBatchesPerStep);
    }

    /** epochs · ceil(n / M): the number of steps over which the learning rate decays. */
    public static long totalSteps(int texts, int microBatch, int microBatchesPerStep, int epochs) {
        requireNotNegative("epochs", epochs);
        return (long) epochs * stepsPerEpoch(texts, microBatch, microBatchesPerStep);
    }

    /** The steps of the epoch, each with {@code microBatchesPerStep} micro-batches; the last one may have fewer. */
    public List<Step> steps(int microBatchesPerStep) {
        requirePositive("micro-batches per step", microBatchesPerStep);
        List<Step> steps = new ArrayList<>();
        for (int from = 0; from < microBatches.size(); from += microBatchesPerStep) {
            int to = (int) Math.min((long) from + microBatchesPerStep, microBatches.size());
            steps.add(new Step(steps.size(), microBatches.subList(from, to)));
        }
        return List.copyOf(steps);
    }

    /**
     * Shares a step's micro-batches among tasks, so that all tasks end at about the same time. The micro-batch with the
     * most work comes first. Each goes to the task with the least work so far (Graham: Bounds on Multiprocessing Timing
     * Anomalies, 1969), on ties to the earlier task. If there are no more micro-batches than tasks, the first tasks get
     * one each and the others none.
     *
     * @param tasks number of tasks, at least 1
     * @param work of a micro-batch, in any unit, more than 0
     * @return one list for each task, in the step's order
     */
    public static List<List<MicroBatch>> deal(Step step, int tasks, ToLongFunction<MicroBatch> work) {
        requirePositive("tasks", tasks);
        List<MicroBatch> heaviestFirst = new ArrayList<>(step.microBatches());
        heaviestFirst.sort(Comparator.comparingLong(work).reversed().thenComparingInt(MicroBatch::index));
        long[] dealtWork = new long[tasks];
        List<List<MicroBatch>> dealt = new ArrayList<>(tasks);
        for (int task = 0; task < tasks; task++) {
            dealt.add(new ArrayList<>());
        }
        for (MicroBatch microBatch : heaviestFirst) {
            int least = 0;
            for (int task = 1; task < tasks; task++) {
                if (dealtWork[task] < dealtWork[least]) {
                    least = task;
                }
            }
            dealt.get(least).add(microBatch);
            dealtWork[least] += work.applyAsLong(microBatch);
        }
        dealt.forEach(ofTask -> ofTask.sort(Comparator.comparingInt(MicroBatch::index)));
        return dealt.stream().map(List::copyOf).toList();
    }

    private static BatchPlan cut(int[] order, int microBatch) {
        int count = microBatchesPerEpoch(order.length, microBatch);
        List<MicroBatch> batches = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            int from = index * microBatch;
            int to = from + Math.min(microBatch, order.length - from);
            batches.add(new MicroBatch(index, Arrays.copyOfRange(order, from, to)));
        }
        return new BatchPlan(batches);
    }

    private static int[] identity(int texts) {
        requireNotNegative("texts", texts);
        int[] order = new int[texts];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static int ceilDiv(int count, int size) {
        return count / size + (count % size == 0 ? 0 : 1);
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " " + value + " must be at least 1");
        }
    }

    private static void requireNotNegative(String what, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " " + value + " must not be negative");
        }
    }
}
