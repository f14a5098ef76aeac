// SPDX-License-Identifier: Apache-2.0
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
 * The place of each parameter tensor in the flat array of all P parameters: one after the other, in the order of the
 * {@link ParameterList}. The word embedding comes first, so the parameters with dense gradients are one range; q, k and
 * v of a layer are neighbours, so one [3D, D] matrix covers them.
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

    /** The first entry with dense gradients: all after it have them too, all before it are the word embedding's. */
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
