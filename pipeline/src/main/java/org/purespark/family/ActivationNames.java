// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.purespark.encoder.Activation;

/** transformers' names of activations. */
final class ActivationNames {
    /** The first name of each activation is the one that is written. */
    private static final Map<String, Activation> NAMES = names();

    private ActivationNames() {}

    private static Map<String, Activation> names() {
        Map<String, Activation> names = new LinkedHashMap<>();
        names.put("gelu", Activation.GELU);
        names.put("gelu_python", Activation.GELU);
        names.put("gelu_new", Activation.GELU_BY_TANH);
        names.put("gelu_pytorch_tanh", Activation.GELU_BY_TANH);
        names.put("silu", Activation.SILU);
        names.put("swish", Activation.SILU);
        names.put("tanh", Activation.TANH);
        names.put("relu", Activation.RELU);
        return names;
    }

    static Optional<Activation> activation(String name) {
        return Optional.ofNullable(NAMES.get(name));
    }

    static String of(Activation activation) {
        return NAMES.entrySet().stream()
                .filter(name -> name.getValue() == activation)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** For messages. */
    static String all() {
        return String.join(", ", NAMES.keySet());
    }
}
