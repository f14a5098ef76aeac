package org.purespark.model.reference;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.UpdateKernels;

/** Placeholder while it is written. */
public final class ReferenceEngine implements Engine {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public DeviceArray allocate(long... shape) {
        throw new IllegalStateException();
    }

    @Override
    public DeviceArray allocateState(long length) {
        throw new IllegalStateException();
    }

    @Override
    public DeviceArray transposed(DeviceArray matrix) {
        throw new IllegalStateException();
    }

    @Override
    public void requireHeadSize(int headSize) {}

    @Override
    public Kernels kernels(TextBatch batch) {
        throw new IllegalStateException();
    }

    @Override
    public UpdateKernels updates() {
        throw new IllegalStateException();
    }

    @Override
    public void close() {}
}
