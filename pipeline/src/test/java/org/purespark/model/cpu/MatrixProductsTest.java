// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.LinearBackward;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.TextBatch;

/** Products of a CPU's engine against sums in float64, whatever multiplies. */
class MatrixProductsTest {
    /** Rows of one piece and of several, whole units and others; widths that fill vectors and that do not. */
    private static final int[][] SHAPES = {
        {1, 5, 3}, {15, 64, 2}, {16, 64, 96}, {95, 70, 130}, {96, 64, 64}, {203, 384, 300}, {259, 33, 515},
    };

    static Stream<Arguments> choicesAndShapes() {
        return Stream.of(ProductChoice.values())
                .flatMap(choice -> Stream.of(SHAPES).map(shape -> Arguments.of(choice, shape[0], shape[1], shape[2])));
    }

    @ParameterizedTest
    @MethodSource("choicesAndShapes")
    void productsAndGradientsAreTheSumsOfTheirFactors(ProductChoice choice, int rows, int in, int out) {
        try (Case of = new Case(choice, 2, rows, in, out)) {
            of.all();
            float[] x = of.factor(of.x);
            float[] w = of.factor(of.weight);
            float[] dy = of.factor(of.outGradient);
            for (int n = 0; n < rows; n++) {
                for (int o = 0; o < out; o++) {
                    double sum = 0;
                    for (int i = 0; i < in; i++) {
                        sum += (double) x[n * in + i] * w[o * in + i];
                    }
                    assertSum(of.y.get(n * (long) out + o), sum, in);
                    assertSum(of.ofTransposed.get(n * (long) out + o), sum, in);
                }
            }
            for (int n = 0; n < rows; n++) {
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int o = 0; o < out; o++) {
                        sum += (double) dy[n * out + o] * w[o * in + i];
                    }
                    assertSum(of.dx.get(n * (long) in + i), sum, out);
                }
            }
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int n = 0; n < rows; n++) {
                        sum += (double) dy[n * out + o] * x[n * in + i];
                    }
                    assertSum(of.dw.get(o * (long) in + i), sum, rows);
                }
            }
        }
    }

    /** Factors are below 4: float32's rounding, some bits of it for each doubling of the number of summands. */
    private static void assertSum(float actual, double expected, int summands) {
        assertThat((double) actual).isCloseTo(expected, within(2e-6 * Math.sqrt(summands) + 1e-6 * Math.abs(expected)));
    }

    @ParameterizedTest
    @EnumSource(ProductChoice.class)
    void resultsAreTheSameToTheLastBitForAnyNumberOfThreads(ProductChoice choice) {
        for (int[] shape : SHAPES) {
            try (Case one = new Case(choice, 1, shape[0], shape[1], shape[2]);
                    Case five = new Case(choice, 5, shape[0], shape[1], shape[2])) {
                one.all();
                five.all();
                for (int i = 0; i < one.results().size(); i++) {
                    assertThat(five.results().get(i).toArray())
                            .as("result %s of %s", i, List.of(shape[0], shape[1], shape[2]))
                            .isEqualTo(one.results().get(i).toArray());
                }
            }
        }
    }

    @Test
    void aWeightIsPackedOnceAndAgainAfterAChangeOfItsMemory() {
        try (Case of = new Case(ProductChoice.BFLOAT16, 2, 40, 64, 48)) {
            of.all();
            HostArray weight = HostArray.of(of.weight);
            long bytes = weight.packed().bytes();
            float[] before = of.y.toArray();
            of.all();
            assertThat(weight.packed().bytes())
                    .as("no further copies")
                    .isEqualTo(bytes)
                    .isPositive();
            assertThat(of.y.toArray()).isEqualTo(before);
            // A view of the same memory writes it: 0 in place of the first output's weights.
            of.weight.view(0, 64).put(0, new float[64], 0, 64);
            of.all();
            assertThat(weight.packed().bytes()).isEqualTo(bytes);
            for (int n = 0; n < 40; n++) {
                assertThat(of.y.get(n * 48L)).isZero();
                assertThat(of.y.get(n * 48L + 1)).isEqualTo(before[n * 48 + 1]);
            }
        }
    }

    @Test
    void enginesShareTheCopiesOfAWeight() {
        try (Case of = new Case(ProductChoice.BFLOAT16, 1, 20, 64, 48);
                CpuEngine other = new CpuEngine(1, ProductChoice.BFLOAT16)) {
            of.all();
            long bytes = HostArray.of(of.weight).packed().bytes();
            DeviceArray y = other.allocate(20, 48);
            Case.products(other).linear(new LinearInputs<>(of.x, of.weight), Weight.OUT_IN, y);
            assertThat(y.toArray()).isEqualTo(of.y.toArray());
            assertThat(HostArray.of(of.weight).packed().bytes()).isEqualTo(bytes);
            y.close();
        }
    }

    @Test
    void rowsAreCutByTheirNumberIntoFewSizes() {
        for (int rows = 1; rows < 1100; rows++) {
            RowBlocks blocks = new RowBlocks(rows);
            assertThat(blocks.first(0)).isZero();
            assertThat(blocks.first(blocks.pieces())).isEqualTo(rows);
            int done = 0;
            for (int piece = 0; piece < blocks.pieces(); piece++) {
                int end = blocks.first(piece + 1);
                assertThat(end).as("%s rows", rows).isGreaterThan(blocks.first(piece));
                for (int row = blocks.first(piece); row < end; ) {
                    int next = RowBlocks.next(end - row);
                    assertThat(next % RowBlocks.UNIT == 0 || Integer.bitCount(next) == 1)
                            .isTrue();
                    assertThat(next).isBetween(1, RowBlocks.MOST_ROWS);
                    row += next;
                    done += next;
                }
            }
            assertThat(done).isEqualTo(rows);
        }
    }

    /** Operands and results of one shape. */
    private static final class Case implements AutoCloseable {
        private final CpuEngine engine;
        private final boolean rounds;
        final DeviceArray x;
        final DeviceArray weight;
        final DeviceArray transposed;
        final DeviceArray outGradient;
        final DeviceArray y;
        final DeviceArray ofTransposed;
        final DeviceArray dx;
        final DeviceArray dw;

        Case(ProductChoice choice, int threads, int rows, int in, int out) {
            if (choice == ProductChoice.BFLOAT16) {
                Bfloat16ProductsAssumption.require();
            }
            this.engine = new CpuEngine(threads, choice);
            this.rounds = choice == ProductChoice.BFLOAT16;
            Random random = new Random(7);
            this.x = random(random, rows, in);
            this.weight = random(random, out, in);
            this.transposed = engine.transposed(weight);
            this.outGradient = random(random, rows, out);
            this.y = engine.allocate(rows, out);
            this.ofTransposed = engine.allocate(rows, out);
            this.dx = engine.allocate(rows, in);
            this.dw = engine.allocate(out, in);
        }

        private DeviceArray random(Random random, int rows, int columns) {
            float[] entries = new float[rows * columns];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = (float) Math.max(-4, Math.min(4, random.nextGaussian()));
            }
            DeviceArray array = engine.allocate(rows, columns);
            array.put(0, entries, 0, entries.length);
            return array;
        }

        static ProductKernels products(CpuEngine engine) {
            TextBatch batch =
                    new TextBatch(new int[] {0, 1}, new long[1], TextBatch.Gates.open(1, 1), TextBatch.Targets.NONE);
            return engine.kernels(batch).products();
        }

        void all() {
            ProductKernels products = products(engine);
            products.linear(new LinearInputs<>(x, weight), Weight.OUT_IN, y);
            products.linear(new LinearInputs<>(x, transposed), Weight.IN_OUT, ofTransposed);
            products.linearGradient(new LinearBackward<>(outGradient, x, weight), new LinearInputs<>(dx, dw));
        }

        List<DeviceArray> results() {
            return List.of(y, ofTransposed, dx, dw);
        }

        /** Entries as they are multiplied: bfloat16 has the upper 16 bits, to the nearest, ties to even. */
        float[] factor(DeviceArray array) {
            float[] entries = array.toArray();
            for (int i = 0; rounds && i < entries.length; i++) {
                int bits = Float.floatToRawIntBits(entries[i]);
                entries[i] = Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
            }
            return entries;
        }

        @Override
        public void close() {
            for (DeviceArray array : List.of(x, weight, transposed, outGradient, y, ofTransposed, dx, dw)) {
                array.close();
            }
            engine.close();
        }
    }
}
