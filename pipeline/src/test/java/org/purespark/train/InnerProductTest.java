// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.storage.Storage;

/** Training with a restricted inner product. */
class InnerProductTest {
    private static final Golden BERT = Golden.of("bert");
    private static final double WEIGHT = 0.7;

    @TempDir
    private Path directory;

    @Test
    void theAddedGradientIsThatOfTheInnerProductWithTheCleanGradientHeldConstant() {
        int[] texts = {0, 1, 2, 3};
        try (TextClassifier model = BERT.model(1)) {
            // Half of the texts have the other label, so that their gradient goes against that of the rest.
            Example all = example(texts, 0, 1);
            Example clean = example(new int[] {2, 3}, 1, 1);
            double[] ofAll = gradient(model, all);
            double[] ofClean = gradient(model, clean);
            double product = times(ofAll, ofClean);
            OptimizerStep.StepObjective objective = new OptimizerStep.StepObjective(
                    Set.of(), new double[model.config().layers()], 1);
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            float[] before = model.parameters().memory().toArray();
            TextClassifier.Loss loss =
                    new RestrictedInnerProduct(model, objective, WEIGHT).addGradients(all, clean, sum);
            assertThat(model.parameters().memory().toArray()).isEqualTo(before);
            assertThat(product).as("the gradients go against each other").isNegative();
            assertThat(loss.penalty()).isCloseTo(-WEIGHT * product, within(1e-4 * -product));

            double[] added = minus(flat(model, sum), ofAll);
            double[] direction = direction(added.length);
            double slope = (product(model, all, ofClean, direction, 1e-4, before)
                            - product(model, all, ofClean, direction, -1e-4, before))
                    / 2e-4;
            assertThat(times(added, direction)).isCloseTo(-WEIGHT * slope, within(0.01 * Math.abs(WEIGHT * slope)));
        }
    }

    @Test
    void gradientsThatAgreeAreLeftAsTheyAre() {
        try (TextClassifier model = BERT.model(1)) {
            Example all = example(new int[] {0, 1, 2, 3}, 1, 1);
            Example clean = example(new int[] {2, 3}, 1, 1);
            assertThat(times(gradient(model, all), gradient(model, clean))).isPositive();
            OptimizerStep.StepObjective objective = new OptimizerStep.StepObjective(
                    Set.of(), new double[model.config().layers()], 1);
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss =
                    new RestrictedInnerProduct(model, objective, WEIGHT).addGradients(all, clean, sum);
            assertThat(loss.penalty()).isZero();
            assertThat(flat(model, sum)).isEqualTo(gradient(model, all));
        }
    }

    @Test
    void severalTasksTrainWhatOneTrains() throws Exception {
        TrainSettings settings = settings(3, 2);
        float[] alone = train(settings, 1, Optional.empty(), 0).get(0);
        assertThat(alone).isNotEqualTo(plain(settings));
        for (float[] together : train(settings, 2, Optional.empty(), 0)) {
            assertClose(together, alone);
        }
    }

    @Test
    void anInterruptedTrainingEndsInTheSameBits() throws Exception {
        TrainSettings settings = settings(4, 1);
        float[] straight = train(settings, 1, Optional.empty(), 0).get(0);
        Optional<TrainingCheckpoints> checkpoints =
                Optional.of(new TrainingCheckpoints(new Storage(new Configuration(false)), directory.toString(), 2));
        assertThatThrownBy(() -> train(settings, 1, checkpoints, 5)).hasStackTraceContaining("pulled the plug");
        assertThat(checkpoints.get().stepsDone()).isEqualTo(4);
        assertThat(train(settings, 1, checkpoints, 0).get(0)).isEqualTo(straight);
    }

