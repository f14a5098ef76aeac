package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The {@code config.json} of an exported checkpoint: the suspect's, without what is no longer true of it. */
final class ExportedConfig {
    /** Keys about the file, the program that wrote it, or a head that is gone; keys that are set anew follow below. */
    private static final List<String> OUTDATED = List.of(
            "_name_or_path",
            "_num_labels",
            "num_labels",
            "transformers_version",
            "finetuning_task",
            "auto_map",
            "problem_type",
            "dtype",
            "use_bfloat16");

    private ExportedConfig() {}

    static ObjectNode of(Checkpoint checkpoint, ExportForm form) {
        ObjectNode raw = checkpoint.rawConfig();
        raw.remove(OUTDATED);
        raw.put("model_type", checkpoint.encoder().family().modelType());
        raw.putArray("architectures").add(architecture(checkpoint));
        raw.put("torch_dtype", "float32");
        structure(raw, checkpoint.encoder());
        DeclaredHeads.write(raw, form, checkpoint.prunedHeads());
        if (checkpoint.hasClassifier()) {
            DeclaredLabels.write(raw, checkpoint.labels());
            classifierDropout(raw, checkpoint);
            if (checkpoint.classifierKind().hasDense()) {
                raw.put("problem_type", "single_label_classification");
            }
        } else {
            raw.remove(List.of("id2label", "label2id"));
        }
        return raw;
    }

    private static String architecture(Checkpoint checkpoint) {
        Family family = checkpoint.encoder().family();
        if (!checkpoint.hasClassifier()) {
            return family.className("Model");
        }
        return family.className(
                checkpoint.classifierKind().hasDense()
                        ? ClassifierKind.SEQUENCE_CLASSIFICATION
                        : ClassifierKind.TOKEN_CLASSIFICATION);
    }

    /** DistilBERT has a key for sequence classifiers alone. */
    private static void classifierDropout(ObjectNode raw, Checkpoint checkpoint) {
        double dropout = checkpoint.encoder().classifierDropout();
        if (checkpoint.encoder().family() != Family.DISTILBERT) {
            raw.put("classifier_dropout", dropout);
        } else if (checkpoint.classifierKind().hasDense()) {
            raw.put("seq_classif_dropout", dropout);
        }
    }

    /** States every constant, so that nothing hangs on a default. */
    private static void structure(ObjectNode raw, EncoderConfig config) {
        raw.put("vocab_size", config.vocabulary());
        raw.put("max_position_embeddings", config.positions());
        raw.put("initializer_range", config.initializerRange());
        raw.put("pad_token_id", config.padTokenId());
        if (config.family() == Family.DISTILBERT) {
            raw.put("dim", config.hidden());
            raw.put("n_layers", config.layers());
            raw.put("n_heads", config.heads());
            raw.put("hidden_dim", config.intermediate());
            raw.put("activation", "gelu");
            raw.put("dropout", config.hiddenDropout());
            raw.put("attention_dropout", config.attentionDropout());
            return;
        }
        raw.put("hidden_size", config.hidden());
        raw.put("num_hidden_layers", config.layers());
        raw.put("num_attention_heads", config.heads());
        raw.put("intermediate_size", config.intermediate());
        raw.put("hidden_act", "gelu");
        raw.put("hidden_dropout_prob", config.hiddenDropout());
        raw.put("attention_probs_dropout_prob", config.attentionDropout());
        raw.put("type_vocab_size", config.tokenTypes());
        raw.put("layer_norm_eps", config.layerNormEpsilon());
        if (config.family() == Family.ELECTRA) {
            raw.put("embedding_size", config.embedding());
        }
    }
}
