// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.model.engine.Draw.Scale;
import org.purespark.model.engine.Operation.InPlace;
import org.purespark.model.engine.OperationRun.Asked;
import org.purespark.model.engine.OperationRun.Places;
import org.purespark.model.reference.ReferenceEngine;

/**
 * The contract of all engines: each operation, forward and backward, gives the results of the reference engine. The
 * reference engine's gradients are finite differences of its own forward calls. {@link Draw} defines the trials.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelContractTest {
    /** Without a common divisor with the number of combinations: each choice of {@link Draw} comes up. */
    private static final int APART_FOR_SLOW_ENGINES = 9;

    /** The number of a trial of {@link Draw} with pruned heads and dropout. */
    private static final int SOME_HEADS_AND_DROPOUT = 17;

    private final long seed = Draw.seed();

    Stream<Arguments> enginesBesideTheReference() {
        return Stream.of(EngineUnderTest.values())
                .filter(engine -> engine != EngineUnderTest.REFERENCE)
                .flatMap(engine -> operations(operation -> true).map(of -> Arguments.of(engine, of, seed)));
    }

    Stream<Arguments> enginesAndOperationsOfSeveralOutputs() {
        return Stream.of(EngineUnderTest.values())
                .flatMap(engine -> operations(operation -> operation.outputs().size() > 1)
                        .map(of -> Arguments.of(engine, of, seed)));
    }

    Stream<Arguments> enginesAndOperationsInPlace() {
        return Stream.of(EngineUnderTest.values())
                .flatMap(engine -> operations(operation -> !operation.inPlace().isEmpty())
                        .map(of -> Arguments.of(engine, of, seed)));
    }

    Stream<Arguments> operationsWithGradients() {
        return operations(operation -> operation.backward() != null).map(of -> Arguments.of(of, seed));
    }

    private Stream<Operations> operations(Predicate<Operation> which) {
        return Stream.of(Operations.values()).filter(of -> which.test(of.of(new Draw(seed, 0, Scale.SMALL))));
    }

    @ParameterizedTest(name = "{0}, {1}, contract.seed {2}")
    @MethodSource("enginesBesideTheReference")
    void resultsAndGradientsAreThoseOfTheReference(EngineUnderTest under, Operations operations, long ofSeed) {
        under.withEachVariant(engines -> trials(
                of(under, operations),
                ofSeed,
                Scale.FULL,
                draw -> assertAsTheReference(engines, operations.of(draw), draw)));
    }

    Stream<Arguments> enginesAndAttentions() {
        return Stream.of(EngineUnderTest.values())
                .filter(engine -> engine != EngineUnderTest.REFERENCE)
                .flatMap(engine -> Stream.of(
                                Operations.SELF_ATTENTION,
                                Operations.BUCKET_ATTENTION,
                                Operations.ROTARY_ATTENTION,
                                Operations.ROTARY_ATTENTION_TO_NEAR_TOKENS,
                                Operations.DISENTANGLED_ATTENTION)
                        .map(of -> Arguments.of(engine, of, seed)));
    }

    @ParameterizedTest(name = "{0}, {1}, contract.seed {2}")
    @MethodSource("enginesAndAttentions")
    void attentionOfLongTextsIsThatOfTheReference(EngineUnderTest under, Operations operations, long ofSeed) {
        IntStream which =
                under.takesAll() ? IntStream.of(0, SOME_HEADS_AND_DROPOUT) : IntStream.of(SOME_HEADS_AND_DROPOUT);
        under.withEachVariant(engines ->
                trials(which, ofSeed, Scale.LONG, draw -> assertAsTheReference(engines, operations.of(draw), draw)));
    }

    private static void assertAsTheReference(List<Engine> engines, Operation operation, Draw draw) {
        Map<String, float[]> outGradients = operation.outGradients(draw);
        Map<String, float[]> expected = all(new ReferenceEngine(), operation, outGradients);
        Map<String, float[]> actual = all(engines.get(0), operation, outGradients);
        expected.forEach((name, values) -> {
            if (!operation.outputs().containsKey(name) || operation.isShared(name)) {
                Closeness.assertClose(name, actual.get(name), values);
            }
        });
        for (Engine variant : engines) {
            Closeness.assertSame("of another variant", all(variant, operation, outGradients), actual);
        }
    }

    @ParameterizedTest(name = "{0}, {1}, contract.seed {2}")
    @MethodSource("enginesAndOperationsOfSeveralOutputs")
    void outputsThatNothingReadsMayBeMissing(EngineUnderTest under, Operations operations, long ofSeed) {
        under.withEachVariant(engines -> trials(of(under, operations), ofSeed, Scale.FULL, draw -> {
            Operation operation = operations.of(draw);
            for (Engine engine : engines) {
                try (OperationRun run = new OperationRun(engine, operation)) {
                    Map<String, float[]> all = run.forward(Asked.ALL);
                    for (Asked asked : new Asked[] {Asked.RESULTS, Asked.FIRST_RESULT}) {
                        Map<String, float[]> asWanted = new LinkedHashMap<>(all);
                        Map<String, float[]> some = run.forward(asked);
                        asWanted.keySet().retainAll(some.keySet());
                        Closeness.assertSame("of a call for " + asked, some, asWanted);
                    }
                }
            }
        }));
    }

    @ParameterizedTest(name = "{0}, {1}, contract.seed {2}")
    @MethodSource("enginesAndOperationsInPlace")
    void theFirstOutputMayTakeTheMemoryOfTheFirstInput(EngineUnderTest under, Operations operations, long ofSeed) {
        under.withEachVariant(engines -> trials(of(under, operations), ofSeed, Scale.FULL, draw -> {
            Operation operation = operations.of(draw);
            for (Engine engine : engines) {
                try (OperationRun run = new OperationRun(engine, operation)) {
                    float[] result = run.forward(Asked.ALL).get(operation.firstResult());
                    Map<String, float[]> outGradients = operation.outGradients(draw);
                    if (operation.inPlace().contains(InPlace.BACKWARD)) {
                        Closeness.assertSame(
                                "in place",
                                run.gradients(outGradients, Places.FIRST_IN_PLACE),
                                run.gradients(outGradients, Places.OF_THEIR_OWN));
                    }
                    assertThat(run.forwardInPlace()).as("result in place").isEqualTo(result);
                }
            }
        }));
    }

    @ParameterizedTest(name = "{0}, contract.seed {1}")
    @MethodSource("operationsWithGradients")
    void gradientsOfTheReferenceAreFiniteDifferences(Operations operations, long ofSeed) {
        trials(IntStream.range(0, Draw.TRIALS), ofSeed, Scale.SMALL, draw -> {
            Operation operation = operations.of(draw);
            Engine engine = new ReferenceEngine();
            Map<String, float[]> outGradients = operation.outGradients(draw);
            FiniteDifferences differences = new FiniteDifferences(engine, operation, draw, outGradients);
            try (OperationRun run = new OperationRun(engine, operation)) {
                run.forward(Asked.ALL);
                run.gradients(outGradients, Places.OF_THEIR_OWN).forEach(differences::check);
            }
        });
    }

    /** Outputs of the forward call and, where there is one, of the backward call. */
    private static Map<String, float[]> all(Engine engine, Operation operation, Map<String, float[]> outGradients) {
        Map<String, float[]> all = new LinkedHashMap<>();
        try (OperationRun run = new OperationRun(engine, operation)) {
            all.putAll(run.forward(Asked.ALL));
            if (operation.backward() != null) {
                run.gradients(outGradients, Places.OF_THEIR_OWN)
                        .forEach((name, values) -> all.put("gradient of " + name, values));
            }
        }
        return all;
    }

    /** All trials; for slow engines each ninth one, another first one for each operation. */
    private static IntStream of(EngineUnderTest under, Operations operations) {
        int apart = under.takesAll() ? 1 : APART_FOR_SLOW_ENGINES;
        return IntStream.range(0, Draw.TRIALS).filter(trial -> (trial + operations.ordinal()) % apart == 0);
    }

    /** Runs trials; a failure names the trial and how to repeat it. */
    private static void trials(IntStream which, long seed, Scale scale, Consumer<Draw> test) {
        which.forEach(trial -> {
            Draw draw = new Draw(seed, trial, scale);
            try {
                test.accept(draw);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "trial " + trial + " of -D" + Draw.SEED + "=" + seed + " (" + draw + "): " + e.getMessage(), e);
            }
        });
    }
}
