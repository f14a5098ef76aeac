// SPDX-License-Identifier: Apache-2.0
// cuBLASLt's functions that the engine calls, on the host; column-major, as its documentation defines them.
#include <cstdint>
#include <cstdlib>
#include <cstring>

typedef int Status;
struct Operation { int compute, scale, turned[2]; };
struct Layout { int type; uint64_t rows, columns; int64_t leading; int count; int64_t step; };
struct Preference { uint64_t workspace; int alignments[4]; int reductions; };
struct Algorithm { uint64_t data[8]; };
struct Decided { Algorithm algorithm; size_t workspace; int state; float waves; int reserved[4]; };
static int context;

extern "C" Status cublasLtCreate(void** made) { *made = &context; return 0; }
extern "C" Status cublasLtDestroy(void* of) { return of == &context ? 0 : 7; }
extern "C" const char* cublasLtGetStatusString(Status) { return "refused by the stand-in"; }
extern "C" Status cublasLtMatmulDescCreate(Operation** made, int compute, int scale) {
    *made = new Operation{compute, scale, {0, 0}};
    return (compute == 68 || compute == 77) && scale == 0 ? 0 : 7;
}
extern "C" Status cublasLtMatmulDescDestroy(Operation* of) { delete of; return 0; }
extern "C" Status cublasLtMatmulDescSetAttribute(Operation* of, int attribute, const void* value, size_t bytes) {
    if (bytes != 4 || attribute < 3 || attribute > 4) return 7;
    memcpy(&of->turned[attribute - 3], value, 4);
    return 0;
}
extern "C" Status cublasLtMatrixLayoutCreate(Layout** made, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    *made = new Layout{type, rows, columns, leading, 1, 0};
    return type == 0 && leading >= (int64_t) rows ? 0 : 7;
}
extern "C" Status cublasLtMatrixLayoutDestroy(Layout* of) { delete of; return 0; }
extern "C" Status cublasLtMatrixLayoutSetAttribute(Layout* of, int attribute, const void* value, size_t bytes) {
    if (attribute == 5 && bytes == 4) { memcpy(&of->count, value, 4); return 0; }
    if (attribute == 6 && bytes == 8) { memcpy(&of->step, value, 8); return 0; }
    return 7;
}
extern "C" Status cublasLtMatmulPreferenceCreate(Preference** made) { *made = new Preference(); return 0; }
extern "C" Status cublasLtMatmulPreferenceInit_internal(Preference* of, size_t) { *of = Preference(); return 0; }
extern "C" Status cublasLtMatmulPreferenceDestroy(Preference* of) { delete of; return 0; }
extern "C" Status cublasLtMatmulPreferenceSetAttribute(Preference* of, int attribute, const void* value, size_t bytes) {
    if (attribute == 1 && bytes == 8) { memcpy(&of->workspace, value, 8); return 0; }
    if (attribute == 3 && bytes == 4) { memcpy(&of->reductions, value, 4); return 0; }
    if (attribute >= 5 && attribute <= 8 && bytes == 4) { memcpy(&of->alignments[attribute - 5], value, 4); return 0; }
    return 7;
}
extern "C" Status cublasLtMatmulAlgoGetHeuristic(
        void* of, Operation*, Layout*, Layout*, Layout*, Layout*, Preference* preference, int asked, Decided* decided,
        int* found) {
    memset(decided, 0, sizeof *decided);
    for (int i = 0; i < 4; i++) decided->algorithm.data[i] = preference->alignments[i];
    decided->workspace = 4096;
    *found = 1;
    return of == &context && asked == 1 && preference->workspace == 32 << 20 && preference->reductions == 6 ? 0 : 7;
}
/* 77 is CUBLAS_COMPUTE_32F_FAST_TF32: of a factor's 23 bits of fraction 10 are left. */
static float rounded(float value, int compute) {
    if (compute != 77) return value;
    uint32_t bits;
    memcpy(&bits, &value, 4);
    bits = (bits + 0xfff + ((bits >> 13) & 1)) & ~0x1fffu;
    memcpy(&value, &bits, 4);
    return value;
}
static float at(const float* m, const Layout* l, int turned, int compute, uint64_t row, uint64_t column) {
    return rounded(turned ? m[row * l->leading + column] : m[column * l->leading + row], compute);
}
struct Matmul {
    Operation operation;
    Layout ofA, ofB, ofD;
    const float* a;
    const float* b;
    float* d;
};
extern "C" int cuStandInLater(void* stream, int (*work)(void*), void* data);
static int multiply(void* data) {
    Matmul* m = (Matmul*) data;
    uint64_t k = m->operation.turned[0] ? m->ofA.rows : m->ofA.columns;
    int compute = m->operation.compute;
    for (int p = 0; p < m->ofD.count; p++, m->a += m->ofA.step, m->b += m->ofB.step, m->d += m->ofD.step)
        for (uint64_t i = 0; i < m->ofD.rows; i++)
            for (uint64_t j = 0; j < m->ofD.columns; j++) {
                double sum = 0;
                for (uint64_t t = 0; t < k; t++)
                    sum += (double) at(m->a, &m->ofA, m->operation.turned[0], compute, i, t)
                            * at(m->b, &m->ofB, m->operation.turned[1], compute, t, j);
                m->d[j * m->ofD.leading + i] = (float) sum;
            }
    delete m;
    return 0;
}
extern "C" Status cublasLtMatmul(
        void* of, Operation* operation, const float* alpha, const float* a, Layout* ofA, const float* b, Layout* ofB,
        const float* beta, const float* c, Layout* ofC, float* d, Layout* ofD, const Algorithm* algorithm, void* workspace,
        size_t workspaceBytes, void* stream) {
    const void* pointers[] = {a, b, c, d};
    for (int i = 0; i < 4; i++) if ((uintptr_t) pointers[i] % algorithm->data[i] != 0) return 7;
    uint64_t k = operation->turned[0] ? ofA->rows : ofA->columns;
    uint64_t kOfB = operation->turned[1] ? ofB->columns : ofB->rows;
    if (of != &context || *alpha != 1 || *beta != 0 || k != kOfB || workspaceBytes != 4096 || workspace == nullptr
            || c != d || ofC != ofD) return 7;
    if ((operation->turned[0] ? ofA->columns : ofA->rows) != ofD->rows) return 7;
    if ((operation->turned[1] ? ofB->rows : ofB->columns) != ofD->columns) return 7;
    return cuStandInLater(stream, multiply, new Matmul{*operation, *ofA, *ofB, *ofD, a, b, d}) == 0 ? 0 : 7;
}
