package org.purespark.model;

import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.purespark.InputException;

/**
 * The build of the tensor library that this JVM loaded: it computes on CPUs alone, or on GPUs alone.
 *
 * @param name class of the backend, for messages
 * @param devices that it sees
 */
public record TensorBackend(Kind kind, String name, int devices) {
    private static final String CPU_JAR = "jobs/target/pure.jar, of `mvn package -DskipTests`";
    private static final String CUDA_JAR = "jobs/target/pure-cuda.jar, of `mvn -P cuda package -DskipTests`";

    /** What it computes on. */
    public enum Kind {
        CPU,
        CUDA
    }

    /** Loads the tensor library where that is not done yet. */
    public static TensorBackend loaded() {
        boolean cuda = Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.CUDA;
        return new TensorBackend(
                cuda ? Kind.CUDA : Kind.CPU,
                Nd4j.getBackend().getClass().getSimpleName(),
                Nd4j.getAffinityManager().getNumberOfDevices());
    }

    /**
     * Whether it can compute on {@code device}.
     *
     * @throws InputException where it cannot: nothing else is computed on instead
     */
    public void require(Device device) {
        if (device instanceof Device.Gpu gpu && kind == Kind.CPU) {
            throw new InputException("Spark gave this task GPU " + gpu.index() + ", but the tensor library here is "
                    + name + ", which computes on CPUs alone: submit " + CUDA_JAR
                    + ", or leave out spark.task.resource.gpu.amount");
        }
        if (device instanceof Device.Cpu && kind == Kind.CUDA) {
            throw new InputException("Spark gave this task no GPU, but the tensor library here is " + name
                    + ", which computes on GPUs alone: set spark.task.resource.gpu.amount=1 as"
                    + " conf/spark-defaults-gpu-cluster.conf does, or submit " + CPU_JAR);
        }
        if (device instanceof Device.Gpu gpu && gpu.index() >= devices) {
            throw new InputException("Spark gave this task GPU " + gpu.index() + ", but " + name + " sees " + devices
                    + " of them, counted from 0: let the discovery script print the indexes that this process sees"
                    + " (deploy/gpu/discover)");
        }
    }

    /**
     * Makes the calling thread compute on {@code device}, until it is told otherwise.
     *
     * @throws InputException where this backend cannot
     */
    public void select(Device device) {
        require(device);
        if (device instanceof Device.Gpu gpu) {
            Nd4j.getAffinityManager().unsafeSetDevice(gpu.index());
        }
    }
}
