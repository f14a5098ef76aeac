// SPDX-License-Identifier: Apache-2.0
// NormKernels: a block for each row. Each thread reads and writes the same columns throughout.

#define DROPS_INPUT 0  // s = dropout(h + bias) + residual
#define DROPS_OUTPUT 1 // y = dropout(γ·x̂ + β)

extern "C" __global__ void normalize(
        const float* h,        // [R, W], maybe the memory of y
        const float* bias,     // [W] or null
        const float* residual, // [R, W] or null
        const float* gamma,    // [W]
        const float* beta,     // [W] or null
        float* y,              // [R, W]
        float* sums,           // [R, W] or null: s
        float* normalized,     // [R, W] or null: x̂
        float* inverse,        // [R] or null: 1/σ
        int width, float epsilon, int drops, int kind, Texts texts, Dropout dropout) {
    extern __shared__ float scratch[]; // [warps]
    int row = blockIdx.x;
    i64 start = (i64) row * width;
    Mask mask = maskOf(texts, dropout, textOf(texts, kind, row));
    i64 first = firstEntry(texts, kind, row, width);
    float total = 0.0f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float s = h[start + i];
        if (bias) {
            s += bias[i];
        }
        if (drops == DROPS_INPUT) {
            s *= factor(mask, first + i);
        }
        if (residual) {
            s += residual[start + i];
        }
        y[start + i] = s; // for this thread, until the end
        if (sums) {
            sums[start + i] = s;
        }
        total += s;
    }
    float mean = blockSum(total, scratch) / width;
    total = 0.0f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float off = y[start + i] - mean;
        total += off * off;
    }
    float variance = blockSum(total, scratch) / width;
    float root = 1.0f / sqrtf(variance + epsilon);
    if (inverse && threadIdx.x == 0) {
        inverse[row] = root;
    }
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float hat = (y[start + i] - mean) * root;
        if (normalized) {
            normalized[start + i] = hat;
        }
        float result = gamma[i] * hat;
        if (beta) {
            result += beta[i];
        }
        if (drops == DROPS_OUTPUT) {
            result *= factor(mask, first + i);
        }
        y[start + i] = result;
    }
}

// ds = (g - mean(g) - x̂·mean(g·x̂))·1/σ + dsum, g = γ·dy; dh = dropout(ds) where the input is dropped.
extern "C" __global__ void normGradient(
        const float* dy,         // [R, W]
        const float* dsum,       // [R, W] or null
        const float* normalized, // [R, W] x̂
        const float* inverse,    // [R] 1/σ
        const float* gamma,      // [W]
        float* ds,               // [R, W]
        float* dh,               // [R, W] or null
        int width, int drops, int kind, Texts texts, Dropout dropout) {
    extern __shared__ float scratch[]; // [warps]
    int row = blockIdx.x;
    i64 start = (i64) row * width;
    Mask mask = maskOf(texts, dropout, textOf(texts, kind, row));
    i64 first = firstEntry(texts, kind, row, width);
    float total = 0.0f;
    float along = 0.0f;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float g = gamma[i] * dy[start + i];
        if (drops == DROPS_OUTPUT) {
            g *= factor(mask, first + i);
        }
        total += g;
        along += g * normalized[start + i];
    }
    float mean = blockSum(total, scratch) / width;
    float projection = blockSum(along, scratch) / width;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float kept = factor(mask, first + i);
        float g = gamma[i] * dy[start + i];
        if (drops == DROPS_OUTPUT) {
            g *= kept;
        }
        float result = (g - mean - normalized[start + i] * projection) * inverse[row];
        if (dsum) {
            result += dsum[start + i];
        }
        ds[start + i] = result;
        if (dh) {
            dh[start + i] = kept * result;
        }
    }
}
