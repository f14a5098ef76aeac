// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.Pooling;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.graph.BackwardGraph;
import org.purespark.model.graph.GraphSession;
import org.purespark.random.SeededRandom;
import org.purespark.task.Answers;

class EncoderGraphTest {
    private static final int[] STARTS = {0, 3, 4, 21};
    private static final EncoderConfig CONFIG = config(Architecture.bert(0, 1e-12));

    private static EncoderConfig config(Architecture architecture) {
        return EncoderConfig.builder(architecture)
                .vocabulary(50)
                .positions(32)
                .tokenTypes(2)
                .hidden(24)
                .heads(3)
                .layers(2)
                .intermediate(40)
                .build();
    }

    static Stream<Named<Architecture>> architectures() {
        return Stream.concat(Stream.of(Named.of("bert", CONFIG.architecture())), OtherArchitectures.all());
    }

    /** Without dropout, which drops other entries of the last layer; the key bias has no gradient but rounding. */
    @ParameterizedTest
    @MethodSource("architectures")
    void theLastLayerForFirstTokensAloneGivesWhatAllTokensGive(Architecture architecture) {
        EncoderConfig config = config(architecture);
        EncoderGraph.LastLayer fast = EncoderGraph.LastLayer.of(config, ClassifierKind.LINEAR);
        assertThat(fast).isNotEqualTo(EncoderGraph.LastLayer.ALL_TOKENS);
        assertLikeAllTokens(config, fast);
    }

    @Test
    void whatFollowsAttentionForFirstTokensAloneGivesWhatAllTokensGive() {
        assertLikeAllTokens(CONFIG, EncoderGraph.LastLayer.FIRST_TOKENS_AFTER_ATTENTION);
    }

    private static void assertLikeAllTokens(EncoderConfig config, EncoderGraph.LastLayer last) {
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        try (Engine engine = new CpuEngine(1);
                Parameters parameters = Parameters.of(layout, random(layout), engine)) {
            Map<String, float[]> first = run(config, last, engine, parameters);
            Map<String, float[]> all = run(config, EncoderGraph.LastLayer.ALL_TOKENS, engine, parameters);
            assertThat(first.keySet()).isEqualTo(all.keySet()).contains(EncoderGraph.LOGITS, "parameters");
            first.forEach((name, values) -> {
                float[] others = all.get(name);
                assertThat(values).hasSameSizeAs(others);
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i]).as(name + " " + i).isCloseTo(others[i], within(2e-5f));
                }
            });
        }
    }

    @Test
    void aClassifierThatReadsTheMeanHasTheLastLayerForAllTokens() {
        ClassifierKind mean = new ClassifierKind(Pooling.MEAN, new ClassifierKind.Inner.Nothing());
        assertThat(EncoderGraph.LastLayer.of(CONFIG, mean)).isEqualTo(EncoderGraph.LastLayer.ALL_TOKENS);
    }

    @Test
    void aClassifierThatReadsFirstTokensHasTheLastLayerForTheseAlone() {
        EncoderConfig byDistance = config(OtherArchitectures.BUCKETS);
        assertThat(EncoderGraph.LastLayer.of(CONFIG, ClassifierKind.LINEAR))
                .isEqualTo(EncoderGraph.LastLayer.FIRST_TOKENS);
        assertThat(EncoderGraph.LastLayer.of(byDistance, ClassifierKind.LINEAR))
                .isEqualTo(EncoderGraph.LastLayer.FIRST_TOKENS_AFTER_ATTENTION);
    }

    /** Logits, hidden states, CLS attention, losses, and the gradients by tokens and all parameters. */
    private static Map<String, float[]> run(
            EncoderConfig config, EncoderGraph.LastLayer last, Engine engine, Parameters parameters) {
        ParameterLayout layout = parameters.layout();
        EncoderGraph encoder =
                new EncoderGraph(config, ClassifierKind.LINEAR, Training.NONE, layout, EncoderGraph.Use.LEARNING, last);
        Map<String, DeviceArray> given = new HashMap<>();
        encoder.parameters().forEach((name, parameter) -> given.put(name, parameters.inGraph(parameter)));
        given.put(BackwardGraph.ONE, engine.allocate());
        given.get(BackwardGraph.ONE).put(0, new float[] {1f}, 0, 1);
        given.put(EncoderGraph.TOKENS, engine.allocate(STARTS[3], config.embedding()));
        float[] tokens = values((int) given.get(EncoderGraph.TOKENS).length(), 1);
        given.get(EncoderGraph.TOKENS).put(0, tokens, 0, tokens.length);
        float[][] weights = {{0.1f, 0.2f, 0.3f}, {0.3f, 0f, 0.1f}};
        TextBatch.Gates gates = TextBatch.Gates.open(config.layers(), config.heads());
        gates.values()[1][1] = 0f;
        TextBatch batch = new TextBatch(
                STARTS, new long[3], gates, new TextBatch.Targets(new Answers.Classes(new int[] {0, 1, 1}), weights));
        List<String> kept = new ArrayList<>(List.of(EncoderGraph.LOGITS, EncoderGraph.HIDDEN, EncoderGraph.PENALTY));
        kept.addAll(encoder.answerLosses());
        kept.add(EncoderGraph.clsAttention(0));
        kept.add(EncoderGraph.clsAttention(1));
        GraphSession.Wanted learning = TextClassifier.learning(encoder);
        Map<String, float[]> results = new TreeMap<>();
        float[] gradient = new float[layout.size()];
        try (GraphSession session = new GraphSession(encoder.graph(), engine, given)) {
            session.run(new GraphSession.Wanted(kept, learning.passed()), batch, Map.of(), (name, value) -> {
                        if (name.equals(encoder.tokensGradient())) {
                            results.put("tokens", value.toArray());
                        } else {
                            addTo(gradient, encoder.gradientOffsets().get(name), value.toArray());
                        }
                    })
                    .forEach((name, value) -> results.put(name, value.toArray()));
        }
        results.put("parameters", gradient);
        given.get(BackwardGraph.ONE).close();
        given.get(EncoderGraph.TOKENS).close();
        return results;
    }

    /** Layers with common parameters have several gradients of one, in other ranges. */
    private static void addTo(float[] sum, int offset, float[] values) {
        for (int i = 0; i < values.length; i++) {
            sum[offset + i] += values[i];
        }
    }

    private static SortedMap<String, Tensor> random(ParameterLayout layout) {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            tensors.put(slice.name(), Tensor.of(values(slice.length(), slice.offset()), slice.shape()));
        }
        return tensors;
    }

    private static float[] values(int count, long seed) {
        SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.TEST_WEIGHTS);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (0.3 * random.nextGaussian());
        }
        return values;
    }
}
