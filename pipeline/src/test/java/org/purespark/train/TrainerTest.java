// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.random.DropoutMask;
import org.purespark.storage.Storage;

class TrainerTest {
    private static final Golden BERT = Golden.of("bert");

    @TempDir
    private Path directory;

    @Test
    void shortLastMicroBatchAndShortLastStepAreKeptAsMeansOverWhatTheyHave() throws IOException {
        // 12 texts in micro-batches of 5, 5, 2; steps of 2 and 1 micro-batches; two epochs.
        TrainSettings settings = settings(2, 5, 2, 1e-3);
        float[] trained;
        List<Trainer.StepReport> reports = new ArrayList<>();
        try (TextClassifier model = BERT.model(1)) {
            Trainer.train(model, split(), objective(settings), Optional.empty(), Exchange.alone(), reports::add);
            trained = parameters(model);
        }
        assertThat(reports).extracting(Trainer.StepReport::step).containsExactly(1, 2, 3, 4);
        assertThat(reports).extracting(Trainer.StepReport::epoch).containsExactly(1, 1, 2, 2);
        assertThat(reports)
                .extracting(Trainer.StepReport::learningRate)
                .containsExactly(1e-3, 1e-3 * 3 / 4, 1e-3 * 2 / 4, 1e-3 * 1 / 4);

        try (TextClassifier model = BERT.model(1)) {
            OptimizerStep step = new OptimizerStep(
                    model,
                    new AdamW(
                            new AdamW.Constants(0.9, 0.999, 1e-8, 0.01),
                            AdamW.Owned.all(model.parameters().layout()),
                            model.engine()),
                    new OptimizerStep.StepObjective(Set.of(), new double[3], 1.0),
                    Exchange.alone());
            for (int epoch = 0; epoch < 2; epoch++) {
                step.apply(
                        2 * epoch + 1,
                        OptimizerStep.Share.all(List.of(example(epoch, 0, 5), example(epoch, 5, 10))),
                        1e-3 * (4 - 2 * epoch) / 4);
                step.apply(
                        2 * epoch + 2,
                        OptimizerStep.Share.all(List.of(example(epoch, 10, 12))),
                        1e-3 * (3 - 2 * epoch) / 4);
            }
            assertThat(parameters(model)).isEqualTo(trained);
        }
    }

    @Test
    void theSameSeedTrainsTheSameBitsAndAnotherSeedOthers() throws IOException {
        float[] one = train(11);
        assertThat(train(11)).isEqualTo(one);
        assertThat(train(12)).isNotEqualTo(one);
    }

    @Test
    void anInterruptedTrainingGoesOnFromItsLastCheckpointToTheSameBits() throws IOException {
        TrainSettings settings = settings(3, 4, 1, 1e-3); // 9 steps
        Storage storage = new Storage(new Configuration(false));
        TrainingCheckpoints checkpoints = new TrainingCheckpoints(storage, directory.toString(), 2);
        float[] straight;
        try (TextClassifier model = BERT.model(1)) {
            Trainer.train(model, split(), objective(settings), Optional.empty(), Exchange.alone(), report -> {});
            straight = parameters(model);
        }
        try (TextClassifier model = BERT.model(1)) {
            assertThatThrownBy(() -> Trainer.train(
                            model, split(), objective(settings), Optional.of(checkpoints), Exchange.alone(), report -> {
                                if (report.step() == 7) {
                                    throw new IllegalStateException("pulled the plug");
                                }
                            }))
                    .hasMessage("pulled the plug");
        }
        assertThat(storage.fileNames(directory.toString()))
                .as("older ones are removed")
                .containsExactly("latest.json", "step-6-moments-1-of-1.safetensors", "step-6.safetensors");
        List<Trainer.StepReport> reports = new ArrayList<>();
        try (TextClassifier model = BERT.model(1)) {
            Trainer.train(
                    model, split(), objective(settings), Optional.of(checkpoints), Exchange.alone(), reports::add);
            assertThat(parameters(model)).isEqualTo(straight);
        }
        assertThat(reports).extracting(Trainer.StepReport::step).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void prunedHeadsStayPrunedAndTakeNoGradient() {
        Set<org.purespark.heads.Head> pruned = BERT.prunedHeads();
        try (TextClassifier model = BERT.model(1)) {
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            model.addGradients(example(0, 0, 6), pruned, new double[] {1, 1, 1}, sum);
            ParameterLayout.Slice query =
                    model.parameters().layout().slice("encoder.layer.1.attention.self.query.weight");
            int at = query.offset() - model.parameters().layout().denseStart();
            int rowsOfAHead = 12 * 48;
            for (int i = 0; i < rowsOfAHead; i++) {
                assertThat(sum.dense().get(at + i)).isZero(); // head 0 of layer 1 is pruned
            }
            double remaining = 0;
            for (int i = rowsOfAHead; i < 4 * rowsOfAHead; i++) {
                remaining += Math.abs(sum.dense().get(at + i));
            }
            assertThat(remaining).isPositive();
        }
    }

    @Test
    void memoryForActivationsDoesNotGrowFromBatchToBatch() {
        try (TextClassifier model = BERT.model(1)) {
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            PackedBatch batch = example(0, 0, 6).batch();
            model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
            model.addGradients(example(0, 0, 6), Set.of(), new double[3], sum);
            long held = model.activationBytes();
            assertThat(held).isPositive();
            for (int i = 0; i < 5; i++) {
                model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS);
                model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
                model.addGradients(example(0, 0, 6), Set.of(), new double[3], sum);
            }
            assertThat(model.activationBytes()).isEqualTo(held);
        }
    }

