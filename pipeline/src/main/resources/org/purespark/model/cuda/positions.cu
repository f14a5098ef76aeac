// SPDX-License-Identifier: Apache-2.0
// What attention that knows of positions needs beside the kernels of attention.cu; HeadKernels' sums.

// Turns q and k by their tokens' angles; v is copied. A block for each token.
extern "C" __global__ void turn(
        const float* qkv,    // [N, 3D], maybe the memory of turned
        const float* angles, // [M, E/2, 2]: cosine and sine
        float* turned,       // [N, 3D]
        int hidden, int size, float direction, Texts texts) {
    int n = blockIdx.x;
    int half = size / 2;
    int t = n - texts.starts[texts.textOfRow[n]];
    i64 row = (i64) n * 3 * hidden;
    for (int i = threadIdx.x; i < hidden; i += blockDim.x) {
        int pair = i % half;
        i64 at = row + (i64) (i / half) * size + pair; // of the 2·A parts of q and k
        float a = qkv[at];
        float b = qkv[at + half];
        float cosine = angles[2 * ((i64) t * half + pair)];
        float sine = direction * angles[2 * ((i64) t * half + pair) + 1];
        turned[at] = a * cosine - b * sine;
        turned[at + half] = b * cosine + a * sine;
        turned[row + 2 * hidden + i] = qkv[row + 2 * hidden + i];
    }
}

// A block for each distance.
extern "C" __global__ void distanceRows(
        const float* table, // [R, W]
        const int* rows,    // [2M - 1] row of each distance
        float* y,           // [2M - 1, W]
        int width, float factorOfAll, Texts texts, Dropout dropout) {
    int row = rows[blockIdx.x];
    Mask mask = maskOf(texts, dropout, 0);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        i64 at = (i64) row * width + i;
        y[(i64) blockIdx.x * width + i] = factorOfAll * factor(mask, at) * table[at];
    }
}

// A block for each row of the table; its distances are neighbours.
extern "C" __global__ void distanceRowsGradient(
        const float* dy,   // [2M - 1, W]
        const int* starts, // [R + 1] first distance of each row
        float* dtable,     // [R, W]
        int width, float factorOfAll, Texts texts, Dropout dropout) {
    int row = blockIdx.x;
    Mask mask = maskOf(texts, dropout, 0);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        float sum = 0.0f;
        for (int r = starts[row]; r < starts[row + 1]; r++) {
            sum += dy[(i64) r * width + i];
        }
        i64 at = (i64) row * width + i;
        dtable[at] = factorOfAll * factor(mask, at) * sum;
    }
}

// Sums of scores' gradients by distance. Grid: 2M - 1 distances x A.
extern "C" __global__ void diagonalSums(
        const float* dscores, // [A·ΣT²]
        float* sums,          // [2M - 1, A] row M - 1 + query - key
        int heads, int middle, Texts texts) {
    extern __shared__ float scratch[]; // [warps]
    int distance = (int) blockIdx.x - middle; // query - key
    int h = blockIdx.y;
    float sum = 0.0f;
    for (int text = 0; text < texts.count; text++) {
        int tokens = texts.starts[text + 1] - texts.starts[text];
        const float* ds = dscores + heads * texts.squares[text] + (i64) h * tokens * tokens; // [T, T]
        for (int query = threadIdx.x; query < tokens; query += blockDim.x) {
            int key = query - distance;
            if (key >= 0 && key < tokens) {
                sum += ds[(i64) query * tokens + key];
            }
        }
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
        sums[(i64) blockIdx.x * heads + h] = sum;
    }
}

// A block for each row of the table. Threads: at least A.
extern "C" __global__ void bucketSums(
        const float* diagonals, // [2M - 1, A]
        const int* buckets,     // [2·FAR + 1] bucket of key - query, from -FAR on
        float* dtable,          // [R, A]
        int heads, int middle) {
    for (int h = threadIdx.x; h < heads; h += blockDim.x) {
        float sum = 0.0f;
        for (int x = 0; x <= 2 * middle; x++) {
            int distance = middle - x; // key - query
            distance = distance < -FAR ? -FAR : distance > FAR ? FAR : distance;
            if (buckets[FAR + distance] == (int) blockIdx.x) {
                sum += diagonals[(i64) x * heads + h];
            }
        }
        dtable[(i64) blockIdx.x * heads + h] = sum;
    }
}

