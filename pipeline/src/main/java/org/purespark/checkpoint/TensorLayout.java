package org.purespark.checkpoint;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Names and shapes of an encoder's and a classifier's tensors in the project's one internal form: Hugging Face BERT's
 * names without prefix, linear weights [out, in] as in PyTorch.
 */
public final class TensorLayout {
    public static final String CLASSIFIER_WEIGHT = "classifier.weight";
    public static final String CLASSIFIER_BIAS = "classifier.bias";
    public static final String DENSE_WEIGHT = "classifier.dense.weight";
    public static final String DENSE_BIAS = "classifier.dense.bias";

    private TensorLayout() {}

    /** Every encoder tensor's name and full shape. */
    public static SortedMap<String, int[]> encoder(EncoderConfig config) {
        SortedMap<String, int[]> shapes = new TreeMap<>();
        int d = config.hidden();
        int width = config.embedding();
        shapes.put("embeddings.word_embeddings.weight", new int[] {config.vocabulary(), width});
        shapes.put("embeddings.position_embeddings.weight", new int[] {config.positions(), width});
        if (config.tokenTypes() > 0) {
            shapes.put("embeddings.token_type_embeddings.weight", new int[] {config.tokenTypes(), width});
        }
        layerNorm(shapes, "embeddings.LayerNorm", width);
        if (config.projectsEmbeddings()) {
            linear(shapes, "embeddings_project", d, width);
        }
        for (int l = 0; l < config.layers(); l++) {
            String layer = layer(l);
            linear(shapes, layer + "attention.self.query", d, d);
            linear(shapes, layer + "attention.self.key", d, d);
            linear(shapes, layer + "attention.self.value", d, d);
            linear(shapes, layer + "attention.output.dense", d, d);
            layerNorm(shapes, layer + "attention.output.LayerNorm", d);
            linear(shapes, layer + "intermediate.dense", config.intermediate(), d);
            linear(shapes, layer + "output.dense", d, config.intermediate());
            layerNorm(shapes, layer + "output.LayerNorm", d);
        }
        return Collections.unmodifiableSortedMap(shapes);
    }

    /** The tensors of a classifier with C classes, its inner dense layer included. */
    public static SortedMap<String, int[]> classifier(EncoderConfig config, ClassifierKind kind, int classes) {
        SortedMap<String, int[]> shapes = new TreeMap<>();
        linear(shapes, "classifier", classes, config.hidden());
        if (kind.hasDense()) {
            linear(shapes, "classifier.dense", config.hidden(), config.hidden());
        }
        return Collections.unmodifiableSortedMap(shapes);
    }

    /** What the names of layer {@code l}'s tensors begin with. */
    public static String layer(int l) {
        return "encoder.layer." + l + ".";
    }

    private static void linear(SortedMap<String, int[]> shapes, String name, int out, int in) {
        shapes.put(name + ".weight", new int[] {out, in});
        shapes.put(name + ".bias", new int[] {out});
    }

    private static void layerNorm(SortedMap<String, int[]> shapes, String name, int width) {
        shapes.put(name + ".weight", new int[] {width});
        shapes.put(name + ".bias", new int[] {width});
    }
}