    @Test
    void divergenceIsToldWithTheStepAndTheWayOut() {
        try (TextClassifier model = BERT.model(1)) {
            float[] broken = {Float.NaN};
            model.parameters()
                    .memory()
                    .put(model.parameters().layout().slice("classifier.bias").offset(), broken, 0, 1);
            assertThatThrownBy(() -> Trainer.train(
                            model,
                            split(),
                            objective(settings(1, 4, 1, 1e-3)),
                            Optional.empty(),
                            Exchange.alone(),
                            report -> {}))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageStartingWith("training diverged at step 1, epoch 1: loss NaN")
                    .hasMessageEndingWith("lower train.learning-rate or penalty.lambda");
        }
    }

    private static float[] train(long seed) throws IOException {
        try (TextClassifier model = BERT.model(2)) {
            TrainSettings settings = SettingsLoader.defaults().train();
            Trainer.train(
                    model,
                    split(),
                    new Trainer.Objective(settings, seed, new TreeSet<>(), new double[] {0.1, 0, 0.15}),
                    Optional.empty(),
                    Exchange.alone(),
                    report -> {});
            return parameters(model);
        }
    }

    private static Trainer.Objective objective(TrainSettings settings) {
        return new Trainer.Objective(settings, 11, new TreeSet<>(), new double[0]);
    }

    private static TrainSettings settings(int epochs, int microBatch, int microBatchesPerStep, double rate) {
        Settings defaults = SettingsLoader.defaults();
        TrainSettings d = defaults.train();
        return new TrainSettings(
                epochs,
                rate,
                d.weightDecay(),
                d.clipNorm(),
                d.warmUpShare(),
                microBatch,
                microBatchesPerStep,
                false,
                d.adamBeta1(),
                d.adamBeta2(),
                d.adamEpsilon(),
                d.classifierDropout(),
                d.checkpointIntervalSteps());
    }

    private static Example example(int epoch, int from, int to) {
        List<int[]> ids = IntStream.range(from, to).mapToObj(split()::ids).toList();
        int[] labels = new int[to - from];
        long[] keys = new long[to - from];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = split().label(from + i);
            keys[i] = DropoutMask.key(11, epoch, from + i);
        }
        return new Example(PackedBatch.of(ids), labels, keys);
    }

    private static EncodedSplit split() {
        List<int[]> ids = new ArrayList<>();
        BERT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        return EncodedSplit.of(ids, Golden.ints(BERT.expected().get("labels")));
    }

    private static float[] parameters(TextClassifier model) {
        float[] all = new float[model.parameters().layout().size()];
        model.parameters().memory().get(0, all, 0, all.length);
        return all;
    }
}
