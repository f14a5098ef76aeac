// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NativeSettingsTest {
    private static final long GIB = 1L << 30;
    private static final String CPU_INFO =
            """
            processor\t: 0
            model name\t: Some CPU
            flags\t\t: fpu avx2 avx512f avx512dq avx512bw avx512vl

            processor\t: 1
            flags\t\t: fpu
            """;

    @Test
    void readsTheFlagsOfTheFirstProcessor() {
        assertThat(NativeSettings.cpuFlags(CPU_INFO))
                .containsExactlyInAnyOrder("fpu", "avx2", "avx512f", "avx512dq", "avx512bw", "avx512vl");
    }

    @Test
    void findsNoFlagsWhereThereIsNoSuchLine() {
        assertThat(NativeSettings.cpuFlags("processor : 0\n")).isEmpty();
    }

    @Test
    void takesTheAvx512BuildWhereTheCpuHasAllOfIt() {
        assertThat(NativeSettings.decide(NativeSettings.cpuFlags(CPU_INFO), 4 * GIB, GIB))
                .containsEntry(NativeSettings.EXTENSION, "-onednn-avx512");
    }

    @Test
    void takesTheBuildForEveryCpuWhereOnePartOfAvx512IsMissing() {
        assertThat(NativeSettings.decide(Set.of("avx2", "avx512f", "avx512dq", "avx512bw"), 4 * GIB, GIB))
                .containsEntry(NativeSettings.EXTENSION, "-onednn");
    }

    @Test
    void leavesToTensorsWhatTheHeapDoesNotTake() {
        assertThat(NativeSettings.decide(Set.of(), 4 * GIB, GIB))
                .containsEntry(NativeSettings.MAX_BYTES, Long.toString(3 * GIB))
                .containsEntry(NativeSettings.MAX_PHYSICAL_BYTES, Long.toString(4 * GIB));
    }

    @Test
    void leavesAQuarterToTensorsWhereTheHeapIsAsLargeAsTheProcessMayBe() {
        assertThat(NativeSettings.decide(Set.of(), 4 * GIB, 4 * GIB))
                .containsEntry(NativeSettings.MAX_BYTES, Long.toString(GIB));
    }

    @Test
    void keepsWhatTheUserSet() {
        String name = NativeSettingsTest.class.getName();
        try {
            System.setProperty(name, "mine");
            NativeSettings.apply(Map.of(name, "decided"));
            assertThat(System.getProperty(name)).isEqualTo("mine");
            System.clearProperty(name);
            NativeSettings.apply(Map.of(name, "decided"));
            assertThat(System.getProperty(name)).isEqualTo("decided");
        } finally {
            System.clearProperty(name);
        }
    }
}
