// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.purespark.model.engine.Operation.InPlace;
import org.purespark.model.engine.Operation.Role;

/**
 * Runs one operation on one engine. Each array is a view of the middle of a larger one: entries outside the view must
 * not change. Outputs are NaN at first; inputs must not change.
 */
final class OperationRun implements AutoCloseable {
    /** An odd number of entries before and behind each array. */
    private static final int GUARD = 3;

    private static final float GUARDED = 1234.5f;

    private final Engine engine;
    private final Operation operation;
    private final List<DeviceArray> memory = new ArrayList<>();
    private final Map<String, DeviceArray> inputs;
    private Map<String, DeviceArray> outputs = new LinkedHashMap<>();

    /** Which outputs a forward call is asked for. */
    enum Asked {
        ALL,
        /** As in a run without a backward pass. */
        RESULTS,
        /** As in a run that reads nothing else. */
        FIRST_RESULT
    }

    OperationRun(Engine engine, Operation operation) {
        this.engine = engine;
        this.operation = operation;
        this.inputs = new LinkedHashMap<>();
        operation.inputs().forEach((name, input) -> inputs.put(name, array(input.entries(), input.shape())));
    }

    /** Outputs of the forward call, by name; those that are not asked for are missing. */
    Map<String, float[]> forward(Asked asked) {
        outputs = new LinkedHashMap<>();
        operation.outputs().forEach((name, output) -> {
            boolean wanted =
                    switch (asked) {
                        case ALL -> true;
                        case RESULTS -> output.role() == Role.RESULT;
                        case FIRST_RESULT -> name.equals(operation.firstResult());
                    };
            outputs.put(name, wanted ? unwritten(output.shape()) : null);
        });
        operation.forward().run(engine.kernels(operation.batch()), inputs::get, outputs::get);
        checkMemory();
        checkInputs(null);
        return values(outputs);
    }

    /** The first result of a forward call, in the memory of the first input. */
    float[] forwardInPlace() {
        outputs = new LinkedHashMap<>();
        operation.outputs().forEach((name, output) -> outputs.put(name, unwritten(output.shape())));
        outputs.put(operation.firstResult(), inputs.get(operation.firstInput()));
        operation.forward().run(engine.kernels(operation.batch()), inputs::get, outputs::get);
        checkMemory();
        checkInputs(operation.firstInput());
        return outputs.get(operation.firstResult()).toArray();
    }

    /**
     * Gradients of the inputs, by name, after a forward call.
     *
     * @param outGradients of the results
     * @param places whether the first gradient is in the memory of the first result's gradient
     */
    Map<String, float[]> gradients(Map<String, float[]> outGradients, Places places) {
        Map<String, DeviceArray> given = new HashMap<>();
        outGradients.forEach((name, entries) ->
                given.put(name, array(entries, operation.outputs().get(name).shape())));
        Map<String, DeviceArray> gradients = new LinkedHashMap<>();
        operation.inputs().forEach((name, input) -> gradients.put(name, unwritten(input.shape())));
        if (places == Places.FIRST_IN_PLACE) {
            assertThat(operation.inPlace()).contains(InPlace.BACKWARD);
            gradients.put(operation.firstInput(), given.get(operation.firstResult()));
        }
        operation
                .backward()
                .run(engine.kernels(operation.batch()), inputs::get, outputs::get, given::get, gradients::get);
        checkMemory();
        checkInputs(null);
        return values(gradients);
    }

    /** Where gradients are written. */
    enum Places {
        OF_THEIR_OWN,
        FIRST_IN_PLACE
    }

    private DeviceArray array(float[] entries, long... shape) {
        DeviceArray all = engine.allocate(entries.length + 2 * GUARD);
        memory.add(all);
        float[] guarded = new float[entries.length + 2 * GUARD];
        Arrays.fill(guarded, GUARDED);
        System.arraycopy(entries, 0, guarded, GUARD, entries.length);
        all.put(0, guarded, 0, guarded.length);
        return all.view(GUARD, shape);
    }

    private DeviceArray unwritten(long... shape) {
        float[] entries = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        Arrays.fill(entries, Float.NaN);
        return array(entries, shape);
    }

    private void checkMemory() {
        for (DeviceArray all : memory) {
            float[] before = new float[GUARD];
            float[] behind = new float[GUARD];
            all.get(0, before, 0, GUARD);
            all.get(all.length() - GUARD, behind, 0, GUARD);
            assertThat(before).as("what is before an array").containsOnly(GUARDED);
            assertThat(behind).as("what is behind an array").containsOnly(GUARDED);
        }
    }

    /** @param overwritten name of the input that is not as it was, or null */
    private void checkInputs(String overwritten) {
        operation.inputs().forEach((name, input) -> {
            if (!name.equals(overwritten)) {
                assertThat(Arrays.equals(inputs.get(name).toArray(), input.entries()))
                        .as("input %s is as it was", name)
                        .isTrue();
            }
        });
    }

    private static Map<String, float[]> values(Map<String, DeviceArray> arrays) {
        Map<String, float[]> values = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            if (array != null) {
                values.put(name, array.toArray());
            }
        });
        return values;
    }

    @Override
    public void close() {
        memory.forEach(DeviceArray::close);
    }
}
