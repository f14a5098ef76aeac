// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.reference.ReferenceEngine;

/** The contract of all engines for memory. */
class MemoryContractTest {
    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void anArrayHasTheShapeThatWasAskedFor(EngineUnderTest under) {
        try (Engine engine = under.open();
                DeviceArray block = engine.allocate(2, 3, 4);
                DeviceArray one = engine.allocate()) {
            assertThat(block.shape()).containsExactly(2, 3, 4);
            assertThat(block.length()).isEqualTo(24);
            assertThat(block.size(1)).isEqualTo(3);
            assertThat(one.shape()).isEmpty();
            assertThat(one.length()).isEqualTo(1);
            one.put(0, new float[] {7f}, 0, 1);
            assertThat(one.get(0)).isEqualTo(7f);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rangesAreWrittenAndRead(EngineUnderTest under) {
        try (Engine engine = under.open();
                DeviceArray array = counted(engine, 2, 5)) {
            array.put(3, new float[] {-1f, 30f, 40f, -1f}, 1, 2);
            assertThat(array.toArray()).containsExactly(0f, 1f, 2f, 30f, 40f, 5f, 6f, 7f, 8f, 9f);
            float[] to = new float[4];
            array.get(4, to, 1, 2);
            assertThat(to).containsExactly(0f, 40f, 5f, 0f);
            assertThat(array.get(9)).isEqualTo(9f);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void buffersAreReadAndFilledFromTheirPositionToTheirLimit(EngineUnderTest under) {
        for (FloatBuffer buffer : List.of(FloatBuffer.allocate(6), direct(6))) {
            try (Engine engine = under.open();
                    DeviceArray array = counted(engine, 8);
                    DeviceArray state = engine.allocateState(8)) {
                buffer.put(new float[] {10f, 11f, 12f, 13f, 14f, 15f})
                        .position(2)
                        .limit(5);
                for (DeviceArray each : List.of(array, state)) {
                    each.put(4, buffer);
                    assertThat(buffer.position()).isEqualTo(2);
                    float[] written = new float[3];
                    each.get(4, written, 0, 3);
                    assertThat(written).containsExactly(12f, 13f, 14f);
                    assertThat(each.get(7)).isEqualTo(each == array ? 7f : 0f);
                }
                buffer.position(1).limit(4);
                array.get(3, buffer);
                assertThat(buffer.position()).isEqualTo(1);
                assertThat(contents(buffer)).containsExactly(10f, 3f, 12f, 13f, 14f, 15f);
                buffer.position(1).limit(4);
                state.get(3, buffer);
                assertThat(contents(buffer)).containsExactly(10f, 0f, 12f, 13f, 14f, 15f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void aViewIsTheSameMemoryInAnotherShape(EngineUnderTest under) {
        try (Engine engine = under.open();
                DeviceArray array = counted(engine, 12)) {
            DeviceArray rows = array.view(2, 3, 3);
            DeviceArray row = rows.view(3, 3);
            assertThat(rows.shape()).containsExactly(3, 3);
            assertThat(rows.toArray()).containsExactly(2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f);
            assertThat(row.toArray()).containsExactly(5f, 6f, 7f);
            row.put(1, new float[] {60f}, 0, 1);
            array.put(2, new float[] {20f}, 0, 1);
            assertThat(array.get(6)).isEqualTo(60f);
            assertThat(rows.get(0)).isEqualTo(20f);
            assertThat(rows.get(4)).isEqualTo(60f);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void whatIsOutsideOfAnArrayIsRefused(EngineUnderTest under) {
        float[] two = new float[2];
        try (Engine engine = under.open();
                DeviceArray array = counted(engine, 6);
                DeviceArray state = engine.allocateState(4)) {
            DeviceArray view = array.view(1, 4);
            for (DeviceArray each : List.of(view, state)) {
                assertOutside(() -> each.get(3, two, 0, 2));
                assertOutside(() -> each.put(3, two, 0, 2));
                assertOutside(() -> each.get(-1, two, 0, 2));
                assertOutside(() -> each.get(3, FloatBuffer.wrap(two)));
                assertOutside(() -> each.put(3, FloatBuffer.wrap(two)));
                assertOutside(() -> each.get(4));
            }
            assertOutside(() -> array.view(3, 4));
            assertOutside(() -> view.view(1, 2, 2));
            assertThat(array.toArray()).containsExactly(0f, 1f, 2f, 3f, 4f, 5f);
            assertThat(state.toArray()).containsOnly(0f);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void stateIsZeroAtFirst(EngineUnderTest under) {
        try (Engine engine = under.open();
                DeviceArray state = engine.allocateState(40_000);
                DeviceArray none = engine.allocateState(0)) {
            assertThat(state.shape()).containsExactly(40_000);
            assertThat(state.toArray()).containsOnly(0f);
            assertThat(none.length()).isZero();
            assertThat(none.toArray()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void aTransposedMatrixIsACopy(EngineUnderTest under) {
        try (Engine engine = under.open();
                DeviceArray array = counted(engine, 10)) {
            DeviceArray matrix = array.view(3, 2, 3);
            try (DeviceArray turned = engine.transposed(matrix)) {
                assertThat(turned.shape()).containsExactly(3, 2);
                matrix.put(0, new float[] {-1f}, 0, 1);
                assertThat(turned.toArray()).containsExactly(3f, 6f, 4f, 7f, 5f, 8f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void anArrayIsReadByOtherEnginesOfItsClass(EngineUnderTest under) {
        try (Engine engine = under.open();
                Engine other = under.open();
                DeviceArray x = counted(engine, 2, 3);
                DeviceArray y = other.allocate(2, 2)) {
            other.kernels(batch()).products().linear(new LinearInputs<>(x, x), Weight.OUT_IN, y);
            assertThat(y.toArray()).containsExactly(5f, 14f, 14f, 50f);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void anArrayOfAnotherEngineIsRefused(EngineUnderTest under) {
        for (EngineUnderTest other : EngineUnderTest.values()) {
            if (other == under) {
                continue;
            }
            try (Engine engine = under.open();
                    Engine stranger = other.open();
                    DeviceArray strange = counted(stranger, 2, 3);
                    DeviceArray y = engine.allocate(2, 2)) {
                assertThatThrownBy(() -> engine.kernels(batch())
                                .products()
                                .linear(new LinearInputs<>(strange, strange), Weight.OUT_IN, y))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("not an array of the")
                        .hasMessageContaining(strange.toString());
            }
        }
    }

    @Test
    void anEngineSaysWhichHeadsItCanCompute() {
        try (Engine cpu = new CpuEngine(1);
                Engine reference = new ReferenceEngine()) {
            assertThatCode(() -> cpu.requireHeadSize(12)).doesNotThrowAnyException();
            assertThatThrownBy(() -> cpu.requireHeadSize(6))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("head size 6 is not a multiple of 4");
            assertThatCode(() -> reference.requireHeadSize(5)).doesNotThrowAnyException();
            assertThat(cpu.name()).isEqualTo("cpu");
            assertThat(reference.name()).isEqualTo("reference");
        }
    }

    private interface Access {
        void run();
    }

    private static void assertOutside(Access access) {
        assertThatThrownBy(access::run).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static TextBatch batch() {
        return new TextBatch(new int[] {0, 2}, new long[1], TextBatch.Gates.open(1, 1), TextBatch.Targets.NONE);
    }

    /** 0, 1, 2 and so on. */
    private static DeviceArray counted(Engine engine, long... shape) {
        DeviceArray array = engine.allocate(shape);
        for (int i = 0; i < array.length(); i++) {
            array.put(i, new float[] {i}, 0, 1);
        }
        return array;
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static float[] contents(FloatBuffer buffer) {
        float[] all = new float[buffer.capacity()];
        buffer.clear().get(0, all);
        return all;
    }
}