// Gradient of one head's query or key of one distance, added to what the thread's sum is.
__device__ inline float ofDistance(
        const Heads& heads, const Texts& texts, const float* dscores, int h, int part, int distance, int e) {
    int hidden = heads.count * heads.size;
    int column = part * hidden + h * heads.size + e;
    float bias = heads.bias ? heads.bias[column] : 0.0f;
    float sum = 0.0f;
    for (int text = 0; text < texts.count; text++) {
        int start = texts.starts[text];
        int tokens = texts.starts[text + 1] - start;
        const float* ds = dscores + heads.count * texts.squares[text] + (i64) h * tokens * tokens; // [T, T]
        int from = distance > 0 ? distance : 0;
        int to = distance < 0 ? tokens + distance : tokens;
        for (int query = from; query < to; query++) {
            int key = query - distance;
            int token = part == 0 ? query : key;
            sum += ds[(i64) query * tokens + key] * (heads.qkv[(i64) (start + token) * 3 * hidden + column] + bias);
        }
    }
    return sum;
}

// Grid: 2M - 1 distances x owners: heads of each term, or one for all. Threads: at least E.
extern "C" __global__ void distanceGradient(
        Heads heads, Texts texts,
        const float* dscores, // [A·ΣT²]
        float* dpositions) {  // [2M - 1, P]
    int distance = (int) blockIdx.x - heads.middle; // query - key
    for (int e = threadIdx.x; e < heads.size; e += blockDim.x) {
        float sum = 0.0f;
        int column = e;
        if (heads.headStep == 0) {
            for (int h = 0; h < heads.count; h++) {
                if (heads.keys >= 0) {
                    sum += ofDistance(heads, texts, dscores, h, 0, distance, e);
                }
                if (heads.queries >= 0) {
                    sum += ofDistance(heads, texts, dscores, h, 1, distance, e);
                }
            }
        } else {
            int h = blockIdx.y % heads.count;
            bool ofQueries = heads.queries >= 0 && (int) blockIdx.y < heads.count; // they come first
            column = (ofQueries ? heads.queries : heads.keys) + h * heads.headStep + e;
            sum = ofDistance(heads, texts, dscores, h, ofQueries ? 1 : 0, distance, e);
        }
        dpositions[(i64) blockIdx.x * heads.width + column] = heads.scale * sum;
    }
}

// context[b, i] += bias[i]·sums[i / E, b].
extern "C" __global__ void addHeadBias(
        const float* sums, // [A, B]
        const float* bias, // [D]
        float* context,    // [B, D]
        int texts, int hidden, int size) {
    i64 at = flatIndex();
    if (at < (i64) texts * hidden) {
        int b = (int) (at / hidden);
        int i = (int) (at % hidden);
        context[at] += bias[i] * sums[i / size * texts + b];
    }
}

// Grid: A·B. Threads: 32.
extern "C" __global__ void headSumsGradient(
        const float* dcontext, // [B, D]
        const float* bias,     // [D]
        float* dsums,          // [A, B]
        int texts, int hidden, int size) {
    int h = blockIdx.x / texts;
    int b = blockIdx.x % texts;
    float sum = 0.0f;
    for (int e = threadIdx.x; e < size; e += WARP) {
        sum += dcontext[(i64) b * hidden + h * size + e] * bias[h * size + e];
    }
    sum = warpSum(sum);
    if (threadIdx.x == 0) {
        dsums[blockIdx.x] = sum;
    }
}

extern "C" __global__ void headBiasGradient(
        const float* dcontext, // [B, D]
        const float* sums,     // [A, B]
        float* dbias,          // [D]
        int texts, int hidden, int size) {
    i64 i = flatIndex();
    if (i < hidden) {
        float sum = 0.0f;
        for (int b = 0; b < texts; b++) {
            sum += dcontext[(i64) b * hidden + i] * sums[i / size * texts + b];
        }
        dbias[i] = sum;
    }
}
