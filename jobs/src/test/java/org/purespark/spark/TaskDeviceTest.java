// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.config.EngineChoice;
import org.purespark.model.Device;
import org.purespark.model.TensorBackend;

class TaskDeviceTest {
    private static final TensorBackend CUDA = new TensorBackend(TensorBackend.Kind.CUDA, "JCublasBackend", 2);

    @Test
    void aTaskWithoutGpuComputesWithItsCores() {
        assertThat(TaskDevice.of(Map.of(), 4, EngineChoice.AUTO)).isEqualTo(new Device.Cpu(4));
        assertThat(TaskDevice.of(
                        Map.of("fpga", new ResourceInformation("fpga", new String[] {"f1"})), 2, EngineChoice.AUTO))
                .isEqualTo(new Device.Cpu(2));
    }

    @Test
    void theAddressOfItsGpuIsTheDeviceIndex() {
        assertThat(TaskDevice.of(gpus("1"), 3, EngineChoice.AUTO)).isEqualTo(new Device.Gpu(1, 3));
        assertThat(TaskDevice.of(gpus(" 0 "), 1, EngineChoice.AUTO)).isEqualTo(new Device.Gpu(0, 1));
    }

    @Test
    void severalGpusForOneTaskAreRefused() {
        assertThatThrownBy(() -> TaskDevice.of(gpus("0", "1"), 1, EngineChoice.AUTO))
                .isInstanceOf(InputException.class)
                .hasMessage("Spark gave this task 2 GPUs [0, 1]; a task computes on one: set"
                        + " spark.task.resource.gpu.amount=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-3ba3b5b8", "-1", "", "4294967295"})
    void anAddressThatIsNoIndexIsRefused(String address) {
        assertThatThrownBy(() -> TaskDevice.of(gpus(address), 1, EngineChoice.AUTO))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the GPU '" + address + "', which is no index")
                .hasMessageContaining("deploy/gpu/discover");
    }

    private static Map<String, ResourceInformation> gpus(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void anEngineOfCoresTakesTheCoresWhateverGpuThereIs() {
        assertThat(TaskDevice.of(gpus("1"), 3, EngineChoice.CPU)).isEqualTo(new Device.Cpu(3));
        assertThat(TaskDevice.of(gpus("1"), 3, EngineChoice.REFERENCE)).isEqualTo(new Device.Reference(3));
    }

    @Test
    void aGpuForTheCpuBuildIsRefusedNamingBoth() {
        assertThatThrownBy(() -> TaskDevice.require(TensorBackend.loaded(), new Device.Gpu(1, 2)))
                .isInstanceOf(InputException.class)
                .hasMessage("Spark gave this task GPU 1, but the tensor library here is CpuBackend, which computes on"
                        + " CPUs alone: submit jobs/target/pure-cuda.jar, of `mvn -P cuda package -DskipTests`, or"
                        + " leave out spark.task.resource.gpu.amount");
    }

    @Test
    void noGpuForTheCudaBuildIsRefused() {
        assertThatThrownBy(() -> TaskDevice.require(CUDA, new Device.Cpu(2)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "no GPU", "JCublasBackend", "spark.task.resource.gpu.amount=1", "jobs/target/pure.jar");
    }

    @Test
    void aGpuThatTheCudaBuildDoesNotSeeIsRefused() {
        assertThatThrownBy(() -> TaskDevice.require(CUDA, new Device.Gpu(2, 1)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("GPU 2", "JCublasBackend sees 2 of them", "deploy/gpu/discover");
        assertThatCode(() -> TaskDevice.require(CUDA, new Device.Gpu(1, 1))).doesNotThrowAnyException();
    }
}
