package org.purespark.model;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.purespark.checkpoint.ClassifierKind;
import org.purespark.checkpoint.EncoderConfig;

/**
 * Where each parameter tensor lies in the one flat array of all P parameters. Names are the canonical ones of
 * {@code checkpoint}. The word embedding comes first, so that what has dense gradients is one range; q, k and v of a
 * layer are neighbours, so that one [3D, D] matrix spans them.
 */
public final class ParameterLayout implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final String WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";
    public static final String POSITION_EMBEDDINGS = "embeddings.position_embeddings.weight";
    public static final String TYPE_EMBEDDINGS = "embeddings.token_type_embeddings.weight";

    /** A tensor's place: entries {@code offset} to {@code offset + length - 1}, row-major. */
    public record Slice(String name, int offset, int[] shape) implements Serializable {
        public int length() {
            int length = 1;
            for (int dimension : shape) {
                length *= dimension;
            }
            return length;
        }
    }

    private final LinkedHashMap<String, Slice> slices = new LinkedHashMap<>();
    private int size;

    /**
     * @param classes C
     * @throws ArithmeticException for more than 2^31 - 1 parameters
     */
    public ParameterLayout(EncoderConfig encoder, ClassifierKind classifier, int classes) {
        int d = encoder.hidden();
        int w = encoder.embedding();
        add(WORD_EMBEDDINGS, encoder.vocabulary(), w);
        add(POSITION_EMBEDDINGS, encoder.positions(), w);
        if (encoder.tokenTypes() > 0) {
            add(TYPE_EMBEDDINGS, encoder.tokenTypes(), w);
        }
        addNorm("embeddings.LayerNorm", w);
        if (w != d) {
            addLinear("embeddings_project", d, w);
        }
        for (int l = 0; l < encoder.layers(); l++) {
            String layer = "encoder.layer." + l + ".";
            for (String part : List.of("query", "key", "value")) {
                add(layer + "attention.self." + part + ".weight", d, d);
            }
            for (String part : List.of("query", "key", "value")) {
                add(layer + "attention.self." + part + ".bias", d);
            }
            addLinear(layer + "attention.output.dense", d, d);
            addNorm(layer + "attention.output.LayerNorm", d);
            addLinear(layer + "intermediate.dense", encoder.intermediate(), d);
            addLinear(layer + "output.dense", d, encoder.intermediate());
            addNorm(layer + "output.LayerNorm", d);
        }
        if (classifier != ClassifierKind.LINEAR) {
            addLinear("classifier.dense", d, d);
        }
        addLinear("classifier", classes, d);
    }

    private void addLinear(String name, int out, int in) {
        add(name + ".weight", out, in);
        add(name + ".bias", out);
    }

    private void addNorm(String name, int width) {
        add(name + ".weight", width);
        add(name + ".bias", width);
    }

    private void add(String name, int... shape) {
        Slice slice = new Slice(name, size, shape);
        long end = size;
        long length = 1;
        for (int dimension : shape) {
            length *= dimension;
        }
        size = Math.toIntExact(end + length);
        slices.put(name, slice);
    }

    /** P: the number of parameters. */
    public int size() {
        return size;
    }

    /** Entries before this one are the word embedding's; it and all after have dense gradients. */
    public int denseStart() {
        return slices.get(WORD_EMBEDDINGS).length();
    }

    /** All slices by name, in the order of their offsets. */
    public Map<String, Slice> slices() {
        return java.util.Collections.unmodifiableMap(slices);
    }

    public Slice slice(String name) {
        Slice slice = slices.get(name);
        if (slice == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return slice;
    }
}
