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
    CPU(Pace.FAST, () -> new CpuEngine(3), () -> new CpuEngine(1)),
    /** The engine for GPUs, with its kernels built for the host: what it computes, without a GPU. */
    CUDA_ON_HOST(
            Pace.SLOW,
            () -> HostBoard.engineOrSkip(HostBoard.Order.FORWARD),
            () -> HostBoard.engineOrSkip(HostBoard.Order.BACKWARD)),
    REFERENCE(Pace.FAST, ReferenceEngine::new);

    /** The system property that gives slow engines all trials and models too, if it is {@code all}. */
    public static final String SLOW_ENGINES = "contract.slow-engines";

    private final Pace pace;
    private final List<Supplier<Engine>> variants;

    private enum Pace {
        FAST,
        /** Takes a part of the trials and models. */
        SLOW
    }

    /** @param variants of the engine; their results must be the same to the last bit */
    @SafeVarargs
    EngineUnderTest(Pace pace, Supplier<Engine>... variants) {
        this.pace = pace;
        this.variants = List.of(variants);
    }

    /** A new engine, of the first variant. */
    public Engine open() {
        return variants.get(0).get();
    }

    /** Whether it takes all trials and models that there are. */
    public boolean takesAll() {
        return pace == Pace.FAST || System.getProperty(SLOW_ENGINES, "some").equals("all");
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
