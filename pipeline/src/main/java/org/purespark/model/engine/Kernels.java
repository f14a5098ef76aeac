// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/**
 * The operations of the encoder's graph on one batch, forward and backward, group by group. Each operation has records
 * for its operands; the order of their components is the order of the operation's inputs and outputs in the graph. V is
 * the type of an operand: a variable of the graph, a shape, or an array. The gradient of an operation gives the
 * gradient of each of its inputs, in the same record.
 *
 * <p>In a run without a backward pass, outputs of a forward operation that only this pass reads are null. The first
 * output is never null. No gradient is null. The contents of outputs are undefined before the call.
 */
public record Kernels(
        ProductKernels products,
        NormKernels norms,
        AttentionKernels attention,
        PositionKernels positions,
        HeadKernels heads,
        RowKernels rows,
        LossKernels losses) {}
