// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.storage.Storage;

class NeuronSumsTest {
    private static final Storage STORAGE = new Storage(new Configuration(false));
    private static final int[] FIRST = {2, 30, 31, 3};
    private static final int[] SECOND = {2, 32, 3};

    @Test
    void meansAreOfAbsoluteActivationsOverTheTokensOfAllParts() {
        NeuronSums some = new NeuronSums.Builder(2, 2)
                .add(0, new float[] {1, -2}, 0)
                .add(0, new float[] {9, 3, -4}, 1)
                .add(1, new float[] {5, 0}, 0)
                .build();
        NeuronSums more = new NeuronSums.Builder(2, 2)
                .add(0, new float[] {-2, 0}, 0)
                .add(1, new float[] {-1, 1}, 0)
                .build();
        NeuronSums all = some.merge(more);
        assertThat(all.means()).isDeepEqualTo(new double[][] {{2, 2}, {3, 0.5}});
        assertThat(all.tokens(0)).isEqualTo(3);
        assertThat(all.tokens(1)).isEqualTo(2);
        assertThat(all).isEqualTo(more.merge(some)).isNotEqualTo(some);
    }

    @Test
    void sumsOfOtherModelsDoNotMerge() {
        NeuronSums one = new NeuronSums.Builder(2, 3).build();
        assertThatThrownBy(() -> one.merge(new NeuronSums.Builder(2, 4).build()))
                .hasMessage("sums of 2 x 3 neurons do not merge with those of 2 x 4");
        assertThatThrownBy(one::means).hasMessage("layer 0 has no activations without tokens");
    }

    /** A matrix of zeros leaves the bias: gelu(bias), whatever the token. */
    @Test
    void activationsAreThoseAfterTheActivationFunction() throws Exception {
        Checkpoint bert = read("bert");
        SortedMap<String, Tensor> tensors = classifying(bert);
        float[] biases = {-2, -0.5f, 0, 1, 3};
        for (int l = 0; l < bert.encoder().layers(); l++) {
            Arrays.fill(tensors.get(EncoderPart.INTERMEDIATE.weight(l)).values(), 0);
            System.arraycopy(
                    biases, 0, tensors.get(EncoderPart.INTERMEDIATE.bias(l)).values(), 0, biases.length);
        }
        double[] gelu = {-0.0455003, -0.1542688, 0, 0.8413447, 2.9959502}; // x·Φ(x)
        for (double[] ofLayer : sums(bert, tensors).means()) {
            for (int i = 0; i < gelu.length; i++) {
                assertThat(ofLayer[i]).isCloseTo(Math.abs(gelu[i]), within(1e-6));
            }
        }
    }

    /** In the last layer only first tokens are computed, where the classifier reads no others. */
    @ParameterizedTest
    @CsvSource({"bert", "deberta-v2", "modernbert", "albert"})
    void allTokensCountAndInTheLastLayerFirstOnes(String family) throws Exception {
        Checkpoint read = read(family);
        NeuronSums sums = sums(read, classifying(read));
        assertThat(sums.neurons()).isEqualTo(read.encoder().intermediate());
        for (int l = 0; l < sums.layers(); l++) {
            boolean last = l + 1 == sums.layers();
            assertThat(sums.tokens(l)).as("layer " + l).isEqualTo(last ? 2 : FIRST.length + SECOND.length);
        }
    }

    /** Both halves of a gated part, or one of them. */
    @ParameterizedTest
    @CsvSource({"modernbert, 0", "modernbert, 96", "bert, 0"})
    void aNeuronWithoutWeightsGivesNothing(String family, int offset) throws Exception {
        Checkpoint read = read(family);
        SortedMap<String, Tensor> tensors = classifying(read);
        int neuron = 5;
        int hidden = read.encoder().hidden();
        Tensor in = tensors.get(EncoderPart.INTERMEDIATE.weight(1));
        assertThat(in.shape()[0]).isEqualTo(family.equals("bert") ? 96 : 192);
        Arrays.fill(in.values(), (offset + neuron) * hidden, (offset + neuron + 1) * hidden, 0);
        if (family.equals("bert")) {
            tensors.get(EncoderPart.INTERMEDIATE.bias(1)).values()[neuron] = 0;
        }
        double[] means = sums(read, tensors).means()[1];
        for (int f = 0; f < means.length; f++) {
            if (f == neuron) {
                assertThat(means[f]).isZero();
            } else {
                assertThat(means[f]).as("neuron " + f).isPositive();
            }
        }
    }

    private static NeuronSums sums(Checkpoint read, SortedMap<String, Tensor> tensors) {
        int neurons = read.encoder().intermediate();
        NeuronSums.Builder sums = new NeuronSums.Builder(read.encoder().layers(), neurons);
        try (TextClassifier model =
                new TextClassifier(read.encoder(), read.classifierKind(), 0.1, 2, tensors, new CpuEngine(1))) {
            PackedBatch batch = PackedBatch.of(List.of(FIRST, SECOND));
            List<Integer> layers = new ArrayList<>();
            model.neurons(batch, Set.of(), (layer, activations) -> {
                layers.add(layer);
                float[] all = activations.toArray();
                for (int row = 0; row < activations.size(0); row++) {
                    sums.add(layer, all, row * neurons);
                }
            });
            assertThat(layers).containsExactly(0, 1, 2);
        }
        return sums.build();
    }

    private static Checkpoint read(String family) throws Exception {
        return new CheckpointReader(STORAGE).read("src/test/resources/golden/" + family + "/model");
    }

    private static SortedMap<String, Tensor> classifying(Checkpoint read) {
        SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
        tensors.put(
                EncoderPart.CLASSIFIER.weight(), Tensor.zeros(2, read.encoder().hidden()));
        tensors.put(EncoderPart.CLASSIFIER.bias(), Tensor.zeros(2));
        return tensors;
    }
}
