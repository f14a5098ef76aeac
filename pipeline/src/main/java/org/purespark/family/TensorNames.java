// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;

/** The tensors of a model's files with its parameters, and the other tensors that such files often have. */
public final class TensorNames {
    /** Buffers, and heads of other tasks: correct, but not used here. */
    private static final List<String> IGNORED_PREFIXES = List.of(
            "embeddings.position_ids",
            "embeddings.token_type_ids",
            "embeddings.position_embeddings.",
            "head.",
            "decoder.",
            "lm_predictions.",
            "mask_predictions.",
            "pooler.",
            "cls.",
            "lm_head.",
            "predictions.",
            "sop_classifier.",
            "generator_predictions.",
            "generator_lm_head.",
            "discriminator_predictions.",
            "vocab_transform.",
            "vocab_layer_norm.",
            "vocab_projector.");

    private final String prefix;
    private final List<DiskTensor> tensors = new ArrayList<>();
    private final Map<String, DiskTensor> byBareName = new HashMap<>();
    private final Map<String, DiskTensor> byParameter = new HashMap<>();

    /**
     * @param parameters of the model, in their order
     * @param kind of its classifier
     */
    public TensorNames(Family family, ParameterList parameters, ClassifierKind kind) {
        this.prefix = family.prefix();
        Map<String, List<ParameterSpec>> joined = new LinkedHashMap<>();
        for (ParameterSpec parameter : parameters.specs()) {
            joined.computeIfAbsent(name(family, parameter, kind), name -> new ArrayList<>())
                    .add(parameter);
        }
        joined.forEach((name, parts) -> {
            DiskTensor tensor = new DiskTensor(name, withoutPrefix(name), parts);
            tensors.add(tensor);
            byBareName.put(tensor.bareName(), tensor);
            parts.forEach(part -> byParameter.put(part.name(), tensor));
        });
    }

    private static String name(Family family, ParameterSpec parameter, ClassifierKind kind) {
        if (!parameter.part().inClassifier()) {
            return family.prefix() + family.tensorName(parameter);
        }
        if (!kind.hasDense()) {
            return parameter.name();
        }
        return family.sequenceHead().name(parameter.part()) + parameter.role().suffix();
    }

    /** All tensors, in the order of their first parameters. */
    public List<DiskTensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /**
     * The tensor of this name in a file, with or without the family's prefix, with {@code module.} before it, or with
     * norms called gamma and beta; empty if the model has no such tensor.
     */
    public Optional<DiskTensor> find(String nameInFile) {
        return Optional.ofNullable(byBareName.get(normalized(nameInFile)));
    }

    /** The tensor that holds the parameter of that name. */
    public DiskTensor holding(String parameter) {
        DiskTensor tensor = byParameter.get(parameter);
        if (tensor == null) {
            throw new IllegalArgumentException("the model has no parameter " + parameter);
        }
        return tensor;
    }

    /** Whether a tensor without parameters is often in such checkpoints. */
    public boolean isIgnorable(String nameInFile) {
        String bare = normalized(nameInFile);
        return IGNORED_PREFIXES.stream().anyMatch(bare::startsWith);
    }

    private String normalized(String nameInFile) {
        String name = nameInFile.startsWith("module.") ? nameInFile.substring("module.".length()) : nameInFile;
        return withoutPrefix(name)
                .replace("LayerNorm.gamma", "LayerNorm.weight")
                .replace("LayerNorm.beta", "LayerNorm.bias");
    }

    private String withoutPrefix(String name) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
