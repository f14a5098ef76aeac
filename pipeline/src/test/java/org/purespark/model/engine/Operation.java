// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One operation of {@link Kernels} on inputs that are drawn: what it reads and gives, by name, and how it is called.
 *
 * @param forward calls the operation
 * @param backward calls its gradient; null where there is none
 */
record Operation(
        TextBatch batch,
        Map<String, Input> inputs,
        Map<String, Output> outputs,
        Forward forward,
        Backward backward,
        Set<InPlace> inPlace) {
    /** Entries [shape], row after row. */
    record Input(long[] shape, float[] entries) {}

    record Output(long[] shape, Role role) {}

    /** What an output is for. */
    enum Role {
        /** The operation's result, which has a gradient. */
        RESULT,
        /** For the backward pass, by a formula that all engines share. */
        FOR_BACKWARD,
        /** For the backward pass of the same engine, which alone knows its order. */
        FOR_THE_SAME_ENGINE
    }

    /** Where memory of an input may take an output. */
    enum InPlace {
        /** The first result in that of the first input. */
        FORWARD,
        /** The gradient of the first input in that of the gradient of the first result. */
        BACKWARD
    }

    /** Arrays by name. */
    interface Named {
        /** Null for an output that is not asked for. */
        DeviceArray get(String name);
    }

    interface Forward {
        void run(Kernels kernels, Named in, Named out);
    }

    interface Backward {
        /**
         * @param saved what the forward call gave
         * @param outGradients of the results
         * @param gradients take those of the inputs
         */
        void run(Kernels kernels, Named in, Named saved, Named outGradients, Named gradients);
    }

    static Builder on(Draw draw) {
        return new Builder(draw);
    }

    /** The same operation on other entries of one input. */
    Operation with(String input, float[] entries) {
        Map<String, Input> others = new LinkedHashMap<>(inputs);
        others.put(input, new Input(inputs.get(input).shape(), entries));
        return new Operation(batch, others, outputs, forward, backward, inPlace);
    }

    /** Gradients of the results that could come in. */
    Map<String, float[]> outGradients(Draw draw) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        outputs.forEach((name, output) -> {
            if (output.role() == Role.RESULT) {
                gradients.put(name, draw.entries(output.shape()));
            }
        });
        return gradients;
    }

    /** Whether all engines give the same for an output. */
    boolean isShared(String output) {
        return outputs.get(output).role() != Role.FOR_THE_SAME_ENGINE;
    }

    String firstInput() {
        return inputs.keySet().iterator().next();
    }

    String firstResult() {
        return outputs.keySet().iterator().next();
    }

    static final class Builder {
        private final Draw draw;
        private final Map<String, Input> inputs = new LinkedHashMap<>();
        private final Map<String, Output> outputs = new LinkedHashMap<>();
        private final Set<InPlace> inPlace = EnumSet.noneOf(InPlace.class);
        private Forward forward;
        private Backward backward;

        private Builder(Draw draw) {
            this.draw = draw;
        }

        Builder input(String name, long... shape) {
            return input(name, draw.entries(shape), shape);
        }

        Builder input(String name, float[] entries, long... shape) {
            inputs.put(name, new Input(shape, entries));
            return this;
        }

        Builder result(String name, long... shape) {
            return output(name, Role.RESULT, shape);
        }

        Builder output(String name, Role role, long... shape) {
            outputs.put(name, new Output(shape, role));
            return this;
        }

        Builder mayBe(InPlace place) {
            inPlace.add(place);
            return this;
        }

        Builder forward(Forward call) {
            this.forward = call;
            return this;
        }

        Builder backward(Backward call) {
            this.backward = call;
            return this;
        }

        Operation build() {
            return new Operation(draw.batch(), inputs, outputs, forward, backward, inPlace);
        }
    }
}
