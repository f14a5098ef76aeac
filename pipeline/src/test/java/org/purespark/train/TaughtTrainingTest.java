// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.encoder.EncoderConfig;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.Example;
import org.purespark.model.ForwardPass;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Readout;
import org.purespark.model.TextClassifier;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.Training;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;

/** ELECTRA's golden model with BERT's as its teacher: three layers of four heads each. */
class TaughtTrainingTest {
    private static final Golden STUDENT = Golden.of("electra");
    private static final Golden TEACHER = Golden.of("bert");
    private static final double WEIGHT = 2;
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private Path directory;

    private final Storage storage = new Storage(new Configuration(false));

    @Test
    void theLossHasTheDistanceOfTheHeadsThatRemain() throws IOException {
        PackedBatch batch = PackedBatch.of(List.of(split().ids(0), split().ids(1)));
        Set<Head> pruned = Set.of(new Head(0, 1), new Head(2, 3));
        try (TextClassifier model = student(WEIGHT);
                Teacher teacher = teacher(WEIGHT)) {
            ForwardPass own = model.forward(batch, pruned, Outputs.LOGITS_AND_ATTENTION);
            List<float[]> other = teacher.attention(batch);
            double distance = 0;
            for (int l = 0; l < 3; l++) {
                for (int i = 0; i < other.get(l).length; i++) {
                    if (!pruned.contains(new Head(l, i % 4))) {
                        distance += Math.pow(own.clsAttention(l)[i] - other.get(l)[i], 2);
                    }
                }
            }
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            Example example = new Example(batch, split().answers(new int[] {0, 1}), new long[2], other);
            TextClassifier.Loss loss = model.addGradients(example, pruned, new double[3], gradients);
            assertThat(loss.penalty())
                    .isCloseTo(WEIGHT * distance / 2, within(1e-6))
                    .isPositive();
        }
    }

    @Test
    void anExampleWithoutTheTeachersAttentionIsRefused() {
        try (TextClassifier model = student(WEIGHT)) {
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            Example example =
                    new Example(PackedBatch.of(List.of(split().ids(0))), split().answers(new int[] {0}), new long[1]);
            assertThatThrownBy(() -> model.addGradients(example, Set.of(), new double[3], gradients))
                    .hasMessage("a teacher's attention in 0 layers, expected 3");
        }
    }

    @Test
    void theStudentsAttentionComesNearTheTeachers() throws Exception {
        double without = distance(train(settings(6, 4, 1), 0, 1, null, 0).get(0));
        double with = distance(train(settings(6, 4, 1), 50, 1, null, 0).get(0));
        assertThat(with).isLessThan(0.8 * without);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void severalTasksTrainWhatOneTrains(int tasks) throws Exception {
        TrainSettings settings = settings(2, 2, 4); // a short last step
        float[] alone = train(settings, WEIGHT, 1, null, 0).get(0);
        for (float[] together : train(settings, WEIGHT, tasks, null, 0)) {
            assertClose(together, alone);
        }
    }

    @Test
    void interruptedTrainingEndsWithTheSameBits() throws Exception {
        TrainSettings settings = settings(3, 3, 2);
        float[] straight = train(settings, WEIGHT, 1, null, 0).get(0);
        TrainingCheckpoints checkpoints = new TrainingCheckpoints(storage, directory.toString(), 1);
        assertThatThrownBy(() -> train(settings, WEIGHT, 1, checkpoints, 3)).hasStackTraceContaining("pulled the plug");
        assertThat(checkpoints.stepsDone()).isEqualTo(2);
        assertThat(train(settings, WEIGHT, 1, checkpoints, 0).get(0)).isEqualTo(straight);
    }

    @Test
    void aTeacherOfAnotherFormIsRefused() {
        EncoderConfig own = STUDENT.checkpoint().encoder();
        EncoderConfig wide = EncoderConfig.builder(own.architecture())
                .vocabulary(10)
                .positions(10)
                .hidden(16)
                .heads(8)
                .layers(2)
                .intermediate(8)
                .build();
        String teacher = TEACHER.directory() + "/model";
        TrainingMethod method = new TrainingMethod.Taught(ModelAddress.of(teacher), 1);
        assertThatThrownBy(() -> Teacher.of(method, wide, storage, new Device.Cpu(1)))
                .isInstanceOf(InputException.class)
                .hasMessage("the teacher " + teacher + " has 3 layers of 4 heads, the model that is trained has 2 of"
                        + " 8: take a teacher made from the same encoder");
    }

    @Test
    void itsAddressIsMadeAbsolute() throws IOException {
        TrainingMethod method = new TrainingMethod.Taught(ModelAddress.of("some/model"), 1).absolute(storage);
        assertThat(((TrainingMethod.Taught) method).model().directory())
                .isEqualTo(storage.qualified("some/model"))
                .startsWith("file:/");
    }

    private double distance(float[] parameters) throws IOException {
        PackedBatch batch = STUDENT.allTexts();
        try (TextClassifier model = student(0);
                Teacher teacher = teacher(1)) {
            model.parameters().memory().put(0, parameters, 0, parameters.length);
            ForwardPass own = model.forward(batch, Set.of(), Outputs.LOGITS_AND_ATTENTION);
            double distance = 0;
            for (int l = 0; l < 3; l++) {
                float[] other = teacher.attention(batch).get(l);
                for (int i = 0; i < other.length; i++) {
                    distance += Math.pow(own.clsAttention(l)[i] - other[i], 2);
                }
            }
            return distance;
        }
    }

    /** Trains on several tasks, which all stop at step {@code stopAt}. */
    private List<float[]> train(
            TrainSettings settings, double weight, int tasks, TrainingCheckpoints checkpoints, int stopAt)
            throws Exception {
        Trainer.Objective objective =
                new Trainer.Objective(settings, 11, new TreeSet<>(), new double[0], new TrainingMethod.Plain());
        return ThreadExchange.run(tasks, exchange -> {
            try (TextClassifier model = student(weight);
                    Teacher teacher = teacher(weight)) {
                Trainer.Pupil pupil = new Trainer.Pupil(model, teacher);
                Trainer.train(pupil, split(), objective, Optional.ofNullable(checkpoints), exchange, step -> {
                    if (step.step() == stopAt) {
                        throw new IllegalStateException("pulled the plug");
                    }
                });
                return model.parameters().memory().toArray();
            }
        });
    }

    private Teacher teacher(double weight) throws IOException {
        ModelAddress address = ModelAddress.of(TEACHER.directory() + "/model");
        return Teacher.of(
                new TrainingMethod.Taught(address, weight), STUDENT.checkpoint().encoder(), storage, new Device.Cpu(1));
    }

    private static TextClassifier student(double teacherWeight) {
        return new TextClassifier(
                STUDENT.checkpoint().encoder(),
                STUDENT.checkpoint().classifierKind(),
                new Training(0.1, LossKind.CROSS_ENTROPY, Readout.LAST_LAYER, teacherWeight),
                2,
                STUDENT.checkpoint().tensors(),
                new CpuEngine(1));
    }

    private static void assertClose(float[] actual, float[] expected) {
        ParameterLayout layout = new ParameterLayout(
                STUDENT.checkpoint().encoder(), STUDENT.checkpoint().classifierKind(), 2);
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                if (!slice.name().endsWith("key.bias")) {
                    assertThat((double) actual[i]).as(slice.name()).isCloseTo(expected[i], within(TOLERANCE));
                }
            }
        }
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
        STUDENT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        return EncodedSplit.of(ids, Golden.ints(STUDENT.expected().get("labels")));
    }
}
