// SPDX-License-Identifier: Apache-2.0
// UpdateKernels.

// A block for each token.
extern "C" __global__ void lookUp(
        const float* table, // flat
        const i64* starts,  // [look-ups] flat offset of each embedding
        const int* rows,    // [look-ups, N]
        float* to,          // [N, W]
        int lookUps, int tokens, int width) {
    int n = blockIdx.x;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = 0.0f;
        for (int s = 0; s < lookUps; s++) {
            sum += table[starts[s] + (i64) rows[(i64) s * tokens + n] * width + i];
        }
        to[(i64) n * width + i] = sum;
    }
}

// A block for each row that has values; it adds them in the order of their tokens.
extern "C" __global__ void scatterAdd(
        float* to,            // flat, from the embedding's first entry on
        const float* values,  // [N, W]
        const int* rows,      // [distinct] row of the embedding
        const int* offsets,   // [distinct + 1] where a row's tokens start
        const int* tokens,    // [N], row after row, ascending
        int width) {
    int from = offsets[blockIdx.x];
    int end = offsets[blockIdx.x + 1];
    float* row = to + (i64) rows[blockIdx.x] * width; // [W]
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = row[i];
        for (int n = from; n < end; n++) {
            sum += values[(i64) tokens[n] * width + i];
        }
        row[i] = sum;
    }
}

// A block for each chunk of entries.
extern "C" __global__ void squares(
        const float* values, // flat
        double* sums,        // [chunks]
        i64 count, int chunk) {
    extern __shared__ double partials[]; // [warps]
    i64 from = (i64) blockIdx.x * chunk;
    i64 to = from + chunk < count ? from + chunk : count;
    double sum = 0;
    for (i64 i = from + threadIdx.x; i < to; i += blockDim.x) {
        sum += (double) values[i] * values[i];
    }
    sum = blockSum(sum, partials);
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = sum;
    }
}

// One block.
extern "C" __global__ void total(
        const double* sums, // [count]
        double* total,      // []
        int count) {
    extern __shared__ double partials[]; // [warps]
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        sum += sums[i];
    }
    sum = blockSum(sum, partials);
    if (threadIdx.x == 0) {
        total[0] = sum;
    }
}

// See UpdateKernels.AdamUpdate.
struct Adam {
    float decay;
    float beta1;
    float beta2;
    float rest1;
    float rest2;
    float stepSize;
    float inverseRoot;
    float epsilon;
    float gradientFactor;
};

__device__ inline void step(const Adam& adam, float* weight, float gradient, float* first, float* second) {
    float g = gradient * adam.gradientFactor;
    float m = adam.beta1 * *first + adam.rest1 * g;
    float v = adam.beta2 * *second + adam.rest2 * g * g;
    *first = m;
    *second = v;
    *weight = *weight * adam.decay - adam.stepSize * m / (sqrtf(v) * adam.inverseRoot + adam.epsilon);
}

extern "C" __global__ void adamW(
        float* weights,         // flat
        const float* gradients, // flat
        float* first,           // flat
        float* second,          // flat
        Adam adam, i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        step(adam, weights + i, gradients[i], first + i, second + i);
    }
}

#define RESTS (-2)

// A block for each row of an embedding.
extern "C" __global__ void adamWRows(
        float* weights,         // [V, W]
        const float* gradients, // rows of W entries
        const int* rowOf,       // [V] index of the row's gradient; -1: the gradient is 0; -2: the row only decays
        float* first,           // [V, W]
        float* second,          // [V, W]
        Adam adam, int width) {
    int v = blockIdx.x;
    int row = rowOf[v];
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        i64 at = (i64) v * width + i;
        if (row == RESTS) {
            weights[at] *= adam.decay;
        } else {
            float gradient = row < 0 ? 0.0f : gradients[(i64) row * width + i];
            step(adam, weights + at, gradient, first + at, second + at);
        }
    }
}
