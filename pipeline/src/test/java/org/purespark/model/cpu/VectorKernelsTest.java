// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.model.engine.RowKernels.BiasFunction;

/** The kernels' arithmetic against the same in float64, one number at a time. */
class VectorKernelsTest {
    @Test
    void exponentialIsWithinTwoUnitsInTheLastPlace() {
        for (float x = -80f; x <= 88f; x += 0.0173f) {
            float expected = (float) Math.exp(x);
            assertThat(exp(x)).as("e^%s", x).isCloseTo(expected, within(2 * Math.ulp(expected)));
        }
    }

    @Test
    void exponentialOfWhatIsTooSmallIsNextToNothing() {
        assertThat(exp(Float.NEGATIVE_INFINITY)).isBetween(0f, 2e-35f);
        assertThat(exp(-1e6f)).isBetween(0f, 2e-35f);
        assertThat(exp(Float.NaN)).isNaN();
    }

    @Test
    void geluAndItsDerivativeAreWithinAMillionth() {
        double integral = 0.5;
        double step = 1e-4;
        for (int i = 1; i <= 60_000; i++) {
            // Φ by Simpson's rule on φ from 0.
            double from = (i - 1) * step;
            integral += step / 6 * (density(from) + 4 * density(from + step / 2) + density(from + step));
            if (i % 100 == 0) {
                double x = i * step;
                assertGelu(x, integral);
                assertGelu(-x, 1 - integral);
            }
        }
    }

    @Test
    void geluOfWhatIsFarFromZeroIsItselfOrNothing() {
        for (float x : new float[] {7f, 30f, 1e6f}) {
            assertThat(gelu(x)).containsExactly(x, 1f);
            assertThat(gelu(-x)[0]).isBetween(-1e-7f * x, 1e-7f * x);
        }
        assertThat(gelu(Float.NaN)[0]).isNaN();
    }

