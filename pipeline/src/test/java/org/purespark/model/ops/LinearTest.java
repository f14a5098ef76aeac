package org.purespark.model.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products of sizes that are cut into parts, against float64. */
class LinearTest {
    private static final long SEED = 11;

    @ParameterizedTest
    @CsvSource({"1, 200, 40, 150", "2, 200, 40, 150", "3, 333, 64, 97", "4, 47, 24, 500", "2, 1, 8, 2"})
    void productAndItsGradientsMatchOnAnyNumberOfThreads(int threads, int rows, int in, int out) {
        float[][] x = numbers(rows, in, 0);
        float[][] weight = numbers(out, in, 1);
        float[][] outGradient = numbers(rows, out, 2);
        SameDiff graph = SameDiff.create();
        Linear linear = new Linear(
                graph,
                graph.constant("x", Nd4j.createFromArray(x)),
                graph.constant("w", Nd4j.createFromArray(weight)),
                Linear.Weight.OUT_IN);
        SDVariable y = linear.outputVariable();
        List<SDVariable> gradients = linear.doDiff(List.of(graph.constant("dy", Nd4j.createFromArray(outGradient))));
        String dx = gradients.get(0).name();
        String dw = gradients.get(1).name();
        try (Workers workers = new Workers(threads);
                GraphSession session = new GraphSession(graph, workers)) {
            Map<String, INDArray> values = session.run(List.of(y.name(), dx, dw), Map.of());
            assertClose(values.get(y.name()), times(x, transposed(weight)));
            assertClose(values.get(dx), times(outGradient, weight));
            assertClose(values.get(dw), times(transposed(outGradient), x));
            session.release(values);
        }
    }

    @Test
    void weightThatLiesTheOtherWayGivesTheSameProduct() {
        float[][] x = numbers(100, 40, 0);
        float[][] weight = numbers(150, 40, 1);
        SameDiff graph = SameDiff.create();
        Linear linear = new Linear(
                graph,
                graph.constant("x", Nd4j.createFromArray(x)),
                graph.constant("w", Nd4j.createFromArray(transposed(weight))),
                Linear.Weight.IN_OUT);
        String y = linear.outputVariable().name();
        try (Workers workers = new Workers(2);
                GraphSession session = new GraphSession(graph, workers)) {
            assertClose(session.run(List.of(y), Map.of()).get(y), times(x, transposed(weight)));
        }
        assertThatThrownBy(() -> linear.doDiff(List.of(linear.outputVariable())))
                .hasMessage("Linear is not differentiable");
    }

    private static void assertClose(INDArray actual, double[][] expected) {
        assertThat(actual.shape()).containsExactly(expected.length, expected[0].length);
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[0].length; j++) {
                assertThat(actual.getDouble(i, j)).isCloseTo(expected[i][j], within(1e-4));
            }
        }
    }

    private static double[][] times(float[][] a, float[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    product[i][j] += (double) a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private static float[][] transposed(float[][] a) {
        float[][] transposed = new float[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                transposed[j][i] = a[i][j];
            }
        }
        return transposed;
    }

    private static float[][] numbers(int rows, int columns, int which) {
        Random random = new Random(SEED + which);
        float[][] numbers = new float[rows][columns];
        for (float[] row : numbers) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextFloat() - 0.5f;
            }
        }
        return numbers;
    }
}
