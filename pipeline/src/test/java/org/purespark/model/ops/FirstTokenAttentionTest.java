package org.purespark.model.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Attention of first tokens on hidden states, against attention of all tokens on keys and values. */
class FirstTokenAttentionTest {
    private static final long SEED = 11;
    private static final int[] LENGTHS = {3, 1, 17, 6};

    private final SameDiff graph = SameDiff.create();
    private int inputs;

    @ParameterizedTest
    @CsvSource({"5, 20, 1", "2, 16, 2", "12, 96, 3", "3, 84, 2"})
    void contextAttentionAndGradientsAreThoseOfAllTokens(int heads, int hidden, int threads) {
        int tokens = Arrays.stream(LENGTHS).sum();
        BatchInputs batch = batch(new long[LENGTHS.length]);
        SDVariable gates = gates(heads);
        Dropout none = new Dropout(0, 0);
        SDVariable x = random(tokens, hidden);
        SDVariable weights = random(3 * hidden, hidden);
        SDVariable bias = random(3 * hidden);

        SDVariable qkv = new Linear(graph, x, weights, Linear.Weight.OUT_IN).outputVariable();
        SelfAttention all = new SelfAttention(graph, qkv, bias, gates, batch, none);
        SDVariable expected = new ClsRows(graph, all.context(), batch).outputVariable();

        SDVariable first = new ClsRows(graph, x, batch).outputVariable();
        SDVariable q = new Linear(graph, first, part(weights, 0, hidden), Linear.Weight.OUT_IN)
                .outputVariable()
                .add(part(bias, 0, hidden));
        SDVariable u = new HeadSpread(graph, q, part(weights, 1, hidden), heads).outputVariable();
        FirstTokenAttention one = new FirstTokenAttention(graph, u, x, gates, batch, none);
        HeadGather actual =
                new HeadGather(graph, one.states(), one.sums(), part(weights, 2, hidden), part(bias, 2, hidden));

        SDVariable ofContext = random(LENGTHS.length, hidden);
        SDVariable ofCls = random(tokens, heads);
        List<String> wanted = new ArrayList<>(List.of(
                expected.name(),
                actual.outputVariable().name(),
                all.clsAttention().name(),
                one.clsAttention().name()));
        wanted.addAll(gradientsOfAll(all, expected, ofContext, ofCls, qkv, x, weights));
        wanted.addAll(gradientsOfOne(one, actual, ofContext, ofCls, u, q, first, x));
        try (Workers workers = new Workers(threads);
                GraphSession session = new GraphSession(graph, workers)) {
            Map<String, INDArray> values = session.run(wanted, Map.of());
            for (int pair = 0; pair < 4; pair += 2) {
                assertSame(values.get(wanted.get(pair + 1)), values.get(wanted.get(pair)));
            }
            INDArray ofWeights = values.get(wanted.get(4));
            for (int part = 0; part < 3; part++) {
                assertSame(values.get(wanted.get(7 + part)), rows(ofWeights, part, hidden));
            }
            assertSame(values.get(wanted.get(10)), values.get(wanted.get(5)));
            assertSame(
                    values.get(wanted.get(11)), rows(values.get(wanted.get(6)).reshape(3 * hidden, 1), 2, hidden));
            session.release(values);
        }
    }

    /** Central differences of Σ z·dz + Σ s·ds + Σ cls·dcls along random directions; with dropout s is not 1. */
    @Test
    void gradientsWithDropoutMatchFiniteDifferences() {
        int heads = 3;
        int hidden = 24;
        int tokens = Arrays.stream(LENGTHS).sum();
        BatchInputs batch = batch(new long[] {5, 6, 7, 8});
        SDVariable u = graph.placeHolder("u", DataType.FLOAT, heads, LENGTHS.length, hidden);
        SDVariable x = graph.placeHolder("x", DataType.FLOAT, tokens, hidden);
        FirstTokenAttention attention = new FirstTokenAttention(graph, u, x, gates(heads), batch, new Dropout(4, 0.3));
        List<SDVariable> results = List.of(attention.states(), attention.sums(), attention.clsAttention());
        List<SDVariable> weights =
                List.of(random(heads, LENGTHS.length, hidden), random(heads, LENGTHS.length), random(tokens, heads));
        List<SDVariable> gradients = attention.doDiff(weights);
        INDArray atU = random(heads, LENGTHS.length, hidden).getArr();
        INDArray atX = random(tokens, hidden).getArr();
        try (Workers workers = new Workers(2);
                GraphSession session = new GraphSession(graph, workers)) {
            Map<String, INDArray> slopes =
                    session.run(gradients.stream().map(SDVariable::name).toList(), Map.of("u", atU, "x", atX));
            double step = 1e-2;
            for (int trial = 0; trial < 6; trial++) {
                INDArray alongU = random(heads, LENGTHS.length, hidden).getArr();
                INDArray alongX = random(tokens, hidden).getArr();
                double byU = (loss(session, results, weights, atU.add(alongU.mul(step)), atX)
                                - loss(session, results, weights, atU.sub(alongU.mul(step)), atX))
                        / (2 * step);
                double byX = (loss(session, results, weights, atU, atX.add(alongX.mul(step)))
                                - loss(session, results, weights, atU, atX.sub(alongX.mul(step))))
                        / (2 * step);
                assertThat(byU)
                        .as("along u")
                        .isCloseTo(product(slopes.get(gradients.get(0).name()), alongU), within(2e-3));
                assertThat(byX)
                        .as("along x")
                        .isCloseTo(product(slopes.get(gradients.get(1).name()), alongX), within(2e-3));
            }
            session.release(slopes);
        }
    }

