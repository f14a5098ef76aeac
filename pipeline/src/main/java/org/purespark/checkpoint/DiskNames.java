package org.purespark.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How one family calls the project's tensors on disk, and back. */
final class DiskNames {
    /** DistilBERT's parts of a layer by BERT's. */
    private static final Map<String, String> DISTILBERT_LAYER = Map.of(
            "attention.self.query", "attention.q_lin",
            "attention.self.key", "attention.k_lin",
            "attention.self.value", "attention.v_lin",
            "attention.output.dense", "attention.out_lin",
            "attention.output.LayerNorm", "sa_layer_norm",
            "intermediate.dense", "ffn.lin1",
            "output.dense", "ffn.lin2",
            "output.LayerNorm", "output_layer_norm");

    /** Buffers and heads of other tasks: rightly there, of no use here. */
    private static final List<String> IGNORED_PREFIXES = List.of(
            "embeddings.position_ids",
            "embeddings.token_type_ids",
            "pooler.",
            "cls.",
            "lm_head.",
            "generator_predictions.",
            "generator_lm_head.",
            "discriminator_predictions.",
            "vocab_transform.",
            "vocab_layer_norm.",
            "vocab_projector.");

    private final Family family;
    private final ClassifierKind kind;
    private final Map<String, String> canonicalByBareName = new HashMap<>();

    DiskNames(EncoderConfig config, ClassifierKind kind) {
        this.family = config.family();
        this.kind = kind;
        for (String name : TensorLayout.encoder(config).keySet()) {
            canonicalByBareName.put(bareEncoderName(name), name);
        }
        for (String name : TensorLayout.classifier(config, kind, 1).keySet()) {
            canonicalByBareName.put(withoutPrefix(classifierName(name)), name);
        }
    }

    /** The internal name of a tensor on disk, with or without prefix; empty where the model has no such tensor. */
    Optional<String> canonical(String diskName) {
        return Optional.ofNullable(canonicalByBareName.get(normalized(diskName)));
    }

    /** Whether a tensor without internal name is one that such checkpoints commonly carry. */
    boolean isIgnorable(String diskName) {
        String bare = normalized(diskName);
        return IGNORED_PREFIXES.stream().anyMatch(bare::startsWith);
    }

    /** The name that a model without head has on disk. */
    String bare(String canonical) {
        return bareEncoderName(canonical);
    }

    /** The name that a model with a classifier has on disk. */
    String withHead(String canonical) {
        return canonical.startsWith("classifier.")
                ? classifierName(canonical)
                : family.prefix() + bareEncoderName(canonical);
    }

    private String bareEncoderName(String canonical) {
        if (family != Family.DISTILBERT || !canonical.startsWith("encoder.layer.")) {
            return canonical;
        }
        int afterLayer = canonical.indexOf('.', "encoder.layer.".length()) + 1;
        int parameter = canonical.lastIndexOf('.');
        String part = DISTILBERT_LAYER.get(canonical.substring(afterLayer, parameter));
        return "transformer" + canonical.substring("encoder".length(), afterLayer) + part
                + canonical.substring(parameter);
    }

    private String classifierName(String canonical) {
        String parameter = canonical.substring(canonical.lastIndexOf('.'));
        boolean dense = canonical.startsWith("classifier.dense.");
        return switch (kind) {
            case LINEAR -> canonical;
            case BERT_POOLER -> dense ? family.prefix() + "pooler.dense" + parameter : canonical;
            case DISTILBERT_DENSE -> dense ? "pre_classifier" + parameter : canonical;
            case ROBERTA_DENSE, ELECTRA_DENSE -> dense ? canonical : "classifier.out_proj" + parameter;
        };
    }

    private String normalized(String diskName) {
        return withoutPrefix(diskName.startsWith("module.") ? diskName.substring("module.".length()) : diskName)
                .replace("LayerNorm.gamma", "LayerNorm.weight")
                .replace("LayerNorm.beta", "LayerNorm.bias");
    }

    private String withoutPrefix(String name) {
        return name.startsWith(family.prefix()) ? name.substring(family.prefix().length()) : name;
    }
}
