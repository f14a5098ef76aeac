// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.storage.Storage;

/** Several tasks train what one task trains. */
class DataParallelTest {
    private static final Golden BERT = Golden.of("bert");
    /** Sums of float32 in another order, seen through AdamW; key biases have a true gradient of zero. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"bert, 1", "bert, 2", "bert, 3", "roberta, 2", "distilbert, 3", "electra, 2", "electra, 3"})
    void theKitsThreeMicroBatchesAStepMatchOnAnyNumberOfTasks(String family, int tasks) throws Exception {
        ThreadExchange.run(tasks, exchange -> {
            KitTraining.check(family, exchange);
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void theSameParametersWithDropoutWhateverTheNumberOfTasks(int tasks) throws Exception {
        // 12 texts in micro-batches of 2, 4 a step: uneven deals, and a short last step of 2 for up to 5 tasks.
        TrainSettings settings = settings(3, 2, 4);
        float[] alone = train(settings, 1, null, 0).get(0);
        for (float[] together : train(settings, tasks, null, 0)) {
            assertClose(together, alone);
        }
    }

    @Test
    void asManyTasksAsMicroBatchesLeaveAllTasksWithTheSameBits() throws Exception {
        List<float[]> tasks = train(settings(2, 3, 4), 4, null, 0);
        for (float[] parameters : tasks) {
            assertThat(parameters).isEqualTo(tasks.get(0));
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "3, 2", "2, 1", "1, 3"})
    void anInterruptedTrainingGoesOnWithAnotherNumberOfTasks(int before, int after) throws Exception {
        TrainSettings settings = settings(3, 2, 3); // 2 steps an epoch, 6 in all
        float[] alone = train(settings, 1, null, 0).get(0);
        TrainingCheckpoints checkpoints =
                new TrainingCheckpoints(new Storage(new Configuration(false)), directory.toString(), 2);
        assertThatThrownBy(() -> train(settings, before, checkpoints, 5)).hasStackTraceContaining("pulled the plug");
        assertThat(checkpoints.stepsDone()).isEqualTo(4);
        List<Integer> steps = new ArrayList<>();
        for (float[] together : train(settings, after, checkpoints, 0, steps)) {
            if (before == after && before == 1) {
                assertThat(together).isEqualTo(alone);
            } else {
                assertClose(together, alone);
            }
        }
        assertThat(steps).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void everyTaskTellsOfADivergenceAlike() {
        assertThatThrownBy(() -> ThreadExchange.run(2, exchange -> {
                    try (TextClassifier model = BERT.model(1)) {
                        if (exchange.rank() == 1) {
                            float[] broken = {Float.NaN};
                            int at = model.parameters()
                                    .layout()
                                    .slice("classifier.bias")
                                    .offset();
                            model.parameters().memory().put(at, broken, 0, 1);
                        }
                        Trainer.train(
                                model, split(), objective(settings(1, 6, 2)), Optional.empty(), exchange, s -> {});
                    }
                    return null;
                }))
                .cause()
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("training diverged at step 1, epoch 1: loss NaN");
    }

    @Test
    void tasksThatSeeDifferentCheckpointsRefuseToGoOn() throws Exception {
        TrainSettings settings = settings(2, 4, 1);
        TrainingCheckpoints checkpoints =
                new TrainingCheckpoints(new Storage(new Configuration(false)), directory.toString(), 2);
        assertThatThrownBy(() -> train(settings, 1, checkpoints, 5)).hasStackTraceContaining("pulled the plug");
        assertThatThrownBy(() -> ThreadExchange.run(2, exchange -> {
                    try (TextClassifier model = BERT.model(1)) {
                        Trainer.train(
                                model,
                                split(),
                                objective(settings),
                                exchange.rank() == 0 ? Optional.of(checkpoints) : Optional.empty(),
                                exchange,
                                step -> {});
                    }
                    return null;
                }))
                .hasMessageContaining("task 1 goes on from step 0, task 0 from step 4: they do not see the same")
                .hasMessageContaining("must be on a file system that all executors share");
    }

    @Test
    void exchangedBytesFollowTheFormula() throws Exception {
        int tasks = 4;
        List<Trainer.StepReport> reports = new ArrayList<>();
        ThreadExchange.run(tasks, exchange -> {
            try (TextClassifier model = BERT.model(1)) {
                Trainer.train(model, split(), objective(settings(1, 3, 4)), Optional.empty(), exchange, step -> {
                    if (exchange.rank() == 0) {
                        reports.add(step);
                    }
                });
                return model.parameters().layout();
            }
        });
        ParameterLayout layout;
        try (TextClassifier model = BERT.model(1)) {
            layout = model.parameters().layout();
        }
        double formula = 2.0 * (tasks - 1) / tasks * Float.BYTES * (layout.size() - layout.denseStart());
        assertThat((double) reports.get(0).exchange().denseBytes()).isCloseTo(formula, within(8.0 * tasks));
        assertThat(reports.get(0).exchange().wordBytes()).isPositive();
        assertThat(reports.get(0).exchange().tasks()).isEqualTo(tasks);
    }

    private static List<float[]> train(TrainSettings settings, int tasks, TrainingCheckpoints checkpoints, int stopAt)
            throws Exception {
        return train(settings, tasks, checkpoints, stopAt, new ArrayList<>());
    }

    /**
     * Trains on several tasks, which all stop at step {@code stopAt}; {@code steps} are those the first one tells of.
     */
    private static List<float[]> train(
            TrainSettings settings, int tasks, TrainingCheckpoints checkpoints, int stopAt, List<Integer> steps)
            throws Exception {
        return ThreadExchange.run(tasks, exchange -> {
            try (TextClassifier model = BERT.model(1)) {
                Trainer.train(model, split(), objective(settings), Optional.ofNullable(checkpoints), exchange, step -> {
                    if (exchange.rank() == 0) {
                        steps.add(step.step());
                    }
                    if (step.step() == stopAt) {
                        throw new IllegalStateException("pulled the plug");
                    }
                });
                float[] all = new float[model.parameters().layout().size()];
                model.parameters().memory().get(0, all, 0, all.length);
                return all;
            }
        });
    }

    private static void assertClose(float[] actual, float[] expected) {
        ParameterLayout layout;
        try (TextClassifier model = BERT.model(1)) {
            layout = model.parameters().layout();
        }
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            if (!slice.name().endsWith("key.bias")) {
                assertThat(difference(actual, expected, slice.offset(), slice.offset() + slice.length()))
                        .as(slice.name())
                        .isLessThan(TOLERANCE);
            }
        }
    }

    /** The largest of [from, to); NaN where there is one. */
    private static double difference(float[] one, float[] other, int from, int to) {
        double largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs((double) one[i] - other[i]));
        }
        return largest;
    }

    private static Trainer.Objective objective(TrainSettings settings) {
        return new Trainer.Objective(settings, 11, new TreeSet<>(), new double[] {0.1, 0, 0.15});
    }

    private static TrainSettings settings(int epochs, int microBatch, int microBatchesPerStep) {
        TrainSettings d = SettingsLoader.defaults().train();
        return new TrainSettings(
                epochs,
                1e-3,
                d.weightDecay(),
                d.clipNorm(),
                d.warmUpShare(),
                microBatch,
                microBatchesPerStep,
                true,
                d.adamBeta1(),
                d.adamBeta2(),
                d.adamEpsilon(),
                d.classifierDropout(),
                d.checkpointIntervalSteps());
    }

    private static EncodedSplit split() {
        List<int[]> ids = new ArrayList<>();
        BERT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        return EncodedSplit.of(ids, Golden.ints(BERT.expected().get("labels")));
    }
}
