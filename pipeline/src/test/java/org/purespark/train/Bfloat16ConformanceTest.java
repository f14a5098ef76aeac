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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.family.KnownFamilies;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.Bfloat16ProductsAssumption;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cpu.ProductChoice;

/**
 * Products of bfloat16 in the model's graph, its gradients and the optimizer, against the golden files of PyTorch in
 * float64. bfloat16 has 8 significant bits, so a factor is off by up to 0.4 %. Tolerances: logits 3 % of the largest;
 * the loss 3 %, the gradient 5 % of its length; losses of three steps 2 %.
 */
class Bfloat16ConformanceTest {
    @BeforeAll
    static void products() {
        Bfloat16ProductsAssumption.require();
    }

    static Stream<String> families() {
        return KnownFamilies.goldenModels();
    }

    @ParameterizedTest
    @MethodSource("families")
    void logitsAreNear(String family) {
        Golden golden = Golden.of(family);
        try (TextClassifier model = golden.model(engine(2))) {
            float[][] logits = model.forward(golden.allTexts(), Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            JsonNode expected = golden.expected().get("logits");
            double largest = 0;
            for (JsonNode row : expected) {
                largest = Math.max(
                        largest,
                        Math.max(
                                Math.abs(row.get(0).asDouble()),
                                Math.abs(row.get(1).asDouble())));
            }
            double off = 0;
            for (int b = 0; b < logits.length; b++) {
                for (int c = 0; c < 2; c++) {
                    off = Math.max(
                            off, Math.abs(logits[b][c] - expected.get(b).get(c).asDouble()));
                }
            }
            assertThat(off / largest).isLessThan(0.03);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theLossAndItsGradientAreNear(String family) throws IOException {
        Golden golden = Golden.of(family);
        JsonNode expected = golden.expected().get("micro_batch");
        try (TextClassifier model = golden.model(engine(2))) {
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(
                    golden.example(expected.get("indices")), Set.of(), golden.penaltyWeights(), gradients);
            double right = expected.get("cross_entropy").asDouble();
            assertThat(loss.answers()).isCloseTo(right, within(0.03 * right));
            double off = 0;
            double length = 0;
            for (var tensor : golden.tensors("gradients.safetensors").entrySet()) {
                float[] actual = Golden.gradient(gradients, tensor.getKey());
                float[] values = tensor.getValue().values();
                for (int i = 0; i < values.length; i++) {
                    off += Math.pow(actual[i] - values[i], 2);
                    length += Math.pow(values[i], 2);
                }
            }
            assertThat(Math.sqrt(off / length)).as("distance of the gradient").isLessThan(0.05);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void threeStepsAreNearAndDoNotDependOnThreads(String family) throws IOException {
        Golden golden = Golden.of(family);
        JsonNode expected = golden.expected().get("training_three_micro_batches_per_step");
        SortedMap<String, Tensor> ofOne = trained(golden, expected, new CpuEngine(1, ProductChoice.BFLOAT16));
        SortedMap<String, Tensor> ofThree = trained(golden, expected, new CpuEngine(3, ProductChoice.BFLOAT16));
        ofOne.forEach((name, tensor) ->
                assertThat(ofThree.get(name).values()).as(name).isEqualTo(tensor.values()));
    }

    private static SortedMap<String, Tensor> trained(Golden golden, JsonNode expected, CpuEngine engine)
            throws IOException {
        try (TextClassifier model = golden.model(engine)) {
            OptimizerStep step = new OptimizerStep(
                    model,
                    new AdamW(
                            new AdamW.Constants(0.9, 0.999, 1e-8, 0.01),
                            AdamW.Owned.all(model.parameters().layout()),
                            engine),
                    new OptimizerStep.StepObjective(Set.of(), golden.penaltyWeights(), 1.0),
                    Exchange.alone());
            Schedule schedule = new Schedule(1e-3, 0, 3);
            List<Example> microBatches = new ArrayList<>();
            expected.get("micro_batches").forEach(indices -> microBatches.add(golden.example(indices)));
            for (int s = 0; s < 3; s++) {
                OptimizerStep.Result result =
                        step.apply(s + 1, OptimizerStep.Share.all(microBatches), schedule.rate(s));
                double right = expected.get("trace").get(s).get("loss").asDouble();
                assertThat(result.loss()).isCloseTo(right, within(0.02 * right));
            }
            return model.parameters().tensors();
        }
    }

    private static CpuEngine engine(int threads) {
        return new CpuEngine(threads, ProductChoice.BFLOAT16);
    }
}
