// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.family.TensorNames;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.Training;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;
import org.purespark.task.TaskKind;

/** Losses of tasks with another answer than a class, against transformers in float64: make_task_losses.py, seed 11. */
class TaskLossesTest {
    @ParameterizedTest
    @EnumSource(
            value = TaskKind.class,
            names = {"MANY_LABELS", "SCORE"})
    void logitsLossAndGradientsMatch(TaskKind task) throws IOException {
        Golden golden = Golden.of("bert");
        JsonNode expected = Golden.task(task.problemType());
        SortedMap<String, Tensor> head = Golden.taskTensors(task.problemType());
        int classes = expected.get("answers").get(0).size();
        ClassifierKind kind = golden.checkpoint().family().sequenceHead().kind();
        TensorNames names = new TensorNames(
                golden.checkpoint().family(),
                ParameterList.of(golden.checkpoint().encoder(), kind, classes),
                kind);
        SortedMap<String, Tensor> tensors = new TreeMap<>(golden.checkpoint().tensors());
        head.forEach((onDisk, tensor) -> {
            if (!onDisk.startsWith("grad.")) {
                tensors.put(parameter(names, onDisk), tensor);
            }
        });
        float[][] answers = rows(expected.get("answers"));
        List<Integer> texts = IntStream.range(0, answers.length).boxed().toList();
        PackedBatch batch = golden.batch(texts);
        LossKind loss = task == TaskKind.SCORE ? LossKind.SQUARED_ERROR : LossKind.BINARY_CROSS_ENTROPY;
        try (TextClassifier model = new TextClassifier(
                golden.checkpoint().encoder(), kind, new Training(0, loss), classes, tensors, new CpuEngine(1))) {
            float[][] logits = model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            float[][] reference = rows(expected.get("logits"));
            for (int b = 0; b < answers.length; b++) {
                assertThat(logits[b]).containsExactly(reference[b], within(1e-5f));
            }
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss computed = model.addGradients(
                    new Example(batch, new Answers.Rows(answers), new long[answers.length]),
                    Set.of(),
                    new double[model.config().layers()],
                    gradients);
            assertThat(computed.answers()).isCloseTo(expected.get("loss").asDouble(), within(1e-5));
            head.forEach((onDisk, tensor) -> {
                if (onDisk.startsWith("grad.")) {
                    assertGradient(gradients, parameter(names, onDisk.substring(5)), tensor);
                }
            });
        }
    }

    private static float[][] rows(JsonNode rows) {
        float[][] values = new float[rows.size()][];
        for (int b = 0; b < values.length; b++) {
            values[b] = new float[rows.get(b).size()];
            for (int c = 0; c < values[b].length; c++) {
                values[b][c] = (float) rows.get(b).get(c).asDouble();
            }
        }
        return values;
    }

    private static void assertGradient(GradientSum gradients, String name, Tensor expected) {
        float largest = 0;
        for (float value : expected.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).as(name).isPositive();
        int from = gradients.layout().slice(name).offset() - gradients.layout().denseStart();
        for (int i = 0; i < expected.values().length; i++) {
            assertThat(gradients.dense().get(from + i))
                    .as("gradient %s[%d]", name, i)
                    .isCloseTo(expected.values()[i], within(1e-3f * largest));
        }
    }

    private static String parameter(TensorNames names, String onDisk) {
        return onDisk.endsWith("attention.self.query.weight")
                ? EncoderPart.QUERY.weight(0)
                : names.find(onDisk).orElseThrow().parameters().get(0).name();
    }
}
