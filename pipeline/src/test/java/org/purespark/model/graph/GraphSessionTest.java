// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.ElementWise;
import org.purespark.model.ops.Linear;
import org.purespark.model.ops.Sum;

/** sum = tanh(a) + relu(a), a = x·Wᵀ, x [3, 4], W [5, 4]. */
class GraphSessionTest {
    private final Engine engine = new CpuEngine(2);
    private final SameDiff graph = SameDiff.create();
    private final Map<String, DeviceArray> parameters = new HashMap<>();
    private final TextBatch batch =
            new TextBatch(new int[] {0, 3}, new long[1], TextBatch.Gates.open(1, 1), TextBatch.Targets.NONE);
    private final DeviceArray x = numbers(3, 4);
    private GraphSession session;

    @BeforeEach
    void makeGraph() {
        SDVariable input = graph.placeHolder("x", DataType.FLOAT, -1, 4);
        SDVariable w = parameter("w", numbers(5, 4));
        SDVariable a = new Linear(graph, new ProductKernels.LinearInputs<>(input, w), Weight.OUT_IN)
                .outputVariable()
                .rename("a");
        SDVariable b =
                new ElementWise(graph, a, EntryFunction.TANH).outputVariable().rename("b");
        SDVariable c =
                new ElementWise(graph, a, EntryFunction.RELU).outputVariable().rename("c");
        new Sum(graph, new Pair<>(b, c)).outputVariable().rename("sum");
        session = new GraphSession(graph, engine, parameters);
    }

    @AfterEach
    void close() {
        session.close();
        parameters.values().forEach(DeviceArray::close);
        x.close();
        engine.close();
    }

