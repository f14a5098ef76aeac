// SPDX-License-Identifier: Apache-2.0
// What all kernels share. Blocks have whole warps of 32 threads. All threads of a block meet each barrier and each
// exchange of a warp. Sums have an order that depends on shapes alone: no atomic additions.

typedef long long i64;
typedef unsigned long long u64;

#define WARP 32
#define ALL_LANES 0xffffffffu
// Below every score.
#define LOWEST (-3.402823466e+38f)

// Kinds of rows, see TextBatch.RowKind.
#define TOKEN_ROWS 0
#define FIRST_TOKEN_ROWS 1
#define COMMON_ROWS 2

// Texts one after the other, see TextBatch.
struct Texts {
    const int* starts;    // [B + 1] first token row of each text, then N
    const int* textOfRow; // [N]
    const u64* keys;      // [B] dropout keys; 0 keeps all
    const i64* squares;   // [B] sum of T·T of the texts before
    int count;            // B
    int tokens;           // N
};

// One dropout layer, see DropoutMask.
struct Dropout {
    int site;
    int threshold; // entries whose upper 31 bits are below it are kept; -1: nothing is dropped
    float scale;   // 1 / (1 - rate)
};

#define GOLDEN_GAMMA 0x9E3779B97F4A7C15ull

__device__ inline u64 mixed(u64 z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

// The factors of one text's entries in one dropout layer.
struct Mask {
    u64 base;
    int threshold; // -1: each factor is 1
    float scale;
};

__device__ inline Mask maskOf(const Texts& texts, const Dropout& dropout, int text) {
    Mask mask;
    u64 key = texts.keys[text];
    mask.base = mixed(key ^ mixed((u64) dropout.site + GOLDEN_GAMMA));
    mask.threshold = key == 0 ? -1 : dropout.threshold;
    mask.scale = dropout.scale;
    return mask;
}

// 0 or 1 / (1 - rate); the same bits as DropoutMask.factor.
__device__ inline float factor(const Mask& mask, i64 entry) {
    if (mask.threshold < 0) {
        return 1.0f;
    }
    u64 bits = mixed(mask.base + ((u64) entry >> 1) * GOLDEN_GAMMA);
    unsigned lane = (entry & 1) == 0 ? (unsigned) bits : (unsigned) (bits >> 32);
    return (int) (lane >> 1) < mask.threshold ? mask.scale : 0.0f;
}

__device__ inline int textOf(const Texts& texts, int kind, int row) {
    return kind == TOKEN_ROWS ? texts.textOfRow[row] : kind == FIRST_TOKEN_ROWS ? row : 0;
}

// The index in its text of the token of a row.
__device__ inline int tokenOf(const Texts& texts, int kind, int row) {
    return kind == TOKEN_ROWS ? row - texts.starts[texts.textOfRow[row]] : kind == FIRST_TOKEN_ROWS ? 0 : row;
}

// The number of a row's first entry in its text's mask, see DropoutEntries.ofRow.
__device__ inline i64 firstEntry(const Texts& texts, int kind, int row, int width) {
    return (i64) tokenOf(texts, kind, row) * width;
}

// The sum over a warp's lanes, in each lane.
template <typename V>
__device__ inline V warpSum(V value) {
    for (int apart = WARP / 2; apart > 0; apart /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, apart);
    }
    return value;
}

__device__ inline float warpMax(float value) {
    for (int apart = WARP / 2; apart > 0; apart /= 2) {
        value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, apart));
    }
    return value;
}

// The sum over a block's threads, in each thread; warps is shared memory for a value of each warp.
template <typename V>
__device__ inline V blockSum(V value, V* warps) {
    value = warpSum(value);
    __syncthreads(); // what was in the memory is read
    if (threadIdx.x % WARP == 0) {
        warps[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    V sum = 0;
    for (int warp = 0; warp < (int) blockDim.x / WARP; warp++) {
        sum += warps[warp];
    }
    return sum;
}

// The index of a thread's entry in a flat array.
__device__ inline i64 flatIndex() {
    return (i64) blockIdx.x * blockDim.x + threadIdx.x;
}
