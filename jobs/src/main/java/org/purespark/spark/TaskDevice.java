// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.config.EngineChoice;
import org.purespark.config.GpuProducts;
import org.purespark.config.PrecisionChoice;
import org.purespark.model.Device;
import org.purespark.model.engine.ProductPrecision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device of a task: the GPU that Spark assigns to it, if it has a resource of the name {@value #GPU}; else its
 * cores ({@code spark.task.cpus}). A task in the driver's process that is to compute on a GPU takes the first one.
 */
public final class TaskDevice {
    /** Spark's own name for it, as in {@code spark.task.resource.gpu.amount}. */
    static final String GPU = "gpu";

    private static final String AMOUNT = "spark.task.resource." + GPU + ".amount";

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
     * @param compute an engine for cores uses the task's cores, even if the task has a GPU
     * @throws InputException if it has more than one GPU, or its GPU has no index, or it has none and needs one, or it
     *     does not compute with the precision
     */
    public static Device device(ComputeSettings compute) {
        TaskContext task = TaskContext.get();
        int sharers = sharers(SparkEnv.get().conf());
        return of(task.resourcesJMap(), new Task(task.cpus(), sharers, Place.ofThisTask()), compute);
    }

    /**
     * The device of the running task, which has its place on it until it ends. The log says which it is, and why.
     *
     * @throws InputException if the device cannot be used, or other tasks have it: another one is never used instead
     */
    public static Device claim(ComputeSettings compute) {
        Device device = device(compute);
        Device.Seat seat = device.seat();
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> seat.close());
        LOG.info("{}", reason(device, compute.engine()));
        return device;
    }

    /**
     * Refuses NCCL, which takes a GPU once, where tasks share one.
     *
     * @param sharers number of tasks that may share a GPU
     */
    static void requireNoSharers(int sharers) {
        if (sharers > 1) {
            throw new InputException("compute.gradient-exchange is nccl, but " + AMOUNT + " lets " + sharers
                    + " tasks share a GPU: set it to 1, or compute.gradient-exchange=spark");
        }
    }

    /** What computes, and why. */
    static String reason(Device device, EngineChoice choice) {
        String setting = "compute.engine=" + choice.name().toLowerCase(Locale.ROOT) + ": ";
        if (device instanceof Device.Gpu gpu) {
            return setting + "this task computes on GPU " + gpu.index() + ", with products in "
                    + gpu.products().name().toLowerCase(Locale.ROOT);
        }
        String cores = setting + "this task computes on " + device.threads() + " cores";
        if (device instanceof Device.Cpu cpu && cpu.factors() == Device.Factors.BFLOAT16) {
            cores += ", with products in bfloat16";
        }
        return choice == EngineChoice.AUTO ? cores + ", as Spark gave it no resource " + GPU : cores;
    }

    /** The driver's estimate of {@link Device#lanes} of a task's device. */
    static int lanes(SparkConf conf) {
        int threads = conf.getInt("spark.task.cpus", 1);
        boolean gpu = conf.getDouble(AMOUNT, 0) > 0;
        return (gpu ? new Device.Gpu(0, threads, ProductPrecision.FLOAT32, 1) : new Device.Cpu(threads)).lanes();
    }

    /** The number of tasks to which Spark gives the same GPU: as Spark counts, a part of a GPU rounded down. */
    static int sharers(SparkConf conf) {
        double amount = conf.getDouble(AMOUNT, 1);
        return amount > 0 && amount < 1 ? (int) (1 / amount) : 1;
    }

    /**
     * What a task has beside resources.
     *
     * @param sharers number of tasks that may share a GPU
     */
    record Task(int cpus, int sharers, Place place) {}

    /** Only the decision. */
    static Device of(Map<String, ResourceInformation> resources, Task task, ComputeSettings compute) {
        Device device = inFloat32(resources, task, compute);
        if (compute.precision() == PrecisionChoice.FLOAT32) {
            return device;
        }
        if (device instanceof Device.Cpu cpu) {
            return new Device.Cpu(cpu.threads(), Device.Factors.BFLOAT16);
        }
        String what = device instanceof Device.Gpu ? "on a GPU" : "with the reference engine";
        throw new InputException("compute.precision is bfloat16, but this task computes " + what
                + ", which knows float32 alone: set compute.engine=cpu, or leave compute.precision at float32");
    }

    private static Device inFloat32(Map<String, ResourceInformation> resources, Task task, ComputeSettings compute) {
        ProductPrecision products = products(compute.cudaProducts());
        return switch (compute.engine()) {
            case AUTO -> resources.containsKey(GPU)
                    ? ofGpu(resources.get(GPU), task, products)
                    : new Device.Cpu(task.cpus());
            case CUDA -> gpu(resources, task, products);
            case CPU -> new Device.Cpu(task.cpus());
            case REFERENCE -> new Device.Reference(task.cpus());
        };
    }

    private static ProductPrecision products(GpuProducts choice) {
        return switch (choice) {
            case FLOAT32 -> ProductPrecision.FLOAT32;
            case TF32 -> ProductPrecision.TF32;
        };
    }

    private static Device gpu(Map<String, ResourceInformation> resources, Task task, ProductPrecision products) {
        if (resources.containsKey(GPU)) {
            return ofGpu(resources.get(GPU), task, products);
        }
        if (task.place() == Place.DRIVER) {
            return new Device.Gpu(0, task.cpus(), products, task.sharers());
        }
        throw new InputException("compute.engine is cuda, but Spark gave this task no GPU: set"
                + " spark.task.resource.gpu.amount=1 as conf/spark-defaults-gpu-cluster.conf does, or leave"
                + " compute.engine at auto");
    }

    private static Device ofGpu(ResourceInformation gpu, Task task, ProductPrecision products) {
        String[] addresses = gpu.addresses();
        if (addresses.length != 1) {
            throw new InputException("Spark gave this task " + addresses.length + " GPUs ["
                    + String.join(", ", addresses)
                    + "]; a task computes on one: set spark.task.resource.gpu.amount=1");
        }
        try {
            int index = Integer.parseUnsignedInt(addresses[0].strip());
            return new Device.Gpu(index, task.cpus(), products, task.sharers());
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "Spark gave this task the GPU '" + addresses[0] + "', which is no index (0, 1, ...): let the script"
                            + " of spark.worker.resource.gpu.discoveryScript or"
                            + " spark.executor.resource.gpu.discoveryScript print indexes, as deploy/gpu/discover does",
                    e);
        }
    }
}