    @Test
    void valuesAreThoseOfTheGraph() {
        float[] w = parameters.get("w").toArray();
        float[] given = x.toArray();
        Map<String, DeviceArray> values = run("sum", "a");
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 5; j++) {
                double a = 0;
                for (int k = 0; k < 4; k++) {
                    a += given[4 * i + k] * w[4 * j + k];
                }
                assertThat((double) values.get("a").get(5 * i + j)).isCloseTo(a, within(1e-5));
                assertThat((double) values.get("sum").get(5 * i + j))
                        .isCloseTo(Math.tanh(a) + Math.max(a, 0), within(1e-5));
            }
        }
    }

    @Test
    void aSecondRunUsesTheArraysOfTheFirst() {
        session.release(run("sum"));
        long held = session.heldBytes();
        for (int run = 0; run < 3; run++) {
            session.release(run("sum"));
        }
        assertThat(session.heldBytes()).isEqualTo(held);
    }

    /** Of a chain of ten operations two arrays are needed at a time. */
    @Test
    void anArrayIsUsedAgainOnceItWasReadForTheLastTime() {
        SDVariable end = graph.getVariable("a");
        for (int i = 0; i < 10; i++) {
            end = new ElementWise(graph, end, EntryFunction.TANH).outputVariable();
        }
        session.release(run(end.name()));
        assertHeld(arrays(2, 15), end.name());
    }

    @Test
    void aPassedValueIsHandedOutOnceAndStaysForThoseWhoReadIt() {
        List<String> passed = new ArrayList<>();
        Map<String, DeviceArray> kept = session.run(
                new GraphSession.Wanted(List.of("sum"), List.of("a", "b")),
                batch,
                Map.of("x", x),
                (variable, value) -> {
                    passed.add(variable);
                    assertThat(value.shape()).containsExactly(3, 5);
                });
        assertThat(passed).containsExactly("a", "b");
        assertThat(kept).containsOnlyKeys("sum");
        assertThat(kept.get("sum").toArray()).isEqualTo(run("sum").get("sum").toArray());
    }

    @Test
    void aRunGoesOnFromAGivenValueAndLeavesItAsItIs() {
        Map<String, DeviceArray> begin = run("a", "sum");
        float[] a = begin.get("a").toArray();
        Map<String, DeviceArray> end = session.run(
                new GraphSession.Wanted(List.of("sum"), List.of(), List.of("a")),
                batch,
                Map.of("a", begin.get("a")),
                (variable, value) -> {});
        assertThat(end.get("sum").toArray()).isEqualTo(begin.get("sum").toArray());
        assertThat(begin.get("a").toArray()).isEqualTo(a);
        assertThatThrownBy(() -> session.run(
                        new GraphSession.Wanted(List.of("sum"), List.of(), List.of("a")),
                        batch,
                        Map.of("x", x),
                        (variable, value) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the graph's input a is missing");
    }

    /** What nothing else reads is free as soon as it was handed out. */
    @Test
    void passedValuesDoNotAddUp() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(new ElementWise(graph, graph.getVariable("x"), EntryFunction.TANH)
                    .outputVariable()
                    .name());
        }
        List<String> passed = new ArrayList<>();
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of(), all);
        session.run(wanted, batch, Map.of("x", x), (variable, value) -> passed.add(variable));
        assertThat(passed).isEqualTo(all);
        assertThat(session.heldBytes()).isEqualTo(arrays(1, 12)).isEqualTo(planned(wanted));
    }

    @Test
    void arraysOfARunThatFailedAreNotLost() {
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of("sum"), List.of("b"));
        for (int run = 0; run < 3; run++) {
            assertThatThrownBy(() -> session.run(wanted, batch, Map.of("x", x), (variable, value) -> {
                        throw new IllegalStateException("no room for " + variable);
                    }))
                    .hasMessage("no room for b");
        }
        assertThat(session.heldBytes()).isEqualTo(arrays(2, 15));
    }

    /** A chain of three row-wise operations needs one array. */
    @Test
    void aRowWiseResultTakesThePlaceOfWhatNothingReadsLater() {
        SDVariable end = gelu(gelu(gelu(graph.getVariable("a"))));
        session.release(run(end.name()));
        assertHeld(arrays(1, 15), end.name());
    }

    @Test
    void whatIsReadLaterOrBelongsToTheCallerIsNotOverwritten() {
        SDVariable ofA = gelu(graph.getVariable("a"));
        SDVariable bias = parameter("of x", numbers(1, 4).view(0, 4));
        SDVariable ofX = new BiasGelu(graph, new Biased<>(graph.getVariable("x"), bias)).activated();
        float[] before = x.toArray();
        float[] alone = run(ofA.name()).get(ofA.name()).toArray();
        float[] a = run("a").get("a").toArray();
        float[] sum = run("sum").get("sum").toArray();

        Map<String, DeviceArray> all = run(ofA.name(), "a", ofX.name(), "sum");
        assertThat(all.get("a").toArray()).isEqualTo(a).isNotEqualTo(alone);
        assertThat(all.get(ofA.name()).toArray()).isEqualTo(alone);
        assertThat(all.get("sum").toArray()).isEqualTo(sum);
        assertThat(x.toArray())
                .isEqualTo(before)
                .isNotEqualTo(all.get(ofX.name()).toArray());
    }

    /** Both operands of a sum may be the same array, which is then read twice. */
    @Test
    void whatIsReadUnderTwoNamesIsNotOverwritten() {
        SDVariable twice = new Sum(graph, new Pair<>(graph.getVariable("b"), graph.getVariable("b"))).outputVariable();
        float[] b = run("b").get("b").toArray();
        float[] doubled = run(twice.name()).get(twice.name()).toArray();
        for (int i = 0; i < b.length; i++) {
            assertThat(doubled[i]).isEqualTo(2 * b[i]);
        }
    }

    @Test
    void whatALentInputTakesIsHeldAndForetold() {
        Map<String, DeviceArray> inputs = new HashMap<>(Map.of("x", session.lend(3, 4)));
        inputs.get("x").put(0, x.toArray(), 0, 12);
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of("sum"), List.of());
        session.release(session.run(wanted, batch, inputs, (variable, value) -> {}));
        session.release(inputs);
        Map<String, long[]> shapes = Map.of("x", new long[] {3, 4}, "w", new long[] {5, 4});
        long foretold = new PlannedMemory(graph)
                .run(wanted, batch, shapes, List.of("x"))
                .heldBytes();
        assertThat(session.heldBytes()).isEqualTo(foretold).isEqualTo(arrays(3, 15) + arrays(1, 12));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> session.run(List.of("sum"), batch, Map.of()))
                .hasMessage("the graph's input x is missing");
        assertThatThrownBy(() -> run("total")).hasMessage("the graph has no variable total");
        GraphSession.Wanted input = new GraphSession.Wanted(List.of(), List.of("x"));
        assertThatThrownBy(() -> session.run(input, batch, Map.of("x", x), (variable, value) -> {}))
                .hasMessage("the graph does not compute x");
    }

    @Test
    void anOperationThatNoEngineComputesIsRefused() {
        SDVariable foreign = graph.math().tanh("foreign", graph.getVariable("a"));
        assertThatThrownBy(() -> run(foreign.name()))
                .hasMessageMatching("no engine computes operation .*tanh.*, a org\\.nd4j\\..*Tanh");
    }

    private Map<String, DeviceArray> run(String... outputs) {
        return session.run(List.of(outputs), batch, Map.of("x", x));
    }

    private SDVariable gelu(SDVariable rows) {
        SDVariable bias = parameter(rows.name() + " bias", numbers(1, 5).view(0, 5));
        return new BiasGelu(graph, new Biased<>(rows, bias)).activated();
    }

    private SDVariable parameter(String name, DeviceArray value) {
        parameters.put(name, value);
        return graph.placeHolder(name, DataType.FLOAT, value.shape());
    }

    private void assertHeld(long bytes, String output) {
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of(output), List.of());
        assertThat(session.heldBytes()).isEqualTo(bytes).isEqualTo(planned(wanted));
    }

    private long planned(GraphSession.Wanted wanted) {
        Map<String, long[]> shapes = new HashMap<>();
        shapes.put("x", x.shape());
        parameters.forEach((name, value) -> shapes.put(name, value.shape()));
        return new PlannedMemory(graph).run(wanted, batch, shapes, List.of()).heldBytes();
    }

    private static long arrays(int count, long length) {
        return count * Float.BYTES * ArrayPool.sizeClass(length);
    }

    private DeviceArray numbers(int rows, int columns) {
        DeviceArray numbers = engine.allocate(rows, columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = -1 + 0.17f * i;
        }
        numbers.put(0, values, 0, values.length);
        return numbers;
    }
}
