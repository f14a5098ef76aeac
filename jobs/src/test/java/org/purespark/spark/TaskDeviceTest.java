// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.config.EngineChoice;
import org.purespark.config.ExchangeChoice;
import org.purespark.config.GpuProducts;
import org.purespark.config.PrecisionChoice;
import org.purespark.model.Device;
import org.purespark.model.engine.ProductPrecision;
import org.purespark.spark.TaskDevice.Place;
import org.purespark.spark.TaskDevice.Task;

class TaskDeviceTest {
    @Test
    void aTaskWithoutGpuComputesWithItsCores() {
        assertThat(of(Map.of(), 4, EngineChoice.AUTO)).isEqualTo(new Device.Cpu(4));
        assertThat(of(Map.of("fpga", new ResourceInformation("fpga", new String[] {"f1"})), 2, EngineChoice.AUTO))
                .isEqualTo(new Device.Cpu(2));
    }

    @Test
    void theAddressOfItsGpuIsTheDeviceIndex() {
        assertThat(of(gpus("1"), 3, EngineChoice.AUTO)).isEqualTo(new Device.Gpu(1, 3, ProductPrecision.FLOAT32, 1));
        assertThat(of(gpus(" 0 "), 1, EngineChoice.AUTO)).isEqualTo(new Device.Gpu(0, 1, ProductPrecision.FLOAT32, 1));
    }

    @Test
    void severalGpusForOneTaskAreRefused() {
        assertThatThrownBy(() -> of(gpus("0", "1"), 1, EngineChoice.AUTO))
                .isInstanceOf(InputException.class)
                .hasMessage("Spark gave this task 2 GPUs [0, 1]; a task computes on one: set"
                        + " spark.task.resource.gpu.amount=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-3ba3b5b8", "-1", "", "4294967295"})
    void anAddressThatIsNoIndexIsRefused(String address) {
        assertThatThrownBy(() -> of(gpus(address), 1, EngineChoice.AUTO))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the GPU '" + address + "', which is no index")
                .hasMessageContaining("deploy/gpu/discover");
    }

    @Test
    void ncclIsRefusedWhereTasksShareAGpu() {
        TaskDevice.requireNoSharers(1);
        assertThatThrownBy(() -> TaskDevice.requireNoSharers(2))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.gradient-exchange is nccl, but spark.task.resource.gpu.amount lets 2 tasks share a"
                        + " GPU: set it to 1, or compute.gradient-exchange=spark");
    }

    private static Map<String, ResourceInformation> gpus(String... addresses) {
        return Map.of("gpu", new ResourceInformation("gpu", addresses));
    }

    @Test
    void anEngineOfCoresTakesTheCoresWhateverGpuThereIs() {
        assertThat(of(gpus("1"), 3, EngineChoice.CPU)).isEqualTo(new Device.Cpu(3));
        assertThat(of(gpus("1"), 3, EngineChoice.REFERENCE)).isEqualTo(new Device.Reference(3));
    }

    @Test
    void anEngineOfGpusTakesTheTasksGpu() {
        assertThat(of(gpus("1"), 3, EngineChoice.CUDA)).isEqualTo(new Device.Gpu(1, 3, ProductPrecision.FLOAT32, 1));
    }

    @Test
    void aGpuMultipliesAsTheSettingSays() {
        assertThat(TaskDevice.of(
                        gpus("1"),
                        new Task(3, 1, Place.EXECUTOR),
                        new ComputeSettings(
                                EngineChoice.AUTO, PrecisionChoice.FLOAT32, GpuProducts.TF32, ExchangeChoice.SPARK)))
                .isEqualTo(new Device.Gpu(1, 3, ProductPrecision.TF32, 1));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "0.5, 2", "0.4, 2", "0.3, 3", "0.25, 4", "0, 1"})
    void asManyTasksShareAGpuAsSparkGivesItTo(String amount, int tasks) {
        SparkConf conf = new SparkConf(false).set("spark.task.resource.gpu.amount", amount);
        assertThat(TaskDevice.sharers(conf)).isEqualTo(tasks);
        assertThat(TaskDevice.sharers(new SparkConf(false))).isEqualTo(1);
    }

    @Test
    void anEngineOfGpusWithoutOneIsRefused() {
        assertThatThrownBy(() -> of(Map.of(), 3, EngineChoice.CUDA))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.engine is cuda, but Spark gave this task no GPU: set"
                        + " spark.task.resource.gpu.amount=1 as conf/spark-defaults-gpu-cluster.conf does, or leave"
                        + " compute.engine at auto");
    }

    @Test
    void inTheDriversProcessAnEngineOfGpusTakesTheFirstOne() {
        assertThat(TaskDevice.of(Map.of(), new Task(3, 1, Place.DRIVER), settings(EngineChoice.CUDA)))
                .isEqualTo(new Device.Gpu(0, 3, ProductPrecision.FLOAT32, 1));
    }

    @Test
    void theLogSaysWhatComputesAndWhy() {
        assertThat(TaskDevice.reason(new Device.Cpu(2), EngineChoice.AUTO))
                .isEqualTo("compute.engine=auto: this task computes on 2 cores, as Spark gave it no resource gpu");
        assertThat(TaskDevice.reason(new Device.Gpu(1, 2, ProductPrecision.FLOAT32, 1), EngineChoice.AUTO))
                .isEqualTo("compute.engine=auto: this task computes on GPU 1, with products in float32");
        assertThat(TaskDevice.reason(new Device.Reference(2), EngineChoice.REFERENCE))
                .isEqualTo("compute.engine=reference: this task computes on 2 cores");
    }

    @Test
    void coresComputeWithBfloat16IfTheyAreAsked() {
        assertThat(TaskDevice.of(Map.of(), new Task(2, 1, Place.EXECUTOR), bfloat16(EngineChoice.AUTO)))
                .isEqualTo(new Device.Cpu(2, Device.Factors.BFLOAT16));
    }

    @Test
    void otherDevicesRefuseBfloat16() {
        assertThatThrownBy(() -> TaskDevice.of(gpus("0"), new Task(2, 1, Place.EXECUTOR), bfloat16(EngineChoice.AUTO)))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.precision is bfloat16, but this task computes on a GPU, which knows float32 alone:"
                        + " set compute.engine=cpu, or leave compute.precision at float32");
        assertThatThrownBy(
                        () -> TaskDevice.of(Map.of(), new Task(2, 1, Place.EXECUTOR), bfloat16(EngineChoice.REFERENCE)))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.precision is bfloat16, but this task computes with the reference engine, which"
                        + " knows float32 alone: set compute.engine=cpu, or leave compute.precision at float32");
    }

    private static Device of(Map<String, ResourceInformation> resources, int cpus, EngineChoice choice) {
        return TaskDevice.of(resources, new Task(cpus, 1, Place.EXECUTOR), settings(choice));
    }

    private static ComputeSettings bfloat16(EngineChoice choice) {
        return new ComputeSettings(choice, PrecisionChoice.BFLOAT16, GpuProducts.FLOAT32, ExchangeChoice.SPARK);
    }

    private static ComputeSettings settings(EngineChoice choice) {
        return new ComputeSettings(choice, PrecisionChoice.FLOAT32, GpuProducts.FLOAT32, ExchangeChoice.SPARK);
    }
}
