package org.purespark.model;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;

/**
 * Where each parameter tensor lies in the one flat array of all P parameters: one after the other in the order of the
 * {@link ParameterList}. The word embedding comes first, so that what has dense gradients is one range; q, k and v of a
 * layer are neighbours, so that one [3D, D] matrix spans them.
 */
public final class ParameterLayout implements Serializable {
    private static final long serialVersionUID = 1L;

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
    private final int size;

    /**
     * @param classes C
     * @throws ArithmeticException for more than 2^31 - 1 parameters
     */
    public ParameterLayout(EncoderConfig encoder, ClassifierKind classifier, int classes) {
        long end = 0;
        for (ParameterSpec parameter :
                ParameterList.of(encoder, classifier, classes).specs()) {
            slices.put(parameter.name(), new Slice(parameter.name(), Math.toIntExact(end), parameter.shape()));
            end += parameter.length();
        }
        size = Math.toIntExact(end);
    }

    /** P: the number of parameters. */
    public int size() {
        return size;
    }

    /** Entries before this one are the word embedding's; it and all after have dense gradients. */
    public int denseStart() {
        return slices.get(EncoderPart.WORD_EMBEDDINGS.weight()).length();
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
