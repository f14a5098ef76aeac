package org.purespark.model;

import org.purespark.checkpoint.ClassifierKind;
import org.purespark.checkpoint.EncoderConfig;

/**
 * Memory that training one model takes, from above. Heap: the checkpoint as read (4P bytes), AdamW's two moments (8P),
 * dense gradients (4 bytes for each parameter but the word embedding's). Off-heap: the weights (4P), dense gradients
 * once more as the graph hands them out, and per layer the activations of a micro-batch of texts of full length that the
 * backward pass needs.
 *
 * @param parameters P
 */
public record MemoryNeed(long parameters, long heapBytes, long offHeapBytes) {
    /** [N, D] arrays kept or in flight per layer: qkv and its gradient, context, two norms' inputs and outputs. */
    private static final long WIDE_ARRAYS = 16;
    /** [N, F] arrays per layer: before and after gelu, its slope, their gradients. */
    private static final long INTERMEDIATE_ARRAYS = 4;

    /**
     * @param microBatch B
     * @param maxLength longest text in tokens
     */
    public static MemoryNeed of(EncoderConfig config, int microBatch, int maxLength) {
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        long parameters = layout.size();
        long dense = parameters - layout.denseStart();
        long tokens = (long) microBatch * maxLength;
        long perLayer = tokens * (WIDE_ARRAYS * config.hidden() + INTERMEDIATE_ARRAYS * config.intermediate())
                + (long) microBatch * config.heads() * maxLength * maxLength;
        return new MemoryNeed(
                parameters,
                Float.BYTES * (3 * parameters + dense),
                Float.BYTES * (parameters + dense + perLayer * config.layers()));
    }
}
