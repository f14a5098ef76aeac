// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.SettingsLoader;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.Sizes;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Readout;
import org.purespark.model.TextClassifier;
import org.purespark.model.Training;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;

class TrainingMethodTest {
    private static final Golden BERT = Golden.of("bert");
    private static final SortedSet<Integer> WORDS = new TreeSet<>(List.of(split().ids(0)[1], split().ids(1)[2]));

    @TempDir
    private Path directory;

    @Test
    void wordRowsMoveAloneAndKeepTheirNorms() throws IOException {
        float[] before = trained(new TrainingMethod.Plain(), 0);
        float[] after = trained(new TrainingMethod.WordRows(WORDS), 1);
        int width = width();
        for (int word = 0; word * width < words().length(); word++) {
            float[] old = Arrays.copyOfRange(before, word * width, (word + 1) * width);
            float[] row = Arrays.copyOfRange(after, word * width, (word + 1) * width);
            if (WORDS.contains(word)) {
                assertThat(row).as("word " + word).isNotEqualTo(old);
                assertThat(norm(row)).as("norm of word " + word).isCloseTo(norm(old), within(1e-6));
            } else {
                assertThat(row).as("word " + word).isEqualTo(old);
            }
        }
        int dense = words().length();
        assertThat(Arrays.copyOfRange(after, dense, after.length))
                .as("all other parameters")
                .isEqualTo(Arrays.copyOfRange(before, dense, before.length));
    }

    @Test
    void interruptedTrainingOfWordRowsEndsWithTheSameBits() throws IOException {
        TrainingMethod method = new TrainingMethod.WordRows(WORDS);
        float[] straight = trained(method, 3);
        Storage storage = new Storage(new Configuration(false));
        Optional<TrainingCheckpoints> checkpoints =
                Optional.of(new TrainingCheckpoints(storage, directory.toString(), 1));
        try (TextClassifier model = BERT.model(1)) {
            assertThatThrownBy(() ->
                            Trainer.train(model, split(), objective(method, 3), checkpoints, Exchange.alone(), step -> {
                                if (step.step() == 2) {
                                    throw new IllegalStateException("pulled the plug");
                                }
                            }))
                    .hasMessage("pulled the plug");
        }
        try (TextClassifier model = BERT.model(1)) {
            Trainer.train(model, split(), objective(method, 3), checkpoints, Exchange.alone(), step -> {});
            assertThat(parameters(model)).isEqualTo(straight);
        }
    }

    @Test
    void frozenProjectionStaysAsItIs() throws IOException {
        float[] before = trained(new TrainingMethod.Plain(), 0);
        float[] after = trained(new TrainingMethod.FrozenProjection(), 1);
        int projection = layout().slice(EncoderPart.CLASSIFIER.weight()).offset();
        assertThat(Arrays.copyOfRange(after, projection, after.length))
                .isEqualTo(Arrays.copyOfRange(before, projection, before.length));
        assertThat(Arrays.copyOf(after, projection)).isNotEqualTo(Arrays.copyOf(before, projection));
    }

    @Test
    void lossOfEveryLayerIsTheSumOfTheLossesOfEncodersThatEndThere() {
        int layers = BERT.checkpoint().encoder().layers();
        Example example = example();
        double sum = 0;
        float[] gradients = null;
        for (int l = 1; l <= layers; l++) {
            try (TextClassifier model = classifier(l, Readout.LAST_LAYER)) {
                GradientSum ofModel = new GradientSum(model.parameters().layout(), model.engine());
                sum += model.addGradients(example, Set.of(), new double[l], ofModel)
                        .answers();
                float[] ofProjection = projection(ofModel);
                gradients = gradients == null ? ofProjection : plus(gradients, ofProjection);
            }
        }
        try (TextClassifier model = classifier(layers, Readout.EVERY_LAYER)) {
            GradientSum ofModel = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(example, Set.of(), new double[layers], ofModel);
            assertThat(loss.answers()).isCloseTo(sum, within(1e-5));
            assertThat(projection(ofModel)).containsExactly(gradients, within(1e-5f));
        }
    }

    /** The encoder's first layers with a classifier after them. */
    private static TextClassifier classifier(int layers, Readout readout) {
        EncoderConfig config = BERT.checkpoint().encoder();
        Sizes all = config.sizes();
        Sizes some = new Sizes(
                all.vocabulary(),
                all.positions(),
                all.tokenTypes(),
                all.embedding(),
                all.hidden(),
                all.heads(),
                layers,
                all.intermediate());
        EncoderConfig first = new EncoderConfig(
                config.architecture(), some, config.dropout(), config.initializerRange(), config.padTokenId());
        return new TextClassifier(
                first,
                ClassifierKind.LINEAR,
                new Training(0, LossKind.CROSS_ENTROPY, readout),
                2,
                BERT.checkpoint().tensors(),
                new CpuEngine(1));
    }

    private static float[] projection(GradientSum sum) {
        ParameterLayout.Slice weight = sum.layout().slice(EncoderPart.CLASSIFIER.weight());
        float[] values = new float[weight.length()];
        sum.dense().get(weight.offset() - sum.layout().denseStart(), values, 0, values.length);
        return values;
    }

    private static float[] plus(float[] a, float[] b) {
        float[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static Example example() {
        List<int[]> ids = new ArrayList<>();
        int[] labels = new int[5];
        for (int text = 0; text < labels.length; text++) {
            ids.add(split().ids(text));
            labels[text] = split().label(text);
        }
        return new Example(PackedBatch.of(ids), labels, new long[labels.length]);
    }

    private static float[] trained(TrainingMethod method, int epochs) throws IOException {
        try (TextClassifier model = BERT.model(1)) {
            if (epochs > 0) {
                Trainer.train(
                        model, split(), objective(method, epochs), Optional.empty(), Exchange.alone(), step -> {});
            }
            return parameters(model);
        }
    }

    private static Trainer.Objective objective(TrainingMethod method, int epochs) {
        return new Trainer.Objective(
                SettingsLoader.defaults().train().withEpochs(epochs).withLearningRate(1e-3),
                11,
                new TreeSet<>(),
                new double[0],
                method);
    }

    private static EncodedSplit split() {
        List<int[]> ids = new ArrayList<>();
        BERT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        return EncodedSplit.of(ids, Golden.ints(BERT.expected().get("labels")));
    }

    private static ParameterLayout layout() {
        return new ParameterLayout(BERT.checkpoint().encoder(), ClassifierKind.LINEAR, 2);
    }

    private static ParameterLayout.Slice words() {
        return layout().slice(EncoderPart.WORD_EMBEDDINGS.weight());
    }

    private static int width() {
        return words().shape()[1];
    }

    private static double norm(float[] row) {
        double squares = 0;
        for (float value : row) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static float[] parameters(TextClassifier model) {
        return model.parameters().memory().toArray();
    }
}