    private static double loss(
            GraphSession session, List<SDVariable> results, List<SDVariable> weights, INDArray u, INDArray x) {
        Map<String, INDArray> values =
                session.run(results.stream().map(SDVariable::name).toList(), Map.of("u", u, "x", x));
        double loss = 0;
        for (int i = 0; i < results.size(); i++) {
            loss += product(values.get(results.get(i).name()), weights.get(i).getArr());
        }
        session.release(values);
        return loss;
    }

    /** Σ a·b in float64. */
    private static double product(INDArray a, INDArray b) {
        float[] left = Floats.of(a).toArray();
        float[] right = Floats.of(b).toArray();
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += (double) left[i] * right[i];
        }
        return sum;
    }

    private BatchInputs batch(long[] keys) {
        int[] starts = new int[LENGTHS.length + 1];
        for (int b = 0; b < LENGTHS.length; b++) {
            starts[b + 1] = starts[b] + LENGTHS[b];
        }
        return new BatchInputs(
                graph.constant("starts", Nd4j.createFromArray(starts)),
                graph.constant("keys", Nd4j.createFromArray(keys)));
    }

    /** The last head is pruned. */
    private SDVariable gates(int heads) {
        float[] gates = new float[heads];
        Arrays.fill(gates, 0, heads - 1, 1f);
        return graph.constant("gates", Nd4j.createFromArray(gates));
    }

    /** Of the weights, of x, of the bias. */
    private static List<String> gradientsOfAll(
            SelfAttention all,
            SDVariable expected,
            SDVariable ofContext,
            SDVariable ofCls,
            SDVariable qkv,
            SDVariable x,
            SDVariable weights) {
        SameDiff graph = x.getSameDiff();
        List<SDVariable> contexts = op(graph, expected).doDiff(List.of(ofContext));
        List<SDVariable> ofQkv = all.doDiff(List.of(contexts.get(0), ofCls, ofCls));
        List<SDVariable> ofX = op(graph, qkv).doDiff(List.of(ofQkv.get(0)));
        return List.of(ofX.get(1).name(), ofX.get(0).name(), ofQkv.get(1).name());
    }

    /** Of the weights of q, k, v; of x; of the bias of v. */
    private static List<String> gradientsOfOne(
            FirstTokenAttention one,
            HeadGather actual,
            SDVariable ofContext,
            SDVariable ofCls,
            SDVariable u,
            SDVariable q,
            SDVariable first,
            SDVariable x) {
        SameDiff graph = x.getSameDiff();
        List<SDVariable> ofStates = actual.doDiff(List.of(ofContext));
        List<SDVariable> ofHeads = one.doDiff(List.of(ofStates.get(0), ofStates.get(1), ofCls));
        List<SDVariable> ofQuery = op(graph, u).doDiff(List.of(ofHeads.get(0)));
        SDVariable product = graph.getVariable(op(graph, q).arg(0).name());
        List<SDVariable> ofFirst = op(graph, product).doDiff(List.of(ofQuery.get(0)));
        SDVariable spread = op(graph, first).doDiff(List.of(ofFirst.get(0))).get(0);
        return List.of(
                ofFirst.get(1).name(),
                ofQuery.get(1).name(),
                ofStates.get(2).name(),
                ofHeads.get(1).add(spread).name(),
                ofStates.get(3).name());
    }

    private static DifferentialFunction op(SameDiff graph, SDVariable output) {
        return graph.getVariableOutputOp(output.name());
    }

    private SDVariable random(int... shape) {
        Random random = new Random(SEED + inputs);
        INDArray values =
                Nd4j.create(DataType.FLOAT, Arrays.stream(shape).asLongStream().toArray());
        for (long i = 0; i < values.length(); i++) {
            values.putScalar(i, random.nextFloat() - 0.5f);
        }
        return graph.constant("random" + inputs++, values);
    }

    /** One of the three parts of q, k and v. */
    private SDVariable part(SDVariable all, int part, int hidden) {
        INDArray rows = rows(all.getArr(), part, hidden);
        return graph.constant("part" + inputs++, rows);
    }

    private static INDArray rows(INDArray all, int part, int hidden) {
        return all.rank() == 1
                ? all.get(NDArrayIndex.interval(part * hidden, (part + 1) * hidden))
                        .dup('c')
                : all.get(NDArrayIndex.interval(part * hidden, (part + 1) * hidden), NDArrayIndex.all())
                        .dup('c');
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.length()).isEqualTo(expected.length());
        float[] a = actual.dup('c').data().asFloat();
        float[] e = expected.dup('c').data().asFloat();
        assertThat(e).isNotEmpty();
        for (int i = 0; i < expected.length(); i++) {
            assertThat(a[i]).as("entry %s", i).isCloseTo(e[i], within(2e-5f));
        }
    }
}
