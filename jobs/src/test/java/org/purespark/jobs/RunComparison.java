// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Percentage;
import org.purespark.checkpoint.SafeTensorsReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.storage.Storage;

/** Whether two run directories hold the same result, up to the order in which gradients were summed. */
final class RunComparison {
    /** What a run works out, in files that hold no times and no addresses. */
    static final List<String> RESULTS = List.of(
            "head-scores.json",
            "pruned-heads.json",
            "normalization.json",
            "baseline/model.safetensors",
            "purified/model.safetensors");

    private static final Percentage SCORE_TOLERANCE = Percentage.withPercentage(1e-4);
    private static final double PARAMETER_TOLERANCE = 1e-5;

    /** Their true gradient is zero: what AdamW makes of them is rounding. */
    private static final String KEY_BIAS = ".attention.self.key.bias";

    private final Path run;
    private final Path expected;

    private RunComparison(Path run, Path expected) {
        this.run = run;
        this.expected = expected;
    }

    /** Head scores within 1e-6 of each other, relatively; the same prune set; parameters within 1e-5. */
    static void assertSameResult(Path run, Path expected) throws IOException {
        RunComparison comparison = new RunComparison(run, expected);
        comparison.headScores();
        comparison.pruneSet();
        comparison.parameters("baseline");
        comparison.parameters("purified");
    }

    /** The same bytes: for runs whose gradients were summed in the same order. */
    static void assertSameBytes(Path run, Path expected) {
        assertThat(RESULTS)
                .allSatisfy(name -> assertThat(run.resolve(name)).hasSameBinaryContentAs(expected.resolve(name)));
    }

    private void headScores() throws IOException {
        JsonNode actual = json(run, "head-scores.json").get("variance");
        JsonNode wanted = json(expected, "head-scores.json").get("variance");
        assertThat(actual.size()).isEqualTo(wanted.size()).isPositive();
        for (int layer = 0; layer < wanted.size(); layer++) {
            assertThat(actual.get(layer).size())
                    .isEqualTo(wanted.get(layer).size())
                    .isPositive();
            for (int head = 0; head < wanted.get(layer).size(); head++) {
                assertThat(actual.get(layer).get(head).asDouble())
                        .as("score of layer %d, head %d", layer, head)
                        .isCloseTo(wanted.get(layer).get(head).asDouble(), SCORE_TOLERANCE);
            }
        }
    }

    private void pruneSet() throws IOException {
        JsonNode wanted = json(expected, "pruned-heads.json").get("pruned");
        assertThat(wanted.size()).as("layers with pruned heads").isPositive();
        assertThat(json(run, "pruned-heads.json").get("pruned")).isEqualTo(wanted);
    }

    private void parameters(String model) throws IOException {
        SortedMap<String, Tensor> actual = tensors(run, model);
        SortedMap<String, Tensor> wanted = tensors(expected, model);
        assertThat(actual.keySet()).isEqualTo(wanted.keySet()).isNotEmpty();
        wanted.forEach((name, tensor) -> {
            assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
            if (!name.endsWith(KEY_BIAS)) {
                assertThat(difference(actual.get(name).values(), tensor.values()))
                        .as("largest difference in %s of %s", name, model)
                        .isCloseTo(0, within(PARAMETER_TOLERANCE));
            }
        });
    }

    /** The largest, NaN where there is one. */
    private static double difference(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs((double) one[i] - other[i]));
        }
        return largest;
    }

    private static SortedMap<String, Tensor> tensors(Path run, String model) throws IOException {
        return SafeTensorsReader.readAll(
                new Storage(new Configuration(false)),
                run.resolve(model).resolve("model.safetensors").toString());
    }

    private static JsonNode json(Path run, String file) throws IOException {
        return new ObjectMapper().readTree(run.resolve(file).toFile());
    }
}
