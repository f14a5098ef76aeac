// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.purespark.model.engine.ProductPrecision;

class DeviceTest {
    @Test
    void aDeviceHasAnIndexAndThreads() {
        assertThatThrownBy(() -> new Device.Cpu(0)).hasMessage("threads 0 must be at least 1");
        assertThatThrownBy(() -> new Device.Gpu(0, 0, ProductPrecision.FLOAT32, 1))
                .hasMessage("threads 0 must be at least 1");
        assertThatThrownBy(() -> new Device.Gpu(-1, 1, ProductPrecision.FLOAT32, 1))
                .hasMessage("GPU index -1 must be at least 0");
        assertThatThrownBy(() -> new Device.Gpu(0, 1, ProductPrecision.FLOAT32, 0))
                .hasMessage("sharers 0 must be at least 1");
    }
}
