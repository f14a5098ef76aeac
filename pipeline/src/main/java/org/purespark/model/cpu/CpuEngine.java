// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.UpdateKernels;

/**
 * Computes on cores of the machine: matrix products with ND4J or oneDNN, everything else with kernels that use the
 * CPU's vector unit. Results do not depend on the number of threads.
 */
public final class CpuEngine implements Engine {
    private static final int HEAD_SIZE_MULTIPLE = 4;

    private final Workers workers;
    private final CpuUpdates updates;
    private final MatrixProducts products;
    private final UsedHeadProducts ofUsedHeads;

    /**
     * An engine that computes in float32.
     *
     * @param threads number of threads, with the calling one
     * @throws IllegalStateException if this JVM is started without the vector module
     */
    public CpuEngine(int threads) {
        this(threads, ProductChoice.FLOAT32);
    }

    /**
     * @param threads number of threads, with the calling one
     * @param choice of what multiplies matrices
     * @throws IllegalStateException if this JVM is started without the vector module
     */
    public CpuEngine(int threads, ProductChoice choice) {
        VectorUnit.require();
        this.workers = new Workers(threads);
        this.updates = new CpuUpdates(workers);
        this.products = switch (choice) {
            case FLOAT32 -> new Nd4jProducts(workers);
            case BFLOAT16 -> new Bfloat16Products(workers);
        };
        // Copies of weights in bfloat16 are made once for each change: other heads of them would be others.
        this.ofUsedHeads = choice == ProductChoice.FLOAT32 ? new UsedHeadProducts(workers, products) : null;
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public DeviceArray allocate(long... shape) {
        return HostArray.allocate(shape);
    }

    @Override
    public DeviceArray allocateState(long length) {
        return new HeapArray(Math.toIntExact(length));
    }

    @Override
    public DeviceArray transposed(DeviceArray matrix) {
        HostArray copy = HostArray.allocate(matrix.size(1), matrix.size(0));
        copy.matrix().assign(HostArray.of(matrix).matrix().transpose());
        return copy;
    }

    @Override
    public void requireHeadSize(int headSize) {
        if (headSize % HEAD_SIZE_MULTIPLE != 0) {
            throw new IllegalArgumentException("head size " + headSize + " is not a multiple of " + HEAD_SIZE_MULTIPLE);
        }
    }

    @Override
    public Kernels kernels(TextBatch batch) {
        return new Kernels(
                new CpuProducts(workers, products, ofUsedHeads, batch),
                new CpuNorms(workers, batch),
                new CpuAttention(workers, batch),
                new CpuPositions(workers, batch),
                new CpuHeads(workers),
                new CpuRows(workers, batch),
                new CpuLosses(workers, batch));
    }

    @Override
    public UpdateKernels updates() {
        return updates;
    }

    /**
     * Bytes of copies that the gradient of a product takes, besides the arrays of the graph: of columns for several
     * parts, or of the gradient and the input in bfloat16.
     *
     * @param rows of the gradient
     * @param columns of the widest one
     */
    public static long productCopyBytes(long rows, long columns, int threads, ProductChoice choice) {
        return Float.BYTES
                * rows
                * switch (choice) {
                    case FLOAT32 -> Nd4jProducts.copiedColumns(columns, threads);
                    case BFLOAT16 -> columns;
                };
    }

    /**
     * Bytes of copies of the factors of used heads that products take, at most, where heads are pruned.
     *
     * @param rows of tokens
     * @param hidden D
     */
    public static long usedHeadBytes(long rows, long hidden, ProductChoice choice) {
        return choice == ProductChoice.FLOAT32 ? UsedHeadProducts.mostBytes(rows, hidden) : 0;
    }

    /**
     * Bytes of copies of weights that products take.
     *
     * @param weights number of all entries of matrices
     * @param forms in which a matrix is read: 1 in a pass without gradients, 2 in a training
     */
    public static long packedBytes(long weights, int forms, ProductChoice choice) {
        return choice == ProductChoice.FLOAT32 ? 0 : Short.BYTES * weights * forms;
    }

    /**
     * Bytes of the heap that a call of disentangled attention takes for vectors of distances: two copies, and sums of
     * their gradients, one for some texts each.
     *
     * @param texts of a micro-batch
     * @param tokens of the longest text
     * @param width entries of a distance's queries and keys
     */
    public static long distanceBytes(int texts, int tokens, long width) {
        return Float.BYTES * (2 + CpuPositions.pieces(texts)) * (2L * tokens - 1) * width;
    }

    @Override
    public void close() {
        workers.close();
        products.close();
        if (ofUsedHeads != null) {
            ofUsedHeads.close();
        }
    }
}
