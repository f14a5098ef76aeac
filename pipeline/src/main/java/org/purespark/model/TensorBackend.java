package org.purespark.model;

import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The build of the tensor library that this JVM loaded: it computes on CPUs alone, or on GPUs alone.
 *
 * @param name class of the backend, for messages
 * @param devices that it sees
 */
public record TensorBackend(Kind kind, String name, int devices) {
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

    /** Makes the calling thread compute on {@code gpu}, until it is told otherwise. */
    void select(Device.Gpu gpu) {
        Nd4j.getAffinityManager().unsafeSetDevice(gpu.index());
    }
}
