// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.Pooling;
import org.purespark.family.TensorNames;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;

/**
 * Sequence classifiers of three classes against transformers in float64 ({@code make_sequence_classifiers.py}, seed
 * 11): logits and loss within 1e-4 relative, gradients within max(1e-3 of the largest entry, 1e-6).
 */
class SequenceClassifierTest {
    private static final int CLASSES = 3;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert",
                "roberta",
                "xlm-roberta",
                "distilbert",
                "electra",
                "mpnet",
                "albert",
                "modernbert",
                "modernbert-mean",
                "deberta-v2"
            })
    void logitsLossAndGradientsOfThreeClassesMatch(String name) throws IOException {
        boolean mean = name.endsWith("-mean");
        Golden golden = Golden.of(name.replace("-mean", ""));
        JsonNode expected = Golden.sequence(name);
        SortedMap<String, Tensor> head = Golden.sequenceTensors(name);
        ClassifierKind ofFamily = golden.checkpoint().family().sequenceHead().kind();
        ClassifierKind kind = mean ? new ClassifierKind(Pooling.MEAN, ofFamily.inner()) : ofFamily;
        TensorNames names = new TensorNames(
                golden.checkpoint().family(),
                ParameterList.of(golden.checkpoint().encoder(), kind, CLASSES),
                kind);
        SortedMap<String, Tensor> tensors = new TreeMap<>(golden.checkpoint().tensors());
        head.forEach((onDisk, tensor) -> {
            if (!onDisk.startsWith("grad.")) {
                tensors.put(parameter(names, onDisk), tensor);
            }
        });
        int[] labels = Golden.ints(expected.get("labels"));
        List<Integer> texts = new ArrayList<>();
        for (int b = 0; b < labels.length; b++) {
            texts.add(b);
        }
        PackedBatch batch = golden.batch(texts);
        try (TextClassifier model =
                new TextClassifier(golden.checkpoint().encoder(), kind, 0.3, CLASSES, tensors, new CpuEngine(1))) {
            float[][] logits = model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            for (int b = 0; b < labels.length; b++) {
                for (int c = 0; c < CLASSES; c++) {
                    double reference = expected.get("logits").get(b).get(c).asDouble();
                    assertThat((double) logits[b][c])
                            .isCloseTo(reference, within(1e-4 * Math.max(1e-1, Math.abs(reference))));
                }
            }
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(
                    new Example(batch, labels, new long[labels.length]),
                    Set.of(),
                    new double[model.config().layers()],
                    gradients);
            assertThat(loss.answers()).isCloseTo(expected.get("cross_entropy").asDouble(), within(1e-4));
            assertThat(loss.penalty()).isZero();
            head.forEach((onDisk, tensor) -> {
                if (onDisk.startsWith("grad.")) {
                    assertGradient(gradients, parameter(names, onDisk.substring(5)), tensor);
                }
            });
        }
    }

    private static void assertGradient(GradientSum gradients, String name, Tensor expected) {
        float largest = 0;
        for (float value : expected.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        int from = gradients.layout().slice(name).offset() - gradients.layout().denseStart();
        for (int i = 0; i < expected.values().length; i++) {
            assertThat(gradients.dense().get(from + i))
                    .as("gradient %s[%d]", name, i)
                    .isCloseTo(expected.values()[i], within(Math.max(1e-3f * largest, 1e-6f)));
        }
    }

    /** The parameter in a tensor; {@code query} is that of the first layer. */
    private static String parameter(TensorNames names, String onDisk) {
        return onDisk.equals("query")
                ? EncoderPart.QUERY.weight(0)
                : names.find(onDisk).orElseThrow().parameters().get(0).name();
    }
}
