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
import org.purespark.checkpoint.Tensor;
import org.purespark.model.Example;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;

/**
 * The golden files' training with three micro-batches a step, for three steps: one task's side of it, of up to three
 * tasks. Tolerances are those of the golden files; key biases have a true gradient of zero.
 */
public final class KitTraining {
    private static final int MICRO_BATCHES = 3;
    private static final int STEPS = 3;

    private KitTraining() {}

    /** Trains this task's share and compares each step, and what parameters come out, with PyTorch's. */
    public static void check(String family, Exchange exchange) throws IOException {
        Golden golden = Golden.of(family);
        JsonNode expected = golden.expected().get("training_three_micro_batches_per_step");
        List<Example> all = new ArrayList<>();
        expected.get("micro_batches").forEach(indices -> all.add(golden.example(indices)));
        int tasks = exchange.tasks();
        int from = exchange.rank() * MICRO_BATCHES / tasks;
        int to = (exchange.rank() + 1) * MICRO_BATCHES / tasks;
        Schedule schedule = new Schedule(1e-3, 0, STEPS);
        try (TextClassifier model = golden.model(1)) {
            ParameterLayout layout = model.parameters().layout();
            OptimizerStep step = new OptimizerStep(
                    model,
                    new AdamW(
                            new AdamW.Constants(0.9, 0.999, 1e-8, 0.01),
                            AdamW.Owned.of(Shards.of(layout, tasks), exchange.rank()),
                            model.engine()),
                    new OptimizerStep.StepObjective(Set.of(), golden.penaltyWeights(), 1.0),
                    exchange);
            for (int s = 0; s < STEPS; s++) {
                OptimizerStep.Result result = step.apply(
                        s + 1, new OptimizerStep.Share(all.subList(from, to), MICRO_BATCHES, tasks), schedule.rate(s));
                JsonNode trace = expected.get("trace").get(s);
                assertThat(result.loss())
                        .as("loss of step %d", s + 1)
                        .isCloseTo(trace.get("loss").asDouble(), within(1e-3));
                assertThat(result.gradientNorm())
                        .as("gradient norm of step %d", s + 1)
                        .isCloseTo(trace.get("grad_norm").asDouble(), within(1e-3));
            }
            SortedMap<String, Tensor> trained = model.parameters().tensors();
            golden.tensors("trained_three_micro_batches_per_step.safetensors").forEach((name, tensor) -> assertThat(
                            difference(trained.get(name).values(), tensor.values()))
                    .as(name)
                    .isLessThan(name.endsWith("key.bias") ? 2e-3 : 2e-4));
        }
    }

    /** The largest distance of two values at the same place. */
    private static double difference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
        }
        return largest;
    }
}
