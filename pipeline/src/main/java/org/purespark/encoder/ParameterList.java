// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All parameter tensors of an encoder and of the classifier on it, in the order of the flat array of parameters. Names,
 * shapes, offsets and the tensors of a checkpoint's files all follow from it. The word embedding comes first, so the
 * parameters with dense gradients are one range.
 */
public final class ParameterList {
    private final List<ParameterSpec> specs;

    private ParameterList(List<ParameterSpec> specs) {
        this.specs = List.copyOf(specs);
    }

    /**
     * @param kind of the classifier
     * @param classes C; 0: the last projection is left out
     */
    public static ParameterList of(EncoderConfig config, ClassifierKind kind, int classes) {
        Builder list = new Builder(config.architecture().biases());
        addEncoder(list, config);
        int d = config.hidden();
        kind.inner().addTo(list, d);
        if (classes > 0) {
            list.linear(EncoderPart.CLASSIFIER, ParameterSpec.NO_LAYER, classes, d);
        }
        return new ParameterList(list.specs);
    }

    /** The encoder's alone. */
    public static ParameterList ofEncoder(EncoderConfig config) {
        return of(config, ClassifierKind.LINEAR, 0);
    }

    private static void addEncoder(Builder list, EncoderConfig config) {
        Architecture architecture = config.architecture();
        Sizes sizes = config.sizes();
        int width = sizes.embedding();
        list.table(EncoderPart.WORD_EMBEDDINGS, sizes.vocabulary(), width);
        architecture.positions().addTo(list, sizes);
        if (sizes.tokenTypes() > 0) {
            list.table(EncoderPart.TOKEN_TYPE_EMBEDDINGS, sizes.tokenTypes(), width);
        }
        switch (architecture.projection()) {
            case AFTER_NORM, ALWAYS_AFTER_NORM -> {
                list.norm(EncoderPart.EMBEDDING_NORM, ParameterSpec.NO_LAYER, width);
                if (config.projectsEmbeddings()) {
                    list.linear(EncoderPart.EMBEDDING_PROJECTION, ParameterSpec.NO_LAYER, sizes.hidden(), width);
                }
            }
            case BEFORE_NORM -> {
                if (config.projectsEmbeddings()) {
                    list.matrix(EncoderPart.EMBEDDING_PROJECTION, ParameterSpec.NO_LAYER, sizes.hidden(), width);
                }
                list.norm(EncoderPart.EMBEDDING_NORM, ParameterSpec.NO_LAYER, sizes.hidden());
            }
        }
        architecture.attention().addOnce(list, sizes);
        for (int l = 0; l < sizes.layers(); l++) {
            if (config.parameterLayer(l) == l) {
                architecture.attention().addTo(list, l, sizes);
                architecture.normalization().addOfAttention(list, l, sizes);
                architecture.feedForward().addTo(list, l, sizes);
                architecture.normalization().addOfFeedForward(list, l, sizes);
            }
        }
        architecture.convolution().addTo(list, sizes);
        architecture.normalization().addAtEnd(list, sizes);
    }

    /** In the order of the flat array. */
    public List<ParameterSpec> specs() {
        return specs;
    }

    /** By name. */
    public SortedMap<String, ParameterSpec> byName() {
        SortedMap<String, ParameterSpec> byName = new TreeMap<>();
        specs.forEach(spec -> byName.put(spec.name(), spec));
        return Collections.unmodifiableSortedMap(byName);
    }

    /** The tensors of one part, of all layers where each has one. */
    public List<ParameterSpec> of(EncoderPart part) {
        return specs.stream().filter(spec -> spec.part() == part).toList();
    }

    /** Takes tensors in the order of the flat array. */
    public static final class Builder {
        private final Biases biases;
        private final List<ParameterSpec> specs = new ArrayList<>();

        private Builder(Biases biases) {
            this.biases = biases;
        }

        /** A row of {@code width} entries for each of {@code rows} words, positions or types. */
        void table(EncoderPart part, int rows, int width) {
            table(part, ParameterSpec.NO_LAYER, rows, width);
        }

        /** A row of {@code width} entries for each of {@code rows} distances. */
        void table(EncoderPart part, int layer, int rows, int width) {
            add(part, layer, ParameterSpec.Role.TABLE, rows, width);
        }

        /** Matrix [out, in] and bias [out]. */
        void linear(EncoderPart part, int layer, int out, int in) {
            matrix(part, layer, out, in);
            bias(part, layer, out);
        }

        void matrix(EncoderPart part, int layer, int out, int in) {
            add(part, layer, ParameterSpec.Role.MATRIX, out, in);
        }

        /** Tensor [out, in, kernel] and bias [out]. */
        void convolution(EncoderPart part, int out, int in, int kernel) {
            add(part, ParameterSpec.NO_LAYER, ParameterSpec.Role.MATRIX, out, in, kernel);
            bias(part, ParameterSpec.NO_LAYER, out);
        }

        void bias(EncoderPart part, int layer, int out) {
            if (hasBias() || part == EncoderPart.CLASSIFIER) {
                add(part, layer, ParameterSpec.Role.BIAS, out);
            }
        }

        /** γ and β, [width] each. */
        void norm(EncoderPart part, int layer, int width) {
            add(part, layer, ParameterSpec.Role.SCALE, width);
            if (hasBias()) {
                add(part, layer, ParameterSpec.Role.SHIFT, width);
            }
        }

        private boolean hasBias() {
            return switch (biases) {
                case ALL -> true;
                case NONE -> false;
            };
        }

        private void add(EncoderPart part, int layer, ParameterSpec.Role role, int... shape) {
            specs.add(new ParameterSpec(part, layer, role, shape));
        }
    }
}
