// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.config.EngineChoice;
import org.purespark.config.PrecisionChoice;
import org.purespark.model.Device;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device of a task: the GPU that Spark assigns to it, if it has a resource of the name {@value #GPU}; else its
 * cores ({@code spark.task.cpus}). A task in the driver's process that is to compute on a GPU takes the first one.
 */
public final class TaskDevice {
    /** Spark's own name for it, as in {@code spark.task.resource.gpu.amount}. */
    static final String GPU = "gpu";

    private static final Logger LOG = LoggerFactory.getLogger(TaskDevice.class);

    /** Spark's name of an executor that is the driver's process. */
    private static final String DRIVER = "driver";

    private TaskDevice() {}

    /** Where a task runs. */
    enum Place {
        /** In the driver's process, where Spark hands no GPUs out. */
        DRIVER,
        EXECUTOR;

        static Place ofThisTask() {
            return SparkEnv.get().executorId().equals(TaskDevice.DRIVER) ? DRIVER : EXECUTOR;
        }
    }

    /**
     * The device of the running task.
     *
     * @param choice an engine for cores uses the task's cores, even if the task has a GPU
     * @throws InputException if it has more than one GPU, or its GPU has no index, or it has none and needs one, or it
     *     does not compute with the precision
     */
    public static Device device(ComputeSettings choice) {
        TaskContext task = TaskContext.get();
        return of(task.resourcesJMap(), task.cpus(), choice, Place.ofThisTask());
    }

    /**
     * The device of the running task, after a check that it can be used. The log says which it is, and why.
     *
     * @throws InputException if the device cannot be used: another one is never used instead
     */
    public static Device claim(ComputeSettings choice) {
        Device device = device(choice);
        device.requireUsable();
        LOG.info("{}", reason(device, choice.engine()));
        return device;
    }

    /** What computes, and why. */
    static String reason(Device device, EngineChoice choice) {
        String setting = "compute.engine=" + choice.name().toLowerCase(Locale.ROOT) + ": ";
        if (device instanceof Device.Gpu gpu) {
            return setting + "this task computes on GPU " + gpu.index();
        }
        String cores = setting + "this task computes on " + device.threads() + " cores";
        return choice == EngineChoice.AUTO ? cores + ", as Spark gave it no resource " + GPU : cores;
    }

    /** The driver's estimate of {@link Device#lanes} of a task's device. */
    static int lanes(SparkConf conf) {
        int threads = conf.getInt("spark.task.cpus", 1);
        boolean gpu = conf.getDouble("spark.task.resource." + GPU + ".amount", 0) > 0;
        return (gpu ? new Device.Gpu(0, threads) : new Device.Cpu(threads)).lanes();
    }

    /** Only the decision. */
    static Device of(Map<String, ResourceInformation> resources, int cpus, ComputeSettings choice, Place place) {
        Device device = inFloat32(resources, cpus, choice.engine(), place);
        if (choice.precision() == PrecisionChoice.FLOAT32) {
            return device;
        }
        if (device instanceof Device.Cpu cpu) {
            return new Device.Cpu(cpu.threads(), Device.Factors.BFLOAT16);
        }
        String what = device instanceof Device.Gpu ? "on a GPU" : "with the reference engine";
        throw new InputException("compute.precision is bfloat16, but this task computes " + what
                + ", which knows float32 alone: set compute.engine=cpu, or leave compute.precision at float32");
    }

    private static Device inFloat32(
            Map<String, ResourceInformation> resources, int cpus, EngineChoice choice, Place place) {
        return switch (choice) {
            case AUTO -> resources.containsKey(GPU) ? ofGpu(resources.get(GPU), cpus) : new Device.Cpu(cpus);
            case CUDA -> gpu(resources, cpus, place);
            case CPU -> new Device.Cpu(cpus);
            case REFERENCE -> new Device.Reference(cpus);
        };
    }

    private static Device gpu(Map<String, ResourceInformation> resources, int cpus, Place place) {
        if (resources.containsKey(GPU)) {
            return ofGpu(resources.get(GPU), cpus);
        }
        if (place == Place.DRIVER) {
            return new Device.Gpu(0, cpus);
        }
        throw new InputException("compute.engine is cuda, but Spark gave this task no GPU: set"
                + " spark.task.resource.gpu.amount=1 as conf/spark-defaults-gpu-cluster.conf does, or leave"
                + " compute.engine at auto");
    }

    private static Device ofGpu(ResourceInformation gpu, int cpus) {
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
