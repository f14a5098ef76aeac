// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NativeSettingsTest {
    private static final long GIB = 1L << 30;

    @Test
    void takesTheBuildForEveryCpu() {
        assertThat(NativeSettings.decide(4 * GIB, GIB)).containsEntry(NativeSettings.EXTENSION, "-onednn");
    }

    @Test
    void leavesToTensorsWhatTheHeapDoesNotTake() {
        assertThat(NativeSettings.decide(4 * GIB, GIB))
                .containsEntry(NativeSettings.MAX_BYTES, Long.toString(3 * GIB))
                .containsEntry(NativeSettings.MAX_PHYSICAL_BYTES, Long.toString(4 * GIB));
    }

    @Test
    void leavesAQuarterToTensorsWhereTheHeapIsAsLargeAsTheProcessMayBe() {
        assertThat(NativeSettings.decide(4 * GIB, 4 * GIB)).containsEntry(NativeSettings.MAX_BYTES, Long.toString(GIB));
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
