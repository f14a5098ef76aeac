// SPDX-License-Identifier: Apache-2.0
// RowKernels, and the sums of columns that gradients of biases are.

#define TERM_A 0          // a
#define TERM_PRODUCT 1    // a·b
#define TERM_DIFFERENCE 2 // (a - b)²

// Adds up columns of terms over rows [chunk·rowsOfChunk, …), for one chunk of rows and 32 columns. Threads: 32 x 8.
// Grid: column tiles x chunks. With masks, each term is times its dropout factor.
extern "C" __global__ void columnSums(
        const float* a,   // [R, W]
        const float* b,   // [R, W] or null
        float* sums,      // [chunks, W]
        int term, int rows, int width, int rowsOfChunk, int masked, int kind, Texts texts, Dropout dropout) {
    extern __shared__ float scratch[]; // [8, 32]
    int lane = threadIdx.x % WARP;
    int part = threadIdx.x / WARP;
    int parts = blockDim.x / WARP;
    int column = blockIdx.x * WARP + lane;
    int from = blockIdx.y * rowsOfChunk;
    int to = from + rowsOfChunk < rows ? from + rowsOfChunk : rows;
    float sum = 0.0f;
    if (column < width) {
        for (int r = from + part; r < to; r += parts) {
            i64 at = (i64) r * width + column;
            float value = a[at];
            if (term == TERM_PRODUCT) {
                value *= b[at];
            } else if (term == TERM_DIFFERENCE) {
                value = (value - b[at]) * (value - b[at]);
            }
            if (masked) {
                Mask mask = maskOf(texts, dropout, textOf(texts, kind, r));
                value *= factor(mask, firstEntry(texts, kind, r, width) + column);
            }
            sum += value;
        }
    }
    scratch[threadIdx.x] = sum;
    __syncthreads();
    if (part == 0 && column < width) {
        float total = 0.0f;
        for (int p = 0; p < parts; p++) {
            total += scratch[p * WARP + lane];
        }
        sums[(i64) blockIdx.y * width + column] = total;
    }
}

// The sum of the chunks of each column.
extern "C" __global__ void chunkSums(
        const float* chunks, // [chunks, W]
        float* sums,         // [W]
        int count, int width) {
    i64 column = flatIndex();
    if (column < width) {
        float sum = 0.0f;
        for (int c = 0; c < count; c++) {
            sum += chunks[(i64) c * width + column];
        }
        sums[column] = sum;
    }
}

extern "C" __global__ void addBias(
        const float* x,    // [R, W], maybe the memory of y
        const float* bias, // [W]
        float* y,          // [R, W]
        i64 count, int width) {
    i64 i = flatIndex();
    if (i < count) {
        y[i] = x[i] + bias[i % width];
    }
}

__device__ inline float cumulative(float x) {
    return 0.5f * (1.0f + erff(x * 0.70710678118654752f));
}

__device__ inline float geluSlope(float x) {
    return cumulative(x) + x * 0.39894228040143268f * expf(-0.5f * x * x);
}

#define OF_GELU 0
#define OF_GELU_BY_TANH 1
#define OF_SILU 2
#define OF_TANH 3
#define OF_RELU 4

__device__ inline float inner(float x) {
    return 0.79788456080286536f * (x + 0.044715f * x * x * x);
}

__device__ inline float valueOf(int function, float x) {
    switch (function) {
        case OF_GELU:
            return x * cumulative(x);
        case OF_GELU_BY_TANH:
            return 0.5f * x * (1.0f + tanhf(inner(x)));
        case OF_SILU:
            return x / (1.0f + expf(-x));
        case OF_TANH:
            return tanhf(x);
        default:
            return x > 0.0f ? x : 0.0f;
    }
}

__device__ inline float slopeOf(int function, float x) {
    switch (function) {
        case OF_GELU:
            return geluSlope(x);
        case OF_GELU_BY_TANH: {
            float t = tanhf(inner(x));
            float ofInner = 0.79788456080286536f * (1.0f + 3.0f * 0.044715f * x * x);
            return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * ofInner;
        }
        case OF_SILU: {
            float sigma = 1.0f / (1.0f + expf(-x));
            return sigma + x * sigma * (1.0f - sigma);
        }
        case OF_TANH: {
            float t = tanhf(x);
            return 1.0f - t * t;
        }
        default:
            return x > 0.0f ? 1.0f : 0.0f;
    }
}

extern "C" __global__ void biasActivation(
        const float* h,    // [R, F], maybe the memory of y
        const float* bias, // [F]
        float* y,          // [R, F]
        float* slope,      // [R, F] or null
        int function, i64 count, int width) {
    i64 i = flatIndex();
    if (i < count) {
        float x = h[i] + bias[i % width];
        y[i] = valueOf(function, x);
        if (slope) {
            slope[i] = slopeOf(function, x);
        }
    }
}

extern "C" __global__ void product(
        const float* a, // flat
        const float* b, // flat
        float* y,       // flat
        i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        y[i] = a[i] * b[i];
    }
}

extern "C" __global__ void sum(
        const float* a, // flat, maybe the memory of y
        const float* b, // flat
        float* y,       // flat
        i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        y[i] = a[i] + b[i];
    }
}

extern "C" __global__ void activation(
        const float* x, // flat
        float* y,       // flat
        int function, i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        y[i] = valueOf(function, x[i]);
    }
}

extern "C" __global__ void activationGradient(
        const float* dy, // flat
        const float* x,  // flat
        float* dx,       // flat
        int function, i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        dx[i] = dy[i] * slopeOf(function, x[i]);
    }
}

