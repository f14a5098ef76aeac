package org.purespark.model.engine;

/**
 * What computes: memory for arrays, and the arithmetic on them. SameDiff defines the model's graph; an engine is all that
 * runs it. One thread at a time may use an engine. An array of one engine may be read by every other engine of the same
 * class in this process: several classifiers work side by side on the same weights, each with an engine of its own.
 */
public interface Engine extends AutoCloseable {
    /** As the setting {@code compute.engine} calls it. */
    String name();

    /**
     * Memory for weights and activations.
     *
     * @return an array whose contents are undefined
     */
    DeviceArray allocate(long... shape);

    /**
     * Memory for what a training keeps from step to step: gradient sums and moments.
     *
     * @return a flat array of zeros
     */
    DeviceArray allocateState(long length);

    /** A copy of a matrix [rows, columns], turned round: [columns, rows]. */
    DeviceArray transposed(DeviceArray matrix);

    /**
     * Checks that this engine can compute heads of E entries.
     *
     * @throws IllegalArgumentException where it cannot
     */
    void requireHeadSize(int headSize);

    /** The operations of the graph, for one run on one batch. */
    Kernels kernels(TextBatch batch);

    /** What is done to parameters and gradients outside of the graph. */
    UpdateKernels updates();

    /** Ends its threads and gives its own memory back; arrays are closed by those who asked for them. */
    @Override
    void close();
}
