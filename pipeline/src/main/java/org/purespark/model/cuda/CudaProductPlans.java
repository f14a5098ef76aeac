// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSA;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSB;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.purespark.model.cuda.ColumnProduct.Matrix;
import org.purespark.model.cuda.ColumnProduct.Operation;
import org.purespark.model.engine.ProductPrecision;

/** Products by cuBLASLt. What it decides for a shape is asked once, and kept. */
final class CudaProductPlans implements AutoCloseable {
    private static final int[] MIN_ALIGNMENTS = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES
    };
    /** Without additions by atomic operations in the result's memory, whose order differs from run to run. */
    private static final int SAME_IN_EACH_RUN =
            CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE | CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;

    private final cublasLtContext context = new cublasLtContext();
    private final ProductPrecision precision;
    private final Pointer workspace;
    private final long workspaceBytes;
    private final CUstream_st stream;
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);
    /** The one that is longest unused comes first. */
    private final Map<ColumnProduct, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param workspace address of memory for sums of parts, which no other stream uses
     * @param stream of all products
     */
    CudaProductPlans(ProductPrecision precision, long workspace, long workspaceBytes, CUstream_st stream) {
        this.stream = stream;
        this.precision = precision;
        this.workspace = pointer(workspace);
        this.workspaceBytes = workspaceBytes;
        check(cublas.cublasLtCreate(context), "cublasLtCreate");
    }

    /** Batches differ in their number of rows, so a long training meets more shapes than should be kept. */
    private static final int MOST_PLANS = 8192;

    /** What cuBLASLt knows of a shape, and has decided. */
    private record Plan(
            cublasLtMatmulDescOpaque_t operation,
            cublasLtMatrixLayoutOpaque_t first,
            cublasLtMatrixLayoutOpaque_t second,
            cublasLtMatrixLayoutOpaque_t result,
            cublasLtMatmulHeuristicResult_t decided) {
        /** The product may still be under way: cuBLASLt has read what it needs. */
        void destroy() {
            cublas.cublasLtMatmulDescDestroy(operation);
            cublas.cublasLtMatrixLayoutDestroy(first);
            cublas.cublasLtMatrixLayoutDestroy(second);
            cublas.cublasLtMatrixLayoutDestroy(result);
            decided.close();
        }
    }

    void multiply(Product product) {
        ColumnProduct columns = ColumnProduct.of(product);
        Plan plan = planOf(columns);
        Pointer result = pointer(product.c().address());
        check(
                cublas.cublasLtMatmul(
                        context,
                        plan.operation(),
                        one,
                        pointer(product.b().address()),
                        plan.first(),
                        pointer(product.a().address()),
                        plan.second(),
                        zero,
                        result,
                        plan.result(),
                        result,
                        plan.result(),
                        plan.decided().algo(),
                        workspace,
                        plan.decided().workspaceSize(),
                        stream),
                "cublasLtMatmul of " + columns);
    }

    private Plan planOf(ColumnProduct product) {
        Plan known = plans.get(product);
        if (known != null) {
            return known;
        }
        if (plans.size() >= MOST_PLANS) {
            Iterator<Plan> oldest = plans.values().iterator();
            oldest.next().destroy();
            oldest.remove();
        }
        Plan made = plan(product);
        plans.put(product, made);
        return made;
    }

    /** An address on the device. */
    static Pointer pointer(long at) {
        return new DevicePointer(at);
    }

    private static final class DevicePointer extends Pointer {
        DevicePointer(long at) {
            this.address = at;
        }
    }

    private Plan plan(ColumnProduct product) {
        int compute = precision == ProductPrecision.TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
        cublasLtMatmulHeuristicResult_t decided = new cublasLtMatmulHeuristicResult_t(); // the plan's
        try (PointerPointer<cublasLtMatmulDescOpaque_t> made = new PointerPointer<>(1)) {
            check(cublas.cublasLtMatmulDescCreate(made, compute, CUDA_R_32F), "cublasLtMatmulDescCreate");
            cublasLtMatmulDescOpaque_t operation = made.get(cublasLtMatmulDescOpaque_t.class, 0);
            transpose(operation, CUBLASLT_MATMUL_DESC_TRANSA, product.first());
            transpose(operation, CUBLASLT_MATMUL_DESC_TRANSB, product.second());
            cublasLtMatrixLayoutOpaque_t first = layout(product.first(), product.count());
            cublasLtMatrixLayoutOpaque_t second = layout(product.second(), product.count());
            cublasLtMatrixLayoutOpaque_t result = layout(product.result(), product.count());
            cublasLtMatmulPreferenceOpaque_t preference = preference(product);
            int[] found = new int[1];
            check(
                    cublas.cublasLtMatmulAlgoGetHeuristic(
                            context, operation, first, second, result, result, preference, 1, decided, found),
                    "cublasLtMatmulAlgoGetHeuristic of " + product);
            cublas.cublasLtMatmulPreferenceDestroy(preference);
            if (found[0] == 0) {
                throw new IllegalStateException("cuBLASLt has no way to compute " + product);
            }
            return new Plan(operation, first, second, result, decided);
        }
    }

    private static void transpose(cublasLtMatmulDescOpaque_t operation, int attribute, Matrix matrix) {
        try (IntPointer value =
                new IntPointer(new int[] {matrix.operation() == Operation.TRANSPOSE ? CUBLAS_OP_T : CUBLAS_OP_N})) {
            check(
                    cublas.cublasLtMatmulDescSetAttribute(operation, attribute, value, Integer.BYTES),
                    "cublasLtMatmulDescSetAttribute");
        }
    }

    private static cublasLtMatrixLayoutOpaque_t layout(Matrix matrix, int count) {
        try (PointerPointer<cublasLtMatrixLayoutOpaque_t> made = new PointerPointer<>(1);
                IntPointer counts = new IntPointer(new int[] {count});
                LongPointer steps = new LongPointer(new long[] {matrix.step()})) {
            check(
                    cublas.cublasLtMatrixLayoutCreate(
                            made, CUDA_R_32F, matrix.rows(), matrix.columns(), matrix.leading()),
                    "cublasLtMatrixLayoutCreate");
            cublasLtMatrixLayoutOpaque_t layout = made.get(cublasLtMatrixLayoutOpaque_t.class, 0);
            if (count > 1) {
                check(
                        cublas.cublasLtMatrixLayoutSetAttribute(
                                layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, counts, Integer.BYTES),
                        "cublasLtMatrixLayoutSetAttribute");
                check(
                        cublas.cublasLtMatrixLayoutSetAttribute(
                                layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, steps, Long.BYTES),
                        "cublasLtMatrixLayoutSetAttribute");
            }
            return layout;
        }
    }

    private cublasLtMatmulPreferenceOpaque_t preference(ColumnProduct product) {
        int[] alignments = {
            product.first().alignment(),
            product.second().alignment(),
            product.result().alignment(),
            product.result().alignment()
        };
        try (PointerPointer<cublasLtMatmulPreferenceOpaque_t> made = new PointerPointer<>(1);
                LongPointer bytes = new LongPointer(new long[] {workspaceBytes})) {
            check(cublas.cublasLtMatmulPreferenceCreate(made), "cublasLtMatmulPreferenceCreate");
            cublasLtMatmulPreferenceOpaque_t preference = made.get(cublasLtMatmulPreferenceOpaque_t.class, 0);
            check(
                    cublas.cublasLtMatmulPreferenceSetAttribute(
                            preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes, Long.BYTES),
                    "cublasLtMatmulPreferenceSetAttribute");
            prefer(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, SAME_IN_EACH_RUN);
            for (int i = 0; i < alignments.length; i++) {
                prefer(preference, MIN_ALIGNMENTS[i], alignments[i]);
            }
            return preference;
        }
    }

    private static void prefer(cublasLtMatmulPreferenceOpaque_t preference, int attribute, int value) {
        try (IntPointer values = new IntPointer(new int[] {value})) {
            check(
                    cublas.cublasLtMatmulPreferenceSetAttribute(preference, attribute, values, Integer.BYTES),
                    "cublasLtMatmulPreferenceSetAttribute");
        }
    }

    private static void check(int status, String call) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw new IllegalStateException(
                    call + ": " + cublas.cublasLtGetStatusString(status).getString());
        }
    }

    @Override
    public void close() {
        plans.values().forEach(Plan::destroy);
        plans.clear();
        cublas.cublasLtDestroy(context);
        one.close();
        zero.close();
    }
}
