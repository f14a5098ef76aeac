// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.purespark.config.PrecisionChoice;
import org.purespark.model.cpu.Bfloat16Check;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cpu.ProductChoice;
import org.purespark.model.cuda.CudaEngine;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.ProductPrecision;
import org.purespark.model.reference.ReferenceEngine;

/** The device of one task. */
public sealed interface Device {
    /** Number of threads that it may use, at least 1. */
    int threads();

    /**
     * Number of passes without gradients that it computes at the same time, each with {@code threads() / lanes()}
     * threads: one for each thread of a CPU, one for a GPU.
     */
    int lanes();

    /**
     * A new engine that computes on this device.
     *
     * @param threads number of threads that the engine may use, with the calling one
     */
    Engine engine(int threads);

    /** A task's place on a device. */
    interface Seat extends AutoCloseable {
        /** The task has ended. */
        @Override
        void close();
    }

    /**
     * Takes a task's place on the device, after a check that this process can compute on it.
     *
     * @throws org.purespark.InputException if it cannot: what is missing, and how to get it; or if other tasks have the
     *     device
     */
    default Seat seat() {
        return () -> {};
    }

    /** A new engine that uses all of the device. */
    default Engine engine() {
        return engine(threads());
    }

    /** What the factors of products are; everything else is float32. */
    enum Factors {
        FLOAT32,
        /** Rounded; sums and results are float32. */
        BFLOAT16;

        /** As a setting says. */
        public static Factors of(PrecisionChoice choice) {
            return switch (choice) {
                case FLOAT32 -> FLOAT32;
                case BFLOAT16 -> BFLOAT16;
            };
        }

        ProductChoice products() {
            return this == BFLOAT16 ? ProductChoice.BFLOAT16 : ProductChoice.FLOAT32;
        }
    }

    /**
     * Cores of the machine's CPUs.
     *
     * @param factors of products
     */
    record Cpu(int threads, Factors factors) implements Device {
        public Cpu {
            requireThreads(threads);
        }

        /** In float32. */
        public Cpu(int threads) {
            this(threads, Factors.FLOAT32);
        }

        @Override
        public Seat seat() {
            if (factors == Factors.BFLOAT16) {
                Bfloat16Check.require();
            }
            return Device.super.seat();
        }

        @Override
        public int lanes() {
            return threads;
        }

        @Override
        public Engine engine(int ofEngine) {
            return new CpuEngine(ofEngine, factors.products());
        }
    }

    /** Cores too, but with the engine to which others are compared: slow, for tiny models. */
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
     * One GPU of NVIDIA.
     *
     * @param index CUDA's number, from 0, among the devices that this process sees
     * @param threads of the task, for what is done beside the engine
     * @param products how it multiplies matrices
     * @param sharers number of tasks that may compute on it at a time, at least 1
     */
    record Gpu(int index, int threads, ProductPrecision products, int sharers) implements Device {
        public Gpu {
            requireThreads(threads);
            if (sharers < 1) {
                throw new IllegalArgumentException("sharers " + sharers + " must be at least 1");
            }
            if (index < 0) {
                throw new IllegalArgumentException("GPU index " + index + " must be at least 0");
            }
        }

        @Override
        public int lanes() {
            return 1;
        }

        @Override
        public Seat seat() {
            return CudaEngine.seat(index, sharers)::run;
        }

        @Override
        public Engine engine(int ofEngine) {
            return CudaEngine.open(index, products);
        }
    }

    private static void requireThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
    }
}
