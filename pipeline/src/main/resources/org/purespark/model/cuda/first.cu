// SPDX-License-Identifier: Apache-2.0
// Attention of each text's first token only, on hidden states.

// One head in one text, for one block.
struct FirstToken {
    int head;
    int start;  // row of the text's first token
    int tokens; // T
    int stride; // of a row of dropout's numbers
    i64 place;  // in [A, B]
    i64 row;    // of [A, B, D], its first entry
    float gate;
    Mask mask;
};

__device__ inline FirstToken firstTokenOf(
        int heads, int hidden, const float* gates, const Texts& texts, const Dropout& dropout) {
    int text = blockIdx.x / heads;
    FirstToken of;
    of.head = blockIdx.x % heads;
    of.start = texts.starts[text];
    of.tokens = texts.starts[text + 1] - of.start;
    of.stride = (heads + 15) & -16;
    of.place = (i64) of.head * texts.count + text;
    of.row = of.place * hidden;
    of.gate = gates[of.head];
    of.mask = maskOf(texts, dropout, text);
    return of;
}

// gate·dropout of a token.
__device__ inline float kept(const FirstToken& of, int t) {
    return of.gate * factor(of.mask, (i64) t * of.stride + of.head);
}

// Grid: B·A. Threads: 128.
extern "C" __global__ void attendFirst(
        const float* u,     // [A, B, D]
        const float* x,     // [N, D]
        const float* gates, // [A]
        float* states,      // [A, B, D]
        float* sums,        // [A, B] or null
        float* cls,         // [N, A] or null
        float* softmax,     // [N, A]
        int heads, int hidden, float scale, Texts texts, Dropout dropout) {
    extern __shared__ float scratch[]; // [warps]
    FirstToken of = firstTokenOf(heads, hidden, gates, texts, dropout);
    float* p = softmax + (i64) of.start * heads + of.head; // [T], a step of A apart
    int lane = threadIdx.x % WARP;
    for (int t0 = 0; t0 < of.tokens; t0 += blockDim.x / WARP) {
        int t = t0 + threadIdx.x / WARP;
        float score = 0.0f;
        for (int d = lane; d < hidden && t < of.tokens; d += WARP) {
            score += x[(i64) (of.start + t) * hidden + d] * u[of.row + d];
        }
        score = warpSum(score);
        if (lane == 0 && t < of.tokens) {
            p[(i64) t * heads] = score * scale;
        }
    }
    __syncthreads();
    float largest = LOWEST;
    for (int t = 0; t < of.tokens; t++) {
        largest = fmaxf(largest, p[(i64) t * heads]);
    }
    __syncthreads(); // all threads have read
    float total = 0.0f;
    for (int t = threadIdx.x; t < of.tokens; t += blockDim.x) {
        float value = expf(p[(i64) t * heads] - largest);
        p[(i64) t * heads] = value;
        total += value;
    }
    total = blockSum(total, scratch);
    float ofGate = 0.0f;
    for (int t = threadIdx.x; t < of.tokens; t += blockDim.x) {
        float value = p[(i64) t * heads] / total;
        p[(i64) t * heads] = value;
        float weight = kept(of, t) * value;
        ofGate += weight;
        if (cls) {
            cls[(i64) (of.start + t) * heads + of.head] = weight;
        }
    }
    ofGate = blockSum(ofGate, scratch);
    if (sums && threadIdx.x == 0) {
        sums[of.place] = ofGate;
    }
    for (int d = threadIdx.x; d < hidden; d += blockDim.x) {
        float sum = 0.0f;
        for (int t = 0; t < of.tokens; t++) {
            float weight = kept(of, t) * p[(i64) t * heads];
            sum += weight * x[(i64) (of.start + t) * hidden + d];
        }
        states[of.row + d] = sum;
    }
}

// Gradients of u and of scores. Grid: B·A. Threads: 128.
extern "C" __global__ void attendFirstGradientOfQueries(
        const float* dstates, // [A, B, D]
        const float* dsums,   // [A, B]
        const float* dcls,    // [N, A]
        const float* softmax, // [N, A]
        const float* x,       // [N, D]
        const float* gates,   // [A]
        float* dscores,       // [N, A]
        float* du,            // [A, B, D]
        int heads, int hidden, float scale, Texts texts, Dropout dropout) {
    extern __shared__ float scratch[]; // [warps]
    FirstToken of = firstTokenOf(heads, hidden, gates, texts, dropout);
    const float* p = softmax + (i64) of.start * heads + of.head; // [T], a step of A apart
    float* ds = dscores + (i64) of.start * heads + of.head;      // [T], a step of A apart
    int lane = threadIdx.x % WARP;
    for (int t0 = 0; t0 < of.tokens; t0 += blockDim.x / WARP) {
        int t = t0 + threadIdx.x / WARP;
        float along = 0.0f;
        for (int d = lane; d < hidden && t < of.tokens; d += WARP) {
            along += x[(i64) (of.start + t) * hidden + d] * dstates[of.row + d];
        }
        along = warpSum(along);
        if (lane == 0 && t < of.tokens) {
            along += dsums[of.place] + dcls[(i64) (of.start + t) * heads + of.head];
            ds[(i64) t * heads] = kept(of, t) * along;
        }
    }
    __syncthreads();
    bool used = of.gate != 0.0f; // else the softmax is undefined
    float projection = 0.0f;
    for (int t = threadIdx.x; t < of.tokens; t += blockDim.x) {
        projection += used ? p[(i64) t * heads] * ds[(i64) t * heads] : 0.0f;
    }
    projection = blockSum(projection, scratch);
    for (int t = threadIdx.x; t < of.tokens; t += blockDim.x) {
        i64 at = (i64) t * heads;
        ds[at] = used ? p[at] * (ds[at] - projection) : 0.0f;
    }
    __syncthreads();
    for (int d = threadIdx.x; d < hidden; d += blockDim.x) {
        float sum = 0.0f;
        for (int t = 0; t < of.tokens; t++) {
            sum += ds[(i64) t * heads] * x[(i64) (of.start + t) * hidden + d];
        }
        du[of.row + d] = scale * sum;
    }
}

// Gradient of x. A block for each token.
extern "C" __global__ void attendFirstGradientOfStates(
        const float* dstates, // [A, B, D]
        const float* dscores, // [N, A]
        const float* softmax, // [N, A]
        const float* u,       // [A, B, D]
        const float* gates,   // [A]
        float* dx,            // [N, D]
        int heads, int hidden, float scale, Texts texts, Dropout dropout) {
    int n = blockIdx.x;
    int text = texts.textOfRow[n];
    int t = n - texts.starts[text];
    int stride = (heads + 15) & -16;
    Mask mask = maskOf(texts, dropout, text);
    for (int d = threadIdx.x; d < hidden; d += blockDim.x) {
        float sum = 0.0f;
        for (int h = 0; h < heads; h++) {
            if (gates[h] != 0.0f) {
                i64 of = ((i64) h * texts.count + text) * hidden + d;
                float kept = gates[h] * factor(mask, (i64) t * stride + h);
                sum += scale * dscores[(i64) n * heads + h] * u[of]
                        + kept * softmax[(i64) n * heads + h] * dstates[of];
            }
        }
        dx[(i64) n * hidden + d] = sum;
    }
}
