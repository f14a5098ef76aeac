package org.purespark.model;

/** What one task computes with. */
public sealed interface Device {
    /** Threads of the row-wise kernels and, on a CPU, of the native library; at least 1. */
    int threads();

    /**
     * Passes without gradients that it computes side by side, one for each {@code threads() / lanes()} threads: a CPU's
     * threads each their own, a GPU one.
     */
    int lanes();

    /** Cores of the machine's CPUs. */
    record Cpu(int threads) implements Device {
        public Cpu {
            requireThreads(threads);
        }

        @Override
        public int lanes() {
            return threads;
        }
    }

    /**
     * One GPU; its host kernels take {@code threads} cores.
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
    }

    private static void requireThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
    }
}
