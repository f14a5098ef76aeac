package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.purespark.InputException;

class TensorBackendTest {
    private static final TensorBackend CUDA = new TensorBackend(TensorBackend.Kind.CUDA, "JCublasBackend", 2);

    @Test
    void theBuildOfTheseTestsComputesOnCpus() {
        assertThat(TensorBackend.loaded()).isEqualTo(new TensorBackend(TensorBackend.Kind.CPU, "CpuBackend", 1));
        assertThatCode(() -> TensorBackend.loaded().select(new Device.Cpu(2))).doesNotThrowAnyException();
    }

    @Test
    void aGpuForTheCpuBuildIsRefusedNamingBoth() {
        assertThatThrownBy(() -> TensorBackend.loaded().select(new Device.Gpu(1, 2)))
                .isInstanceOf(InputException.class)
                .hasMessage("Spark gave this task GPU 1, but the tensor library here is CpuBackend, which computes on"
                        + " CPUs alone: submit jobs/target/pure-cuda.jar, of `mvn -P cuda package -DskipTests`, or"
                        + " leave out spark.task.resource.gpu.amount");
    }

    @Test
    void noGpuForTheCudaBuildIsRefused() {
        assertThatThrownBy(() -> CUDA.require(new Device.Cpu(2)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "no GPU", "JCublasBackend", "spark.task.resource.gpu.amount=1", "jobs/target/pure.jar");
    }

    @Test
    void aGpuThatTheCudaBuildDoesNotSeeIsRefused() {
        assertThatThrownBy(() -> CUDA.require(new Device.Gpu(2, 1)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("GPU 2", "JCublasBackend sees 2 of them", "deploy/gpu/discover");
        assertThatCode(() -> CUDA.require(new Device.Gpu(1, 1))).doesNotThrowAnyException();
    }

    @Test
    void aDeviceHasAnIndexAndThreads() {
        assertThatThrownBy(() -> new Device.Cpu(0)).hasMessage("threads 0 must be at least 1");
        assertThatThrownBy(() -> new Device.Gpu(0, 0)).hasMessage("threads 0 must be at least 1");
        assertThatThrownBy(() -> new Device.Gpu(-1, 1)).hasMessage("GPU index -1 must be at least 0");
    }
}
