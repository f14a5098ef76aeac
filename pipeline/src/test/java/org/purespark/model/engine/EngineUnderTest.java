// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cuda.HostBoard;
import org.purespark.model.reference.ReferenceEngine;

/** All engines, for the tests of the seam: an engine that is added here is tested. */
public enum EngineUnderTest {
    CPU(() -> new CpuEngine(3), () -> new CpuEngine(1)),
    /** The engine for GPUs, with its kernels built for the host: what it computes, without a GPU. */
    CUDA_ON_HOST(
            () -> HostBoard.engineOrSkip(HostBoard.Order.FORWARD),
            () -> HostBoard.engineOrSkip(HostBoard.Order.BACKWARD)),
    REFERENCE(ReferenceEngine::new);

    private final List<Supplier<Engine>> variants;

    /** @param variants of the engine; their results must be the same to the last bit */
    @SafeVarargs
    EngineUnderTest(Supplier<Engine>... variants) {
        this.variants = List.of(variants);
    }

    /** A new engine, of the first variant. */
    public Engine open() {
        return variants.get(0).get();
    }

    /** One engine of each variant is open while {@code work} is done. */
    void withEachVariant(Consumer<List<Engine>> work) {
        List<Engine> engines = new ArrayList<>();
        try {
            variants.forEach(variant -> engines.add(variant.get()));
            work.accept(engines);
        } finally {
            engines.forEach(Engine::close);
        }
    }
}
