// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.util.Arrays;

/**
 * One parameter tensor: its place, role and shape.
 *
 * @param part of the encoder or classifier
 * @param layer counted from 0; {@link #NO_LAYER} if the part exists once
 * @param role what the tensor is to the part
 * @param shape dimensions, outermost first; matrices are [out, in], as in PyTorch
 */
public record ParameterSpec(EncoderPart part, int layer, Role role, int[] shape) {
    public static final int NO_LAYER = -1;

    static final String WEIGHT = ".weight";
    static final String BIAS = ".bias";

    /** The role of a tensor in its part. */
    public enum Role {
        /** A row for each word, position or type. */
        TABLE(WEIGHT, Initial.NORMAL),
        /** [out, in], or [out, in, tokens]. */
        MATRIX(WEIGHT, Initial.NORMAL),
        /** Of a linear layer [out]. */
        BIAS(ParameterSpec.BIAS, Initial.ZERO),
        /** γ of a norm. */
        SCALE(WEIGHT, Initial.ONE),
        /** β of a norm. */
        SHIFT(ParameterSpec.BIAS, Initial.ZERO);

        private final String suffix;
        private final Initial initial;

        Role(String suffix, Initial initial) {
            this.suffix = suffix;
            this.initial = initial;
        }

        /** {@code .weight} or {@code .bias}: how the tensor's name ends. */
        public String suffix() {
            return suffix;
        }

        /** The entries of a new tensor. */
        public Initial initial() {
            return initial;
        }
    }

    /** The entries of a new tensor, as in transformers. */
    public enum Initial {
        ZERO,
        ONE,
        /** Drawn from N(0, {@link EncoderConfig#initializerRange()}). */
        NORMAL
    }

    /**
     * Which rows or columns of a tensor belong to single attention heads: E of them to each head, in the order of
     * heads.
     */
    public enum HeadAxis {
        NONE,
        ROWS,
        COLUMNS
    }

    public ParameterSpec {
        shape = shape.clone();
    }

    @Override
    public int[] shape() {
        return shape.clone();
    }

    /** The project's name of the part: {@code encoder.layer.0.attention.self.query}. */
    public String path() {
        return part.inLayers() ? part.path(layer) : part.path();
    }

    /** The project's name of the tensor: {@code encoder.layer.0.attention.self.query.weight}. */
    public String name() {
        return path() + role.suffix();
    }

    /** Number of entries. */
    public long length() {
        long length = 1;
        for (int dimension : shape) {
            length *= dimension;
        }
        return length;
    }

    /** The axis of the heads' parts. */
    public HeadAxis headAxis() {
        return switch (part) {
            case QUERY, KEY, VALUE, POSITION_QUERY, POSITION_KEY -> HeadAxis.ROWS;
            case ATTENTION_OUTPUT -> role == Role.MATRIX ? HeadAxis.COLUMNS : HeadAxis.NONE;
            default -> HeadAxis.NONE;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterSpec spec
                && part == spec.part
                && layer == spec.layer
                && role == spec.role
                && Arrays.equals(shape, spec.shape);
    }

    @Override
    public int hashCode() {
        return 31 * name().hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name() + Arrays.toString(shape);
    }
}