// A block for each row.
extern "C" __global__ void dropRows(
        const float* x, // [R, W]
        float* y,       // [R, W]
        int width, int kind, Texts texts, Dropout dropout) {
    int row = blockIdx.x;
    Mask mask = maskOf(texts, dropout, textOf(texts, kind, row));
    i64 first = firstEntry(texts, kind, row, width);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        y[(i64) row * width + i] = factor(mask, first + i) * x[(i64) row * width + i];
    }
}

// A block for each row n; entry i·kernel + k is entry i of the token at k - (kernel - 1)/2 from token n.
extern "C" __global__ void nearRows(
        const float* x, // [N, W]
        float* y,       // [N, W·kernel]
        int width, int kernel, Texts texts) {
    int n = blockIdx.x;
    int text = texts.textOfRow[n];
    for (int at = threadIdx.x; at < width * kernel; at += blockDim.x) {
        int near = n + at % kernel - kernel / 2;
        bool within = near >= texts.starts[text] && near < texts.starts[text + 1];
        y[(i64) n * width * kernel + at] = within ? x[(i64) near * width + at / kernel] : 0.0f;
    }
}

extern "C" __global__ void nearRowsGradient(
        const float* dy, // [N, W·kernel]
        float* dx,       // [N, W]
        int width, int kernel, Texts texts) {
    int near = blockIdx.x;
    int text = texts.textOfRow[near];
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = 0.0f;
        for (int k = 0; k < kernel; k++) {
            int n = near - k + kernel / 2;
            if (n >= texts.starts[text] && n < texts.starts[text + 1]) {
                sum += dy[(i64) n * width * kernel + i * kernel + k];
            }
        }
        dx[(i64) near * width + i] = sum;
    }
}

// A block for each text.
extern "C" __global__ void firstRows(
        const float* x, // [N, W]
        float* y,       // [B, W]
        int width, Texts texts) {
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        y[(i64) blockIdx.x * width + i] = x[(i64) texts.starts[blockIdx.x] * width + i];
    }
}

// A block for each token.
extern "C" __global__ void firstRowsGradient(
        const float* dy, // [B, W]
        float* dx,       // [N, W]
        int width, Texts texts) {
    int n = blockIdx.x;
    int text = texts.textOfRow[n];
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        dx[(i64) n * width + i] = n == texts.starts[text] ? dy[(i64) text * width + i] : 0.0f;
    }
}

// A block for each text.
extern "C" __global__ void meanRows(
        const float* x, // [N, W]
        float* y,       // [B, W]
        int width, Texts texts) {
    int start = texts.starts[blockIdx.x];
    int end = texts.starts[blockIdx.x + 1];
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = 0.0f;
        for (int n = start; n < end; n++) {
            sum += x[(i64) n * width + i];
        }
        y[(i64) blockIdx.x * width + i] = sum / (float) (end - start);
    }
}

// A block for each token.
extern "C" __global__ void meanRowsGradient(
        const float* dy, // [B, W]
        float* dx,       // [N, W]
        int width, Texts texts) {
    int text = texts.textOfRow[blockIdx.x];
    float length = (float) (texts.starts[text + 1] - texts.starts[text]);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        dx[(i64) blockIdx.x * width + i] = dy[(i64) text * width + i] / length;
    }
}

// y = dropout(gelu(a)·b). A block for each row.
extern "C" __global__ void gatedGelu(
        const float* h, // [R, 2F]: a and b side by side
        float* y,       // [R, F]
        float* slopes,  // [R, 2F] or null
        int width, int kind, Texts texts, Dropout dropout) {
    int row = blockIdx.x;
    Mask mask = maskOf(texts, dropout, textOf(texts, kind, row));
    i64 first = firstEntry(texts, kind, row, width);
    const float* a = h + (i64) row * 2 * width; // [F]
    const float* b = a + width;                 // [F]
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float ofA = a[i];
        float ofB = b[i];
        float gelu = ofA * cumulative(ofA);
        if (slopes) {
            slopes[(i64) row * 2 * width + i] = geluSlope(ofA) * ofB;
            slopes[(i64) row * 2 * width + width + i] = gelu;
        }
        y[(i64) row * width + i] = factor(mask, first + i) * gelu * ofB;
    }
}

// A block for each row.
extern "C" __global__ void gatedGeluGradient(
        const float* dy,     // [R, F]
        const float* slopes, // [R, 2F]
        float* dh,           // [R, 2F]
        int width, int kind, Texts texts, Dropout dropout) {
    int row = blockIdx.x;
    Mask mask = maskOf(texts, dropout, textOf(texts, kind, row));
    i64 first = firstEntry(texts, kind, row, width);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float dropped = factor(mask, first + i) * dy[(i64) row * width + i];
        i64 at = (i64) row * 2 * width + i;
        dh[at] = dropped * slopes[at];
        dh[at + width] = dropped * slopes[at + width];
    }
}

// Tiles of 32 x 32. Threads: 32 x 8.
extern "C" __global__ void transposed(
        const float* x, // [rows, columns]
        float* y,       // [columns, rows]
        int rows, int columns) {
    extern __shared__ float scratch[]; // [32, 33]
    int lane = threadIdx.x % WARP;
    int part = threadIdx.x / WARP;
    int parts = blockDim.x / WARP;
    int row0 = blockIdx.y * WARP;
    int column0 = blockIdx.x * WARP;
    for (int r = part; r < WARP; r += parts) {
        if (row0 + r < rows && column0 + lane < columns) {
            scratch[r * (WARP + 1) + lane] = x[(i64) (row0 + r) * columns + column0 + lane];
        }
    }
    __syncthreads();
    for (int c = part; c < WARP; c += parts) {
        if (column0 + c < columns && row0 + lane < rows) {
            y[(i64) (column0 + c) * rows + row0 + lane] = scratch[lane * (WARP + 1) + c];
        }
    }
}
