// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.AttentionKernels.FirstTokenBackward;
import org.purespark.model.engine.AttentionKernels.FirstTokenInputs;
import org.purespark.model.engine.AttentionKernels.SelfAttentionBackward;
import org.purespark.model.engine.AttentionKernels.SelfAttentionInputs;
import org.purespark.model.engine.HeadKernels.HeadGatherBackward;
import org.purespark.model.engine.HeadKernels.HeadGatherInputs;
import org.purespark.model.engine.HeadKernels.HeadSpreadBackward;
import org.purespark.model.engine.HeadKernels.HeadSpreadInputs;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.ProductKernels.LinearBackward;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.random.SeededRandom;

/** Attention of first tokens on hidden states gives what attention of all tokens on keys and values gives them. */
class FirstTokenEquivalenceTest {
    private static final int[] LENGTHS = {3, 1, 17, 6};
    private static final int[][] HEADS_AND_HIDDEN = {{5, 20}, {2, 16}, {12, 96}, {3, 84}};

    private final SeededRandom random = SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS);
    private final List<DeviceArray> arrays = new ArrayList<>();
    private Engine engine;

    static Stream<Arguments> enginesAndSizes() {
        return Stream.of(EngineUnderTest.values()).flatMap(engine -> Arrays.stream(HEADS_AND_HIDDEN)
                .map(sizes -> Arguments.of(engine, sizes[0], sizes[1])));
    }

    @AfterEach
    void close() {
        arrays.forEach(DeviceArray::close);
        engine.close();
    }

    /**
     * What goes in.
     *
     * @param x [N, D]
     * @param weight of q, k and v [3D, D]
     * @param bias of q, k and v [3D]
     * @param contextGradient of the first tokens [B, D]
     * @param clsGradient [N, A]
     */
    private record Given(
            DeviceArray x, DeviceArray weight, DeviceArray bias, DeviceArray contextGradient, DeviceArray clsGradient) {
        /** Rows of q (0), k (1) or v (2) [D, D]. */
        DeviceArray weightOf(int part) {
            int hidden = x.size(1);
            return weight.view((long) part * hidden * hidden, hidden, hidden);
        }

        DeviceArray biasOf(int part) {
            int hidden = x.size(1);
            return bias.view((long) part * hidden, hidden);
        }
    }

    /**
     * What comes out.
     *
     * @param bias of q and v; that of k changes nothing
     */
    private record Result(
            DeviceArray context,
            DeviceArray cls,
            DeviceArray xGradient,
            List<DeviceArray> weightGradients,
            List<DeviceArray> biasGradients) {}

    @ParameterizedTest
    @MethodSource("enginesAndSizes")
    void contextAttentionAndGradientsAreThoseOfAllTokens(EngineUnderTest under, int heads, int hidden) {
        engine = under.open();
        int tokens = Arrays.stream(LENGTHS).sum();
        Given given = new Given(
                random(tokens, hidden),
                random(3 * hidden, hidden),
                random(3 * hidden),
                random(LENGTHS.length, hidden),
                random(tokens, heads));
        Kernels kernels = engine.kernels(batch(heads));
        AttentionCall attention = new AttentionCall(0, heads, new Dropout(0, 0));
        Result all = ofAllTokens(kernels, attention, given);
        Result first = ofFirstTokens(kernels, attention, given);
        assertClose("context", first.context, all.context);
        assertClose("CLS attention", first.cls, all.cls);
        assertClose("gradient of x", first.xGradient, all.xGradient);
        for (int part = 0; part < 3; part++) {
            assertClose("gradient of weight " + part, first.weightGradients.get(part), all.weightGradients.get(part));
        }
        assertClose("gradient of q's bias", first.biasGradients.get(0), all.biasGradients.get(0));
        assertClose("gradient of v's bias", first.biasGradients.get(1), all.biasGradients.get(1));
    }

    private Result ofAllTokens(Kernels kernels, AttentionCall attention, Given given) {
        int tokens = given.x.size(0);
        int hidden = given.x.size(1);
        DeviceArray qkv = array(tokens, 3 * hidden);
        kernels.products().linear(new LinearInputs<>(given.x, given.weight), Weight.OUT_IN, qkv);
        Attended<DeviceArray> attended = new Attended<>(array(tokens, hidden), array(tokens, attention.heads()));
        kernels.attention().selfAttention(new SelfAttentionInputs<>(qkv, given.bias), attention, attended);
        DeviceArray context = array(LENGTHS.length, hidden);
        kernels.rows().firstRows(attended.context(), context);

        DeviceArray ofContext = array(tokens, hidden);
        kernels.rows().firstRowsGradient(given.contextGradient, ofContext);
        SelfAttentionInputs<DeviceArray> ofQkv =
                new SelfAttentionInputs<>(array(tokens, 3 * hidden), array(3 * hidden));
        kernels.attention()
                .selfAttentionGradient(
                        new SelfAttentionBackward<>(qkv, given.bias, ofContext, given.clsGradient), attention, ofQkv);
        Given gradients = new Given(array(tokens, hidden), array(3 * hidden, hidden), ofQkv.bias(), null, null);
        kernels.products()
                .linearGradient(
                        new LinearBackward<>(ofQkv.qkv(), given.x, given.weight),
                        new LinearInputs<>(gradients.x, gradients.weight));
        return new Result(
                context,
                attended.clsAttention(),
                gradients.x,
                List.of(gradients.weightOf(0), gradients.weightOf(1), gradients.weightOf(2)),
                List.of(gradients.biasOf(0), gradients.biasOf(2)));
    }

    private Result ofFirstTokens(Kernels kernels, AttentionCall attention, Given given) {
        int heads = attention.heads();
        int texts = LENGTHS.length;
        int tokens = given.x.size(0);
        int hidden = given.x.size(1);
        DeviceArray first = array(texts, hidden);
        kernels.rows().firstRows(given.x, first);
        DeviceArray product = array(texts, hidden);
        kernels.products().linear(new LinearInputs<>(first, given.weightOf(0)), Weight.OUT_IN, product);
        DeviceArray q = array(texts, hidden);
        kernels.products().addBias(new Biased<>(product, given.biasOf(0)), q);
        DeviceArray u = array(heads, texts, hidden);
        kernels.heads().headSpread(new HeadSpreadInputs<>(q, given.weightOf(1)), u);
        FirstTokenAttended<DeviceArray> attended = new FirstTokenAttended<>(
                array(heads, texts, hidden), array(heads, texts), array(tokens, heads), array(tokens, heads));
        kernels.attention().firstTokenAttention(new FirstTokenInputs<>(u, given.x), attention, attended);
        DeviceArray context = array(texts, hidden);
        kernels.heads()
                .headGather(
                        new HeadGatherInputs<>(attended.states(), attended.sums(), given.weightOf(2), given.biasOf(2)),
                        context);

        HeadGatherInputs<DeviceArray> ofGather = new HeadGatherInputs<>(
                array(heads, texts, hidden), array(heads, texts), array(hidden, hidden), array(hidden));
        kernels.heads()
                .headGatherGradient(
                        new HeadGatherBackward<>(
                                given.contextGradient,
                                attended.states(),
                                attended.sums(),
                                given.weightOf(2),
                                given.biasOf(2)),
                        ofGather);
        FirstTokenInputs<DeviceArray> ofAttention =
                new FirstTokenInputs<>(array(heads, texts, hidden), array(tokens, hidden));
        kernels.attention()
                .firstTokenAttentionGradient(
                        new FirstTokenBackward<>(
                                ofGather.z(), ofGather.sums(), given.clsGradient, attended.softmax(), u, given.x),
                        attention,
                        ofAttention);
        HeadSpreadInputs<DeviceArray> ofSpread = new HeadSpreadInputs<>(array(texts, hidden), array(hidden, hidden));
        kernels.heads().headSpreadGradient(new HeadSpreadBackward<>(ofAttention.u(), q, given.weightOf(1)), ofSpread);
        Biased<DeviceArray> ofBiased = new Biased<>(array(texts, hidden), array(hidden));
        kernels.products().addBiasGradient(ofSpread.q(), ofBiased);
        LinearInputs<DeviceArray> ofLinear = new LinearInputs<>(array(texts, hidden), array(hidden, hidden));
        kernels.products().linearGradient(new LinearBackward<>(ofBiased.x(), first, given.weightOf(0)), ofLinear);
        DeviceArray ofFirst = array(tokens, hidden);
        kernels.rows().firstRowsGradient(ofLinear.x(), ofFirst);
        DeviceArray ofX = array(tokens, hidden);
        kernels.rows().add(new Pair<>(ofAttention.x(), ofFirst), ofX);
        return new Result(
                context,
                attended.clsAttention(),
                ofX,
                List.of(ofLinear.weight(), ofSpread.weight(), ofGather.weight()),
                List.of(ofBiased.bias(), ofGather.bias()));
    }

    /** Without dropout; the last head is pruned. */
    private static TextBatch batch(int heads) {
        int[] starts = new int[LENGTHS.length + 1];
        for (int b = 0; b < LENGTHS.length; b++) {
            starts[b + 1] = starts[b] + LENGTHS[b];
        }
        TextBatch.Gates gates = TextBatch.Gates.open(1, heads);
        gates.values()[0][heads - 1] = 0f;
        return new TextBatch(starts, new long[LENGTHS.length], gates, TextBatch.Targets.NONE);
    }

    private DeviceArray array(long... shape) {
        DeviceArray array = engine.allocate(shape);
        arrays.add(array);
        return array;
    }

    /** Entries from -1/2 to 1/2. */
    private DeviceArray random(long... shape) {
        DeviceArray array = array(shape);
        float[] entries = new float[Math.toIntExact(array.length())];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = (float) (random.nextDouble() - 0.5);
        }
        array.put(0, entries, 0, entries.length);
        return array;
    }

    private static void assertClose(String what, DeviceArray actual, DeviceArray expected) {
        Closeness.assertClose(what, actual.toArray(), expected.toArray());
    }
}
