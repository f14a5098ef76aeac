package org.purespark.spark;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.purespark.InputException;
import org.purespark.model.Device;
import org.purespark.model.TensorBackend;

/**
 * What a task may compute with: the GPU that Spark assigned to it, where it has a resource of the name {@value #GPU};
 * else the cores that it has ({@code spark.task.cpus}).
 */
public final class TaskDevice {
    /** Spark's own name for it, as in {@code spark.task.resource.gpu.amount}. */
    static final String GPU = "gpu";

    private TaskDevice() {}

    /**
     * Of the running task.
     *
     * @throws InputException where its GPU is not one, or has no index
     */
    public static Device device() {
        TaskContext task = TaskContext.get();
        return of(task.resourcesJMap(), task.cpus());
    }

    /**
     * Takes the running task's device for the calling thread; to be called before anything is computed.
     *
     * @return it
     * @throws InputException where the device is not to be had: another is never taken in its place
     */
    public static Device claim() {
        Device device = device();
        TensorBackend.loaded().select(device);
        return device;
    }

    /** What {@link Device#lanes} of a task's device will be, as far as the driver can tell. */
    static int lanes(SparkConf conf) {
        int threads = conf.getInt("spark.task.cpus", 1);
        boolean gpu = conf.getDouble("spark.task.resource." + GPU + ".amount", 0) > 0;
        return (gpu ? new Device.Gpu(0, threads) : new Device.Cpu(threads)).lanes();
    }

    /** The decision alone. */
    static Device of(Map<String, ResourceInformation> resources, int cpus) {
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
