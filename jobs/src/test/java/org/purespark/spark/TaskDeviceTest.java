package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.model.Device;

class TaskDeviceTest {
    @Test
    void aTaskWithoutGpuComputesWithItsCores() {
        assertThat(TaskDevice.of(Map.of(), 4)).isEqualTo(new Device.Cpu(4));
        assertThat(TaskDevice.of(Map.of("fpga", new ResourceInformation("fpga", new String[] {"f1"})), 2))
                .isEqualTo(new Device.Cpu(2));
    }

    @Test
    void theAddressOfItsGpuIsTheDeviceIndex() {
        assertThat(TaskDevice.of(gpus("1"), 3)).isEqualTo(new Device.Gpu(1, 3));
        assertThat(TaskDevice.of(gpus(" 0 "), 1)).isEqualTo(new Device.Gpu(0, 1));
    }

    @Test
    void severalGpusForOneTaskAreRefused() {
        assertThatThrownBy(() -> TaskDevice.of(gpus("0", "1"), 1))
                .isInstanceOf(InputException.class)
                .hasMessage("Spark gave this task 2 GPUs [0, 1]; a task computes on one: set"
                        + " spark.task.resource.gpu.amount=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-3ba3b5b8", "-1", "", "4294967295"})
    void anAddressThatIsNoIndexIsRefused(String address) {
        assertThatThrownBy(() -> TaskDevice.of(gpus(address), 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the GPU '" + address + "', which is no index")
                .hasMessageContaining("deploy/gpu/discover");
    }

    private static Map<String, ResourceInformation> gpus(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }
}