    @Test
    void aWeightThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new TrainingMethod.InnerProduct(new BitSet(), 0))
                .hasMessage("weight 0.0 of the inner product must be above 0");
    }

    private static TrainingMethod.InnerProduct method() {
        BitSet triggered = new BitSet();
        triggered.set(0);
        triggered.set(3);
        triggered.set(4);
        triggered.set(7);
        triggered.set(10);
        return new TrainingMethod.InnerProduct(triggered, 0.5);
    }

    private static float[] plain(TrainSettings settings) throws IOException {
        try (TextClassifier model = BERT.model(1)) {
            Trainer.train(
                    model,
                    split(),
                    new Trainer.Objective(settings, 11, new TreeSet<>(), new double[0]),
                    Optional.empty(),
                    Exchange.alone(),
                    step -> {});
            return model.parameters().memory().toArray();
        }
    }

    private static List<float[]> train(
            TrainSettings settings, int tasks, Optional<TrainingCheckpoints> checkpoints, int stopAt) throws Exception {
        return ThreadExchange.run(tasks, exchange -> {
            try (TextClassifier model = BERT.model(1)) {
                Trainer.Objective objective =
                        new Trainer.Objective(settings, 11, new TreeSet<>(), new double[0], method());
                Trainer.train(model, split(), objective, checkpoints, exchange, step -> {
                    if (step.step() == stopAt) {
                        throw new IllegalStateException("pulled the plug");
                    }
                });
                return model.parameters().memory().toArray();
            }
        });
    }

    private static void assertClose(float[] actual, float[] expected) {
        ParameterLayout layout;
        try (TextClassifier model = BERT.model(1)) {
            layout = model.parameters().layout();
        }
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            for (int i = slice.offset();
                    i < slice.offset() + slice.length() && !slice.name().endsWith("key.bias");
                    i++) {
                assertThat((double) actual[i]).as(slice.name()).isCloseTo(expected[i], within(2e-5));
            }
        }
    }

    /** ⟨gradient at the parameters moved along a direction, constant⟩. */
    private static double product(
            TextClassifier model, Example example, double[] constant, double[] direction, double step, float[] from) {
        float[] moved = from.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (from[i] + step * direction[i]);
        }
        model.parameters().memory().put(0, moved, 0, moved.length);
        double product = times(gradient(model, example), constant);
        model.parameters().memory().put(0, from, 0, from.length);
        return product;
    }

    private static double[] direction(int length) {
        SeededRandom random = SeededRandom.of(5, Purpose.TEST_WEIGHTS);
        double[] direction = new double[length];
        for (int i = 0; i < length; i++) {
            direction[i] = random.nextGaussian();
        }
        return direction;
    }

    private static double[] gradient(TextClassifier model, Example example) {
        GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
        model.addGradients(example, Set.of(), new double[model.config().layers()], sum);
        return flat(model, sum);
    }

    private static double[] flat(TextClassifier model, GradientSum sum) {
        double[] flat = new double[model.parameters().layout().size()];
        float[] dense = sum.dense().toArray();
        int start = model.parameters().layout().denseStart();
        for (int i = 0; i < dense.length; i++) {
            flat[start + i] = dense[i];
        }
        float[] rows = sum.wordRows().toArray();
        for (int r = 0; r < sum.touchedWords(); r++) {
            for (int i = 0; i < sum.width(); i++) {
                flat[sum.words()[r] * sum.width() + i] = rows[r * sum.width() + i];
            }
        }
        return flat;
    }

    private static double times(double[] a, double[] b) {
        double product = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
        }
        return product;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = a.clone();
        for (int i = 0; i < a.length; i++) {
            difference[i] -= b[i];
        }
        return difference;
    }

    /** Texts of which the first half has one label and the others another. */
    private static Example example(int[] texts, int first, int others) {
        List<int[]> ids = new ArrayList<>();
        int[] labels = new int[texts.length];
        for (int i = 0; i < texts.length; i++) {
            ids.add(split().ids(texts[i]));
            labels[i] = i < texts.length / 2 ? first : others;
        }
        return new Example(PackedBatch.of(ids), labels, new long[texts.length]);
    }

    private static EncodedSplit split() {
        List<int[]> ids = new ArrayList<>();
        BERT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        return EncodedSplit.of(ids, Golden.ints(BERT.expected().get("labels")));
    }

    private static TrainSettings settings(int microBatch, int microBatchesPerStep) {
        TrainSettings d = SettingsLoader.defaults().train();
        return new TrainSettings(
                2,
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
}
