// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.purespark.InputException;
import org.purespark.config.EngineChoice;
import org.purespark.model.Device;
import org.purespark.model.TensorBackend;

/**
 * The device of a task: the GPU that Spark assigns to it, if it has a resource of the name {@value #GPU}; else its
 * cores ({@code spark.task.cpus}).
 */
public final class TaskDevice {
    /** Spark's own name for it, as in {@code spark.task.resource.gpu.amount}. */
    static final String GPU = "gpu";

    private static final String CPU_JAR = "jobs/target/pure.jar, of `mvn package -DskipTests`";
    private static final String CUDA_JAR = "jobs/target/pure-cuda.jar, of `mvn -P cuda package -DskipTests`";

    private TaskDevice() {}

    /**
     * The device of the running task.
     *
     * @param choice an engine for cores uses the task's cores, even if the task has a GPU
     * @throws InputException if it has more than one GPU, or its GPU has no index
     */
    public static Device device(EngineChoice choice) {
        TaskContext task = TaskContext.get();
        return of(task.resourcesJMap(), task.cpus(), choice);
    }

    /**
     * The device of the running task, after a check that it can be used.
     *
     * @throws InputException if the device cannot be used: another one is never used instead
     */
    public static Device claim(EngineChoice choice) {
        Device device = device(choice);
        require(TensorBackend.loaded(), device);
        return device;
    }

    /** Whether a build of the tensor library can compute on {@code device}. */
    static void require(TensorBackend backend, Device device) {
        if (device instanceof Device.Gpu gpu && backend.kind() == TensorBackend.Kind.CPU) {
            throw new InputException("Spark gave this task GPU " + gpu.index() + ", but the tensor library here is "
                    + backend.name() + ", which computes on CPUs alone: submit " + CUDA_JAR
                    + ", or leave out spark.task.resource.gpu.amount");
        }
        if (device instanceof Device.Cpu && backend.kind() == TensorBackend.Kind.CUDA) {
            throw new InputException("Spark gave this task no GPU, but the tensor library here is " + backend.name()
                    + ", which computes on GPUs alone: set spark.task.resource.gpu.amount=1 as"
                    + " conf/spark-defaults-gpu-cluster.conf does, or submit " + CPU_JAR);
        }
        if (device instanceof Device.Gpu gpu && gpu.index() >= backend.devices()) {
            throw new InputException("Spark gave this task GPU " + gpu.index() + ", but " + backend.name() + " sees "
                    + backend.devices()
                    + " of them, counted from 0: let the discovery script print the indexes that this process sees"
                    + " (deploy/gpu/discover)");
        }
    }

    /** The driver's estimate of {@link Device#lanes} of a task's device. */
    static int lanes(SparkConf conf) {
        int threads = conf.getInt("spark.task.cpus", 1);
        boolean gpu = conf.getDouble("spark.task.resource." + GPU + ".amount", 0) > 0;
        return (gpu ? new Device.Gpu(0, threads) : new Device.Cpu(threads)).lanes();
    }

    /** Only the decision. */
    static Device of(Map<String, ResourceInformation> resources, int cpus, EngineChoice choice) {
        return switch (choice) {
            case AUTO -> ofResources(resources, cpus);
            case CPU -> new Device.Cpu(cpus);
            case REFERENCE -> new Device.Reference(cpus);
        };
    }

    private static Device ofResources(Map<String, ResourceInformation> resources, int cpus) {
        ResourceInformation gpu = resources.get(GPU);
        if (gpu == null) {
            return new Device.Cpu(cpus);
        }
        String[] addresses = gpu.addresses();
        if (addresses.length != 1) {
            throw new InputException("Spark gave this task " + addresses.length + " GPUs ["
                    + String.join(", ", addresses)
                    + "]; a task computes on one: set spark.task.resource.gpu.amount=1");
        }
        try {
            return new Device.Gpu(Integer.parseUnsignedInt(addresses[0].strip()), cpus);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "Spark gave this task the GPU '" + addresses[0] + "', which is no index (0, 1, ...): let the script"
                            + " of spark.worker.resource.gpu.discoveryScript or"
                            + " spark.executor.resource.gpu.discoveryScript print indexes, as deploy/gpu/discover does",
                    e);
        }
    }
}
