// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.LayerSharing;
import org.purespark.heads.Head;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cpu.ProductChoice;
import org.purespark.model.engine.Engine;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;

class MemoryNeedTest {
    private static final ClassifierKind POOLER = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS);

    private static final double MEGA = 1e6;

    /** What a step with texts of full length leaves in the session's pool is what is foretold. */
    @ParameterizedTest
    @CsvSource({
        // D, L, A, F, B, T
        "64, 2, 4, 256, 8, 32",
        "96, 4, 4, 384, 8, 40",
        "96, 4, 12, 192, 7, 64",
        "128, 3, 2, 512, 16, 30",
    })
    void activationsAndGradientsAreForetold(
            int hidden, int layers, int heads, int intermediate, int microBatch, int tokens) {
        assertForetold(config(500, hidden, layers, heads, intermediate), microBatch, tokens);
    }

    private static void assertForetold(EncoderConfig config, int microBatch, int tokens) {
        MemoryNeed need = MemoryNeed.of(config, new MemoryNeed.Work(microBatch, tokens, 1, 1, 1));
        long foretold = need.offHeapBytes() - Float.BYTES * need.parameters();
        assertThat(held(config, microBatch, tokens)).isEqualTo(foretold - ofUsedHeads(config, microBatch, tokens));
    }

    @ParameterizedTest
    @MethodSource("org.purespark.model.OtherArchitectures#all")
    void stepsOfOtherArchitecturesAreForetold(Architecture architecture) {
        assertForetold(config(architecture), 8, 40);
    }

    @Test
    void gatedFeedForwardPartsAndDistancesAreCounted() {
        Architecture bert = Architecture.bert(0, 1e-12);
        assertThat(copyOfTwoThreads(bert)).isEqualTo(8 * 40 * 288 * Float.BYTES);
        assertThat(copyOfTwoThreads(OtherArchitectures.ROTARY)).isEqualTo(8 * 40 * 2 * 192 * Float.BYTES);
        MemoryNeed distances = need(OtherArchitectures.DISENTANGLED, 1);
        ParameterLayout layout = new ParameterLayout(config(OtherArchitectures.DISENTANGLED), ClassifierKind.LINEAR, 2);
        // Moments, gradients and a copy of the weights; 2 copies of distances, and 2 sums of 4 texts each.
        assertThat(distances.heapBytes())
                .isEqualTo(Float.BYTES * (4L * layout.size() + (2 + 2) * (2 * 40 - 1) * 2 * 96));
        EncoderConfig relative = config(OtherArchitectures.RELATIVE_KEYS);
        ParameterLayout ofRelative = new ParameterLayout(relative, ClassifierKind.LINEAR, 2);
        assertThat(need(OtherArchitectures.RELATIVE_KEYS, 1).heapBytes())
                .isEqualTo(Float.BYTES * (4L * ofRelative.size() + (2L + 2) * (2 * 40 - 1) * relative.headSize()));
    }

    private static long copyOfTwoThreads(Architecture architecture) {
        return need(architecture, 2).offHeapBytes() - need(architecture, 1).offHeapBytes();
    }

    private static MemoryNeed need(Architecture architecture, int threads) {
        return MemoryNeed.of(config(architecture), new MemoryNeed.Work(8, 40, 1, threads, 1));
    }

    private static EncoderConfig config(Architecture architecture) {
        return EncoderConfig.builder(architecture)
                .vocabulary(500)
                .positions(512)
                .hidden(96)
                .heads(4)
                .layers(3)
                .intermediate(192)
                .build();
    }

    /** So many threads that their passes are more than training: weights, a copy of matrices, and what each holds. */
    @ParameterizedTest
    @CsvSource({
        // D, L, A, F, B', T
        "64, 2, 4, 256, 8, 32",
        "96, 4, 12, 384, 7, 64",
        "128, 3, 2, 512, 16, 30",
    })
    void passesWithoutGradientsAreForetold(int hidden, int layers, int heads, int intermediate, int texts, int tokens) {
        int threads = 32;
        EncoderConfig config = config(500, hidden, layers, heads, intermediate);
        MemoryNeed need = MemoryNeed.of(config, new MemoryNeed.Work(1, tokens, 1, threads, texts));
        ParameterLayout linear = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        try (Engine memory = new CpuEngine(1);
                Parameters parameters = Parameters.of(linear, zeros(config), memory);
                TextClassifier one = new TextClassifier(config, ClassifierKind.LINEAR, parameters, new CpuEngine(1));
                TextClassifier other =
                        new TextClassifier(config, ClassifierKind.LINEAR, parameters, new CpuEngine(1))) {
            one.forward(
                    PackedBatch.of(Collections.nCopies(texts, new int[tokens])),
                    Set.of(),
                    TextClassifier.Outputs.LOGITS_AND_ATTENTION);
            assertThat(one.parameters()).as("copied once for both").isSameAs(other.parameters());
            assertThat(need.offHeapBytes())
                    .isEqualTo(Float.BYTES * need.parameters()
                            + parameters.transposedBytes()
                            + threads
                                    * (one.activationBytes()
                                            + statesOfSets(config, texts, tokens)
                                            + ofUsedHeads(config, texts, tokens)));
            List<Set<Head>> sets = subsets(layers);
            one.logits(PackedBatch.of(Collections.nCopies(texts, new int[tokens])), sets);
            assertThat(Float.BYTES * need.parameters() + parameters.transposedBytes() + threads * one.activationBytes())
                    .as("with %s sets of pruned heads", sets.size())
                    .isLessThanOrEqualTo(need.offHeapBytes());
        }
    }

    /** Copies that products take where heads are pruned. */
    private static long ofUsedHeads(EncoderConfig config, int texts, int tokens) {
        return CpuEngine.usedHeadBytes((long) texts * tokens, config.hidden(), ProductChoice.FLOAT32);
    }

    /** Outputs of at most four layers [N, D] wait for other sets. */
    private static long statesOfSets(EncoderConfig config, int texts, int tokens) {
        return Float.BYTES * Math.min(4L, config.layers() - 1) * texts * tokens * config.hidden();
    }

    /** A head is pruned or not in each layer. */
    private static List<Set<Head>> subsets(int layers) {
        List<Set<Head>> sets = new ArrayList<>();
        for (int bits = 0; bits < 1 << layers; bits++) {
            Set<Head> pruned = new TreeSet<>();
            for (int layer = 0; layer < layers; layer++) {
                if ((bits >> layer & 1) == 1) {
                    pruned.add(new Head(layer, 0));
                }
            }
            sets.add(pruned);
        }
        return sets;
    }

    @Test
    void aTeacherTakesItsWeightsACopyOfItsMatricesAndAPass() {
        EncoderConfig config = config(500, 96, 4, 12, 384);
        MemoryNeed.Work work = new MemoryNeed.Work(8, 40, 1, 1, 1);
        MemoryNeed need = MemoryNeed.withTeacher(config, work);
        PackedBatch batch = PackedBatch.of(Collections.nCopies(8, new int[40]));
        Training training = new Training(0.1, LossKind.CROSS_ENTROPY, Readout.LAST_LAYER, 1.5);
        try (TextClassifier student = new TextClassifier(
                        config, ClassifierKind.LINEAR, training, 2, zeros(config), new CpuEngine(1));
                Engine memory = new CpuEngine(1);
                Parameters parameters =
                        Parameters.of(new ParameterLayout(config, ClassifierKind.LINEAR, 2), zeros(config), memory);
                TextClassifier teacher =
                        new TextClassifier(config, ClassifierKind.LINEAR, parameters, new CpuEngine(1))) {
            ForwardPass forward = teacher.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
            List<float[]> attention = new ArrayList<>();
            for (int l = 0; l < 4; l++) {
                attention.add(forward.clsAttention(l));
            }
            student.addGradients(
                    new Example(batch, new Answers.Classes(new int[8]), new long[8], attention),
                    Set.of(),
                    new double[4],
                    new GradientSum(student.parameters().layout(), student.engine()));
            assertThat(need.offHeapBytes())
                    .isEqualTo(2 * Float.BYTES * need.parameters()
                            + parameters.transposedBytes()
                            + teacher.activationBytes()
                            + student.activationBytes()
                            + 2 * ofUsedHeads(config, 8, 40));
        }
        assertThat(need.heapBytes() - MemoryNeed.of(config, work).heapBytes())
                .as("attention of each token in each head")
                .isEqualTo(Float.BYTES * 8 * 40 * 4 * 12);
    }

    @Test
    void copiesOfWeightsInBfloat16AreForetold() {
        EncoderConfig config = config(500, 64, 2, 4, 256);
        MemoryNeed.Work float32 = new MemoryNeed.Work(1, 32, 1, 1, 8);
        MemoryNeed.Work bfloat16 = new MemoryNeed.Work(1, 32, 1, 1, 8, Device.Factors.BFLOAT16);
        ParameterLayout linear = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        try (Engine memory = new CpuEngine(1);
                Parameters parameters = Parameters.of(linear, zeros(config), memory)) {
            new TextClassifier(config, ClassifierKind.LINEAR, parameters, new CpuEngine(1)).close();
            assertThat(MemoryNeed.of(config, bfloat16).offHeapBytes()
                            - (MemoryNeed.of(config, float32).offHeapBytes() - ofUsedHeads(config, 8, 32)))
                    .as("half of the float32 entries of all matrices")
                    .isEqualTo(parameters.transposedBytes() / 2);
        }
    }

    @Test
    void aStepOfSeveralThreadsTakesACopyOfAProductsGradient() {
        EncoderConfig config = config(500, 96, 4, 12, 192);
        long alone = MemoryNeed.of(config, new MemoryNeed.Work(8, 40, 1, 1, 1)).offHeapBytes();
        long ofTwo = MemoryNeed.of(config, new MemoryNeed.Work(8, 40, 1, 2, 1)).offHeapBytes();
        assertThat(ofTwo - alone).isEqualTo(8 * 40 * 3 * 96 * Float.BYTES);
    }

    /** Where products are cut by their rows alone, a wide gradient is copied part by part for one thread too. */
    @Test
    void aStepOfOneThreadTakesACopyOfAPartOfAWideGradient() {
        assertThat(CpuEngine.productCopyBytes(8 * 40, 2_000, 1, ProductChoice.FLOAT32))
                .isZero();
        assertThat(CpuEngine.productCopyBytes(8 * 40, 3_072, 1, ProductChoice.FLOAT32))
                .isEqualTo(8 * 40 * 1_024 * Float.BYTES);
    }

    @Test
    void aPurifiedModelWhoseLayersSharedWeightsIsEvaluatedWithACopyForEach() {
        Architecture shared = Architecture.bert(0, 1e-12).with(LayerSharing.ALL);
        EncoderConfig config = config(shared, 500, 64, 24, 4, 256);
        MemoryNeed.Work work = new MemoryNeed.Work(1, 8, 1, 1, 1);
        MemoryNeed need = MemoryNeed.of(config, work);
        MemoryNeed apart = MemoryNeed.of(config.withLayersApart(), work);
        assertThat(need.parameters()).isLessThan(apart.parameters() / 8);
        assertThat(need.heapBytes()).isEqualTo(Float.BYTES * apart.parameters());
        assertThat(need.offHeapBytes())
                .as("a pass with the copies, and with their matrices turned round, is more than a step")
                .isEqualTo(apart.offHeapBytes());
    }

    /** ALBERT-xxlarge with a copy for each layer is more than an array can hold: a purified one cannot be written. */
    @Test
    void theNeedOfAModelThatIsTooLargeWithItsLayersApartIsItsOwn() {
        Architecture shared = Architecture.bert(0, 1e-12).with(LayerSharing.ALL);
        MemoryNeed need = MemoryNeed.of(config(shared, 30000, 4096, 12, 64, 16384), new MemoryNeed.Work(1, 8, 1, 1, 1));
        assertThat(need.parameters()).isLessThan(400_000_000);
        assertThat(need.heapBytes()).isLessThan(8_000_000_000L);
    }

    @Test
    void miniLmTrainsInAGigabyteOfHeap() {
        EncoderConfig miniLm = config(30522, 384, 6, 12, 1536);
        MemoryNeed need = MemoryNeed.of(miniLm, new MemoryNeed.Work(32, 128, 1, 2, 32));
        assertThat(need.parameters()).isEqualTo(22_566_146 + 0L);
        assertThat(need.heapBytes() / MEGA).isBetween(350.0, 400.0);
        assertThat(need.offHeapBytes() / MEGA).isBetween(670.0, 770.0);
    }

    @Test
    void activationsGrowWithTheNumberOfTokensNotWithItsSquare() {
        EncoderConfig miniLm = config(30522, 384, 6, 12, 1536);
        long[] bytes = IntStream.of(128, 256, 512)
                .mapToLong(tokens -> MemoryNeed.of(miniLm, new MemoryNeed.Work(32, tokens, 1, 2, 32))
                        .offHeapBytes())
                .toArray();
        assertThat((double) (bytes[2] - bytes[1]) / (bytes[1] - bytes[0])).isCloseTo(2, within(0.01));
    }

    @Test
    void momentsOfDenseParametersAreSharedAndBlocksAreExchanged() {
        EncoderConfig base = config(30522, 768, 12, 12, 3072);
        ParameterLayout layout = new ParameterLayout(base, ClassifierKind.LINEAR, 2);
        long dense = Float.BYTES * (long) (layout.size() - layout.denseStart());
        MemoryNeed alone = MemoryNeed.of(base, new MemoryNeed.Work(32, 128, 1, 1, 32));
        MemoryNeed ofTwo = MemoryNeed.of(base, new MemoryNeed.Work(32, 128, 2, 1, 32));
        MemoryNeed ofFour = MemoryNeed.of(base, new MemoryNeed.Work(32, 128, 4, 1, 32));
        long all = Float.BYTES * (long) layout.size();
        // Moments 2 · dense become 2 · dense / N; the owned range is summed in dense / N. With two tasks what is
        // exchanged,
        // dense in all, is less than the copy of the weights; with four it is 3/2 · dense, which is more.
        assertThat(alone.heapBytes() - ofTwo.heapBytes()).isEqualTo(dense - dense / 2);
        assertThat(alone.heapBytes() - ofFour.heapBytes())
                .isEqualTo(2 * dense - dense / 2 - dense / 4 - (2 * (dense - dense / 4) - all));
        assertThat(ofFour.offHeapBytes()).isEqualTo(alone.offHeapBytes());
    }

    @Test
    void workThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new MemoryNeed.Work(32, 128, 0, 1, 32))
                .hasMessage("micro-batch 32, tokens 128, tasks 0, threads 1 and texts of a pass 32 must be at least 1");
    }

    private static long held(EncoderConfig config, int microBatch, int tokens) {
        List<int[]> ids = new ArrayList<>();
        long[] keys = new long[microBatch];
        for (int b = 0; b < microBatch; b++) {
            ids.add(new int[tokens]);
            keys[b] = b + 1;
        }
        try (TextClassifier model = model(config)) {
            model.addGradients(
                    new Example(PackedBatch.of(ids), new int[microBatch], keys),
                    Set.of(),
                    new double[config.layers()],
                    new GradientSum(model.parameters().layout(), model.engine()));
            return model.activationBytes();
        }
    }

    private static TextClassifier model(EncoderConfig config) {
        return new TextClassifier(config, ClassifierKind.LINEAR, 0.1, 2, zeros(config), new CpuEngine(1));
    }

    private static ParameterLayout layout(EncoderConfig config) {
        return new ParameterLayout(config, POOLER, 2);
    }

    /** With a classifier of two layers, of which a linear one has what it needs too. */
    private static SortedMap<String, Tensor> zeros(EncoderConfig config) {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        layout(config).slices().values().forEach(slice -> tensors.put(slice.name(), Tensor.zeros(slice.shape())));
        return tensors;
    }

    private static EncoderConfig config(int vocabulary, int hidden, int layers, int heads, int intermediate) {
        return config(Architecture.bert(0, 1e-12), vocabulary, hidden, layers, heads, intermediate);
    }

    private static EncoderConfig config(
            Architecture architecture, int vocabulary, int hidden, int layers, int heads, int intermediate) {
        return EncoderConfig.builder(architecture)
                .vocabulary(vocabulary)
                .positions(512)
                .tokenTypes(2)
                .hidden(hidden)
                .heads(heads)
                .layers(layers)
                .intermediate(intermediate)
                .build();
    }
}
