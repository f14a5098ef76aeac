package org.purespark.model;

import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.Engine;
import org.purespark.model.reference.ReferenceEngine;

/** What one task computes with. */
public sealed interface Device {
    /** Threads that it may use; at least 1. */
    int threads();

    /**
     * Passes without gradients that it computes side by side, one for each {@code threads() / lanes()} threads: a CPU's
     * threads each their own, a GPU one.
     */
    int lanes();

    /**
     * A new engine that computes on this device.
     *
     * @param threads that the engine may use, the calling one among them
     */
    Engine engine(int threads);

    /** A new engine that uses all of the device. */
    default Engine engine() {
        return engine(threads());
    }

    /** Cores of the machine's CPUs. */
    record Cpu(int threads) implements Device {
        public Cpu {
            requireThreads(threads);
        }

        @Override
        public int lanes() {
            return threads;
        }

        @Override
        public Engine engine(int ofEngine) {
            return new CpuEngine(ofEngine);
        }
    }

    /** Cores again, but with the engine that others are held against: slow, for tiny models. */
    record Reference(int threads) implements Device {
        public Reference {
            requireThreads(threads);
        }

        @Override
        public int lanes() {
            return threads;
        }

        @Override
        public Engine engine(int ofEngine) {
            return new ReferenceEngine();
        }
    }

    /**
     * One GPU, for the matrix products of ND4J's CUDA build; its other kernels take {@code threads} cores.
     *
     * @param index as CUDA counts the devices that this process sees, from 0
     */
    record Gpu(int index, int threads) implements Device {
        public Gpu {
            requireThreads(threads);
            if (index < 0) {
                throw new IllegalArgumentException("GPU index " + index + " must be at least 0");
            }
        }

        @Override
        public int lanes() {
            return 1;
        }

        @Override
        public Engine engine(int ofEngine) {
            TensorBackend.loaded().select(this);
            return new CpuEngine(ofEngine);
        }
    }

    private static void requireThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
    }
}
