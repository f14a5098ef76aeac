package org.purespark.model.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs of a small graph: x [3, 4] → a = x·wᵀ [3, 5] → b = tanh(a) → c = relu(a) → sum = b + c. */
class GraphSessionTest {
    private final SameDiff graph = SameDiff.create();
    private final Workers workers = new Workers(1);
    private final INDArray x = numbers(3, 4);
    private GraphSession session;

    @BeforeEach
    void makeGraph() {
        SDVariable input = graph.placeHolder("x", DataType.FLOAT, -1, 4);
        SDVariable a = new Linear(graph, input, graph.var("w", numbers(5, 4)), Linear.Weight.OUT_IN)
                .outputVariable()
                .rename("a");
        SDVariable b = graph.math().tanh("b", a);
        SDVariable c = graph.nn().relu("c", a, 0);
        b.add("sum", c);
        session = new GraphSession(graph, workers);
    }

    @AfterEach
    void close() {
        session.close();
        workers.close();
    }

    /** ND4J's own operations, of both of its kinds, among the project's. */
    @Test
    void valuesAreThoseOfTheGraph() {
        INDArray w = graph.getVariable("w").getArr();
        Map<String, INDArray> values = session.run(List.of("sum", "a"), Map.of("x", x));
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 5; j++) {
                double a = 0;
                for (int k = 0; k < 4; k++) {
                    a += x.getDouble(i, k) * w.getDouble(j, k);
                }
                assertThat(values.get("a").getDouble(i, j)).isCloseTo(a, within(1e-5));
                assertThat(values.get("sum").getDouble(i, j)).isCloseTo(Math.tanh(a) + Math.max(a, 0), within(1e-5));
            }
        }
    }

    @Test
    void aSecondRunUsesTheArraysOfTheFirst() {
        session.release(session.run(List.of("sum"), Map.of("x", x)));
        long held = session.heldBytes();
        for (int run = 0; run < 3; run++) {
            session.release(session.run(List.of("sum"), Map.of("x", x)));
        }
        assertThat(session.heldBytes()).isEqualTo(held);
    }

    /** Of a chain of ten operations two arrays are needed at a time. */
    @Test
    void anArrayIsUsedAgainOnceItWasReadForTheLastTime() {
        SDVariable end = graph.getVariable("a");
        for (int i = 0; i < 10; i++) {
            end = graph.math().tanh(end);
        }
        session.release(session.run(List.of(end.name()), Map.of("x", x)));
        assertThat(session.heldBytes()).isEqualTo(2 * GraphSession.arrayBytes(15));
    }

    @Test
    void aPassedValueIsHandedOutOnceAndStaysForThoseWhoReadIt() {
        List<String> passed = new ArrayList<>();
        Map<String, INDArray> kept = session.run(
                new GraphSession.Wanted(List.of("sum"), List.of("a", "b")), Map.of("x", x), (variable, value) -> {
                    passed.add(variable);
                    assertThat(value.shape()).containsExactly(3, 5);
                });
        assertThat(passed).containsExactly("a", "b");
        assertThat(kept).containsOnlyKeys("sum");
        assertThat(kept.get("sum")
                        .equalsWithEps(
                                session.run(List.of("sum"), Map.of("x", x)).get("sum"), 0))
                .isTrue();
    }

    /** What nothing else reads is free as soon as it was handed out. */
    @Test
    void passedValuesDoNotAddUp() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(graph.math().tanh(graph.getVariable("x")).name());
        }
        List<String> passed = new ArrayList<>();
        session.run(new GraphSession.Wanted(List.of(), all), Map.of("x", x), (variable, value) -> passed.add(variable));
        assertThat(passed).isEqualTo(all);
        assertThat(session.heldBytes()).isEqualTo(GraphSession.arrayBytes(12));
    }

    @Test
    void arraysOfARunThatFailedAreNotLost() {
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of("sum"), List.of("b"));
        for (int run = 0; run < 3; run++) {
            assertThatThrownBy(() -> session.run(wanted, Map.of("x", x), (variable, value) -> {
                        throw new IllegalStateException("no room for " + variable);
                    }))
                    .hasMessage("no room for b");
        }
        assertThat(session.heldBytes()).isEqualTo(2 * GraphSession.arrayBytes(15));
    }

    /** A chain of three row-wise operations needs one array. */
    @Test
    void aRowWiseResultTakesThePlaceOfWhatNothingReadsLater() {
        SDVariable end = gelu(gelu(gelu(graph.getVariable("a"))));
        session.release(session.run(List.of(end.name()), Map.of("x", x)));
        assertThat(session.heldBytes()).isEqualTo(GraphSession.arrayBytes(15));
    }

    @Test
    void whatIsReadLaterOrBelongsToTheCallerIsNotOverwritten() {
        SDVariable ofA = gelu(graph.getVariable("a"));
        SDVariable bias = graph.var("of x", Nd4j.create(DataType.FLOAT, 4));
        SDVariable ofX = new BiasGelu(graph, graph.getVariable("x"), bias).outputVariables()[0];
        INDArray before = x.dup();
        INDArray alone = session.run(List.of(ofA.name()), Map.of("x", x)).get(ofA.name());
        INDArray a = session.run(List.of("a"), Map.of("x", x)).get("a");
        INDArray sum = session.run(List.of("sum"), Map.of("x", x)).get("sum");

        Map<String, INDArray> all = session.run(List.of(ofA.name(), "a", ofX.name(), "sum"), Map.of("x", x));
        assertThat(all.get("a")).isEqualTo(a).isNotEqualTo(alone);
        assertThat(all.get(ofA.name())).isEqualTo(alone);
        assertThat(all.get("sum")).isEqualTo(sum);
        assertThat(x).isEqualTo(before).isNotEqualTo(all.get(ofX.name()));
    }

    private SDVariable gelu(SDVariable rows) {
        SDVariable bias = graph.var(rows.name() + " bias", Nd4j.ones(DataType.FLOAT, 5));
        return new BiasGelu(graph, rows, bias).outputVariables()[0];
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> session.run(List.of("sum"), Map.of())).hasMessage("the graph's input x is missing");
        assertThatThrownBy(() -> session.run(List.of("total"), Map.of("x", x)))
                .hasMessage("the graph has no variable total");
        GraphSession.Wanted input = new GraphSession.Wanted(List.of(), List.of("x"));
        assertThatThrownBy(() -> session.run(input, Map.of("x", x), (variable, value) -> {}))
                .hasMessage("the graph does not compute x");
    }

    private static INDArray numbers(int rows, int columns) {
        return Nd4j.linspace(DataType.FLOAT, -1, 0.17, (long) rows * columns).reshape('c', rows, columns);
    }
}
