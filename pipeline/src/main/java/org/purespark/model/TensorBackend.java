// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The build of the tensor library in this JVM: it computes on CPUs only, or on GPUs only.
 *
 * @param name class of the backend, for messages
 * @param devices that it sees
 */
public record TensorBackend(Kind kind, String name, int devices) {
    /** The kind of device. */
    public enum Kind {
        CPU,
        CUDA
    }

    /** Loads the tensor library if it is not loaded yet. */
    public static TensorBackend loaded() {
        boolean cuda = Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.CUDA;
        return new TensorBackend(
                cuda ? Kind.CUDA : Kind.CPU,
                Nd4j.getBackend().getClass().getSimpleName(),
                Nd4j.getAffinityManager().getNumberOfDevices());
    }

    /** Makes the calling thread compute on {@code gpu}, until another call. */
    void select(Device.Gpu gpu) {
        Nd4j.getAffinityManager().unsafeSetDevice(gpu.index());
    }
}
