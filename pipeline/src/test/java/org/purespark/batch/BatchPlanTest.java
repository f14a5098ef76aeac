// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    @Test
    void keepsTheTextsOrderAndTheShortLastMicroBatch() {
        assertThat(BatchPlan.inOrder(7, 3).microBatches())
                .containsExactly(
                        new MicroBatch(0, new int[] {0, 1, 2}),
                        new MicroBatch(1, new int[] {3, 4, 5}),
                        new MicroBatch(2, new int[] {6}));
    }

    @Test
    void anEmptySplitHasNoMicroBatchesAndNoSteps() {
        assertThat(BatchPlan.inOrder(0, 32).microBatches()).isEmpty();
        assertThat(BatchPlan.inOrder(0, 32).steps(2)).isEmpty();
        assertThat(BatchPlan.totalSteps(0, 32, 2, 3)).isZero();
    }

    @Test
    void keepsTheShortLastStep() {
        List<Step> steps = BatchPlan.inOrder(7, 1).steps(3);

        assertThat(steps).extracting(Step::index).containsExactly(0, 1, 2);
        assertThat(steps).extracting(step -> step.microBatches().size()).containsExactly(3, 3, 1);
        assertThat(steps.get(2).microBatches().get(0).texts()).containsExactly(6);
    }

    @Test
    void stepMayHoldTheWholeEpoch() {
        assertThat(BatchPlan.inOrder(7, 2).steps(Integer.MAX_VALUE)).hasSize(1);
    }

    @Test
    void countsTheStepsOfTheWholeRun() {
        // 6,920 texts in 32s: 217 micro-batches; 4 a step: 55 steps, the last one of a single micro-batch
        assertThat(BatchPlan.totalSteps(6920, 32, 1, 3)).isEqualTo(651);
        assertThat(BatchPlan.totalSteps(6920, 32, 4, 3)).isEqualTo(165);
        assertThat(BatchPlan.stepsPerEpoch(6920, 32, 4))
                .isEqualTo(BatchPlan.inOrder(6920, 32).steps(4).size());
    }

    @Test
    void anotherEpochOrSeedHasAnotherOrder() {
        BatchPlan plan = BatchPlan.shuffled(100, 8, 11, 0);

        assertThat(plan).isEqualTo(BatchPlan.shuffled(100, 8, 11, 0));
        assertThat(plan).isNotEqualTo(BatchPlan.shuffled(100, 8, 11, 1));
        assertThat(plan).isNotEqualTo(BatchPlan.shuffled(100, 8, 12, 0));
        assertThat(order(plan)).isNotEqualTo(order(BatchPlan.inOrder(100, 8)));
    }

    @Test
    void theOrderDoesNotDependOnTheMicroBatch() {
        assertThat(order(BatchPlan.shuffled(100, 8, 11, 2))).isEqualTo(order(BatchPlan.shuffled(100, 32, 11, 2)));
    }

    @Test
    void dealsTheHeaviestFirstToWhoHasTheLeast() {
        Step step = BatchPlan.inOrder(6, 1).steps(6).get(0);
        long[] work = {30, 10, 60, 20, 50, 40};

        assertThat(indexes(BatchPlan.deal(step, 2, batch -> work[batch.index()])))
                .containsExactly(List.of(0, 2, 3), List.of(1, 4, 5));
        assertThat(indexes(BatchPlan.deal(step, 3, batch -> work[batch.index()])))
                .containsExactly(List.of(1, 2), List.of(3, 4), List.of(0, 5));
    }

    @Test
    void dealsEqualWorkInTurns() {
        Step step = BatchPlan.inOrder(8, 1).steps(8).get(0);

        assertThat(indexes(BatchPlan.deal(step, 3, batch -> 25)))
                .containsExactly(List.of(0, 3, 6), List.of(1, 4, 7), List.of(2, 5));
    }

    @Test
    void tasksBeyondTheMicroBatchesGetNone() {
        Step step = BatchPlan.inOrder(2, 1).steps(2).get(0);

        assertThat(indexes(BatchPlan.deal(step, 4, batch -> batch.index() + 1)))
                .containsExactly(List.of(1), List.of(0), List.of(), List.of());
    }

    private static List<List<Integer>> indexes(List<List<MicroBatch>> dealt) {
        return dealt.stream()
                .map(ofTask -> ofTask.stream().map(MicroBatch::index).toList())
                .toList();
    }

    @Test
    void microBatchDoesNotShareItsTexts() {
        int[] texts = {1, 2};
        MicroBatch batch = new MicroBatch(0, texts);
        texts[0] = 9;
        batch.texts()[1] = 9;

        assertThat(batch.texts()).containsExactly(1, 2);
    }

    @Test
    void refusesSizesBelowOne() {
        assertThatThrownBy(() -> BatchPlan.inOrder(7, 0)).hasMessage("micro-batch 0 must be at least 1");
        assertThatThrownBy(() -> BatchPlan.inOrder(-1, 2)).hasMessage("texts -1 must not be negative");
        assertThatThrownBy(() -> BatchPlan.inOrder(7, 2).steps(0))
                .hasMessage("micro-batches per step 0 must be at least 1");
        assertThatThrownBy(() -> BatchPlan.deal(BatchPlan.inOrder(7, 2).steps(1).get(0), 0, MicroBatch::size))
                .hasMessage("tasks 0 must be at least 1");
    }

    @Property
    void shufflingKeepsEveryTextOnce(
            @ForAll @IntRange(max = 500) int texts,
            @ForAll @IntRange(min = 1, max = 40) int microBatch,
            @ForAll long seed,
            @ForAll @IntRange(max = 10) int epoch) {
        BatchPlan plan = BatchPlan.shuffled(texts, microBatch, seed, epoch);

        assertThat(Arrays.stream(order(plan)).sorted().toArray())
                .isEqualTo(IntStream.range(0, texts).toArray());
        List<MicroBatch> batches = plan.microBatches();
        assertThat(batches).hasSize(BatchPlan.microBatchesPerEpoch(texts, microBatch));
        assertThat(batches.stream().limit(Math.max(0, batches.size() - 1)))
                .allSatisfy(batch -> assertThat(batch.size()).isEqualTo(microBatch));
    }

    /** No task has more than the mean and one micro-batch, and none is idle while another could give one away. */
    @Property
    void dealingCoversEveryMicroBatchOnceAndEvenly(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 4096) Integer> work,
            @ForAll @IntRange(min = 1, max = 70) int tasks) {
        Step step = BatchPlan.inOrder(work.size(), 1).steps(work.size()).get(0);

        List<List<MicroBatch>> dealt = BatchPlan.deal(step, tasks, batch -> work.get(batch.index()));

        assertThat(dealt).hasSize(tasks);
        assertThat(dealt.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(step.microBatches());
        assertThat(dealt).allSatisfy(ofTask -> assertThat(ofTask)
                .isSortedAccordingTo(Comparator.comparingInt(MicroBatch::index)));
        assertThat(dealt.stream().filter(ofTask -> !ofTask.isEmpty())).hasSize(Math.min(tasks, work.size()));
        int heaviest = Collections.max(work);
        double mean = work.stream().mapToInt(Integer::intValue).sum() / (double) tasks;
        assertThat(dealt).allSatisfy(ofTask -> assertThat(ofTask.stream()
                        .mapToInt(batch -> work.get(batch.index()))
                        .sum())
                .isLessThanOrEqualTo((int) (mean + heaviest)));
    }

    @Property
    void stepsCoverEveryMicroBatchOnceInOrder(
            @ForAll @IntRange(max = 60) int microBatches, @ForAll @IntRange(min = 1, max = 70) int perStep) {
        BatchPlan plan = BatchPlan.inOrder(microBatches, 1);

        List<Step> steps = plan.steps(perStep);

        assertThat(steps).hasSize(BatchPlan.stepsPerEpoch(microBatches, 1, perStep));
        assertThat(steps.stream().flatMap(step -> step.microBatches().stream()))
                .containsExactlyElementsOf(plan.microBatches());
    }

    private static int[] order(BatchPlan plan) {
        return plan.microBatches().stream()
                .flatMapToInt(batch -> Arrays.stream(batch.texts()))
                .toArray();
    }
}