    @ParameterizedTest
    @EnumSource(BiasFunction.class)
    void functionsAndTheirSlopesAreWithinAMillionth(BiasFunction function) {
        for (int i = -4000; i <= 4000; i++) {
            float x = i / 256f;
            double step = 1e-5;
            double slope = (exact(function, x + step) - exact(function, x - step)) / (2 * step);
            double expected = exact(function, x);
            float[] both = both(function, x);
            assertThat((double) both[0])
                    .as("%s(%s)", function, x)
                    .isCloseTo(expected, within(1e-6 * Math.max(1e-2, Math.abs(expected))));
            if (x != 0) {
                assertThat((double) both[1]).as("%s'(%s)", function, x).isCloseTo(slope, within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BiasFunction.class)
    void functionsOfWhatIsFarFromZeroAreTheirLimits(BiasFunction function) {
        boolean tanh = function == BiasFunction.TANH;
        for (float x : new float[] {30f, 1e6f, 1e12f}) {
            assertThat(both(function, x)).containsExactly(tanh ? 1f : x, tanh ? 0f : 1f);
            assertThat(both(function, -x)[0]).isEqualTo(tanh ? -1f : 0f, within(1e-6f));
            assertThat(both(function, -x)[1]).isEqualTo(0f, within(1e-6f));
        }
        assertThat(both(function, Float.NaN)[0]).isNaN();
    }

    private static double exact(BiasFunction function, double x) {
        return switch (function) {
            case GELU_BY_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
            case SILU -> x / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case RELU -> Math.max(x, 0);
        };
    }

    /** f(x) and f'(x). */
    private static float[] both(BiasFunction function, float x) {
        float[] row = new float[VectorLanes.padded(1)];
        float[] slopes = new float[row.length];
        row[0] = x;
        BiasFunctions.apply(function, row, slopes, 1);
        return new float[] {row[0], slopes[0]};
    }

    private static void assertGelu(double x, double cumulative) {
        float[] gelu = gelu((float) x);
        assertThat((double) gelu[0]).as("gelu(%s)", x).isCloseTo(x * cumulative, within(1e-6));
        assertThat((double) gelu[1]).as("gelu'(%s)", x).isCloseTo(cumulative + x * density(x), within(1e-6));
    }

    @Property(tries = 200)
    void productsOfAnySizeMatch(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 40) int k,
            @ForAll Random random) {
        int rows = VectorLanes.padded(m);
        int columns = VectorLanes.padded(n);
        int depth = VectorLanes.padded(k);
        float[] a = numbers(rows * depth, random);
        float[] transposed = new float[depth * rows];
        for (int i = 0; i < m; i++) {
            for (int x = 0; x < k; x++) {
                transposed[x * rows + i] = a[i * depth + x];
            }
        }
        float[] b = numbers(depth * columns, random);
        float[] plain = new float[rows * columns];
        float[] ofTransposed = new float[rows * columns];
        SmallProducts.Matrix right = new SmallProducts.Matrix(b, columns);
        SmallProducts.times(
                new SmallProducts.Matrix(a, depth), right, new SmallProducts.Matrix(plain, columns), m, n, k);
        SmallProducts.transposedTimes(
                new SmallProducts.Matrix(transposed, rows),
                right,
                new SmallProducts.Matrix(ofTransposed, columns),
                m,
                n,
                k);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int x = 0; x < k; x++) {
                    sum += (double) a[i * depth + x] * b[x * columns + j];
                }
                assertThat((double) plain[i * columns + j]).isCloseTo(sum, within(1e-5));
                assertThat(ofTransposed[i * columns + j]).isEqualTo(plain[i * columns + j]);
            }
        }
    }

    @Property(tries = 200)
    void productsWithTransposedMatch(
            @ForAll @IntRange(min = 1, max = 20) int m,
            @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @IntRange(min = 1, max = 70) int k,
            @ForAll @IntRange(max = 3) int first,
            @ForAll Random random) {
        int depth = VectorLanes.padded(k);
        SmallProducts.Matrix a = rows(m, k, depth, first, random);
        SmallProducts.Matrix b = rows(n, k, depth, first, random);
        float[] product = new float[VectorLanes.padded(m) * VectorLanes.padded(n)];
        SmallProducts.timesTransposed(a, b, new SmallProducts.Matrix(product, VectorLanes.padded(n)), m, n, k);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int x = 0; x < k; x++) {
                    sum += (double) a.entries()[first + i * depth + x] * b.entries()[first + j * depth + x];
                }
                assertThat((double) product[i * VectorLanes.padded(n) + j]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    /** Random rows that start at {@code first}, zero from column k on. */
    private static SmallProducts.Matrix rows(int count, int k, int stride, int first, Random random) {
        float[] entries = numbers((count + 4) * stride, random);
        for (int i = 0; i < entries.length; i++) {
            entries[i] = i < first || (i - first) % stride < k ? entries[i] : 0f;
        }
        return new SmallProducts.Matrix(entries, stride, first);
    }

    @Property(tries = 100)
    void normalizationOfASumMatches(@ForAll @IntRange(min = 2, max = 70) int width, @ForAll Random random) {
        float[] row = numbers(VectorLanes.padded(width), random);
        float[] added = numbers(VectorLanes.padded(width), random);
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < width; i++) {
            mean += ((double) row[i] + added[i]) / width;
        }
        for (int i = 0; i < width; i++) {
            squares += Math.pow((double) row[i] + added[i] - mean, 2);
        }
        double inverse = 1 / Math.sqrt(squares / width + 1e-3);
        double[] expected = new double[width];
        for (int i = 0; i < width; i++) {
            expected[i] = ((double) row[i] + added[i] - mean) * inverse;
        }
        assertThat((double) NormKernel.normalizeSum(row, added, width, 1e-3))
                .isCloseTo(inverse, within(1e-4 * inverse));
        for (int i = 0; i < width; i++) {
            assertThat((double) row[i]).isCloseTo(expected[i], within(1e-4));
        }
    }

    @Property(tries = 50)
    void sumsOfSquaresMatchAndDoNotDependOnThreads(
            @ForAll @IntRange(max = 50_000) int length, @ForAll @IntRange(max = 7) int from, @ForAll Random random) {
        float[] values = numbers(length + from, random);
        double expected = 0;
        for (int i = from; i < values.length; i++) {
            expected += (double) values[i] * values[i];
        }
        try (Workers one = new Workers(1);
                Workers three = new Workers(3)) {
            double sum = Sums.ofSquares(values, from, values.length, one);
            assertThat(sum).isCloseTo(expected, within(1e-6 * expected));
            assertThat(Sums.ofSquares(values, from, values.length, three)).isEqualTo(sum);
        }
    }

    private static float[] numbers(int count, Random random) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    /** By a vector's lane and by what remains of a row, which have to be the same. */
    private static float exp(float x) {
        float[] row = new float[VectorLanes.COUNT + 1];
        Arrays.fill(row, x);
        ErrorFunction.exp(row, 0, row.length, 0f, 1f);
        assertThat(row).containsOnly(row[VectorLanes.COUNT]);
        return row[0];
    }

    /** gelu(x) and its derivative, of x in two parts. */
    private static float[] gelu(float x) {
        float[] row = filled(x - 1f);
        float[] bias = filled(1f);
        float[] slopes = filled(0f);
        float[] cumulative = filled(0f);
        ErrorFunction.density(row, bias, slopes, VectorLanes.COUNT);
        ErrorFunction.gelu(row, bias, cumulative, VectorLanes.COUNT);
        assertThat(Arrays.copyOf(row, VectorLanes.COUNT)).containsOnly(row[0]);
        Sums.add(slopes, 0, cumulative, 0, VectorLanes.COUNT);
        return new float[] {row[0], slopes[0]};
    }

    private static float[] filled(float value) {
        float[] row = new float[VectorLanes.padded(VectorLanes.COUNT)];
        Arrays.fill(row, value);
        return row;
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
