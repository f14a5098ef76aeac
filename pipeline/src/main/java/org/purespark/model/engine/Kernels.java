package org.purespark.model.engine;

/**
 * The operations of the encoder's graph on one batch, forward and backward, group by group. Each operation has records for
 * its operands, whose order is the order of the operation's inputs and outputs in the graph; V is what an operand is: a
 * variable of the graph, a shape, or an array. The gradient of an operation gives the gradient of each of its inputs, in
 * the same record.
 *
 * <p>Outputs of a forward operation that are only read by a backward pass are null in a run that has none. The first
 * output is never null. Gradients are all wanted. Contents of outputs are undefined before.
 */
public record Kernels(
        ProductKernels products,
        NormKernels norms,
        AttentionKernels attention,
        HeadKernels heads,
        RowKernels rows,
        LossKernels losses) {}
