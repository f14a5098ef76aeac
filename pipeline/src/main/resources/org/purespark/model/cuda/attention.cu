// SPDX-License-Identifier: Apache-2.0
// Attention of packed texts: bidirectional, each text to itself. One set of kernels for all kinds of scores.

// Rows of a block's own tile; entries of the other tile; threads of a block.
#define OWN 16
#define OTHER 32
#define ACROSS 16 // threads side by side, each with 2 x 2 pairs of a tile

// Distances beyond have the bucket of this one.
#define FAR 128

struct Heads {
    const float* qkv;       // [N, 3D] q, k and v side by side
    const float* bias;      // [3D] or null
    const float* gates;     // [A] 0 for a pruned head
    const float* table;     // [R, A] added to scores by bucket of distance, or null
    const int* buckets;     // [2·FAR + 1] bucket of key - query, from -FAR on, or null
    const float* positions; // [2M - 1, P] vectors of distances, row M - 1 + query - key, or null
    float* softmax;         // [A·ΣT²] text after text, head after head, row of a query after row
    int count;              // A
    int size;               // E
    int reach;              // tokens attend to tokens up to this distance
    int width;              // P
    int queries;            // first column of the distances' queries; -1: none
    int keys;               // first column of the distances' keys; -1: none
    int headStep;           // columns from one head's vectors to the next head's
    int middle;             // M - 1
    float scale;            // 1 / divisor of scores
};

// One head in one text, for one block.
struct Head {
    int number;
    int start;   // first token row
    int tokens;  // T
    int row;     // entries of a row of qkv: 3D
    int first;   // the head's first column of D
    float gate;
    Mask mask;
    i64 before;  // start of its T x T in the softmax
};

__device__ inline Head headOf(const Heads& heads, const Texts& texts, const Dropout& dropout) {
    Head head;
    int text = blockIdx.x / heads.count;
    head.number = blockIdx.x % heads.count;
    head.start = texts.starts[text];
    head.tokens = texts.starts[text + 1] - head.start;
    head.row = 3 * heads.count * heads.size;
    head.first = head.number * heads.size;
    head.gate = heads.gates[head.number];
    head.mask = maskOf(texts, dropout, text);
    head.before = heads.count * texts.squares[text] + (i64) head.number * head.tokens * head.tokens;
    return head;
}

// gate·dropout of a pair, see DropoutEntries.ofAttention.
__device__ inline float kept(const Head& head, int key, int query) {
    i64 stride = (head.tokens + 15) & -16;
    return head.gate * factor(head.mask, ((i64) head.number * head.tokens + key) * stride + query);
}

// tile[r, e] = part of row from + r, with its bias; 0 beyond the text. part 0: q, 1: k, 2: v.
__device__ inline void loadTile(const Heads& heads, const Head& head, int part, int from, int rows, float* tile) {
    int column = part * heads.count * heads.size + head.first;
    for (int i = threadIdx.x; i < rows * heads.size; i += blockDim.x) {
        int r = i / heads.size;
        int e = i % heads.size;
        float value = 0.0f;
        if (from + r < head.tokens) {
            value = heads.qkv[(i64) (head.start + from + r) * head.row + column + e];
            if (heads.bias) {
                value += heads.bias[column + e];
            }
        }
        tile[r * (heads.size + 1) + e] = value;
    }
}

// tile[r, e] = the head's columns of row from + r of an array [N, D]; 0 beyond the text.
__device__ inline void loadContext(
        const Heads& heads, const Head& head, const float* context, int from, int rows, float* tile) {
    int hidden = heads.count * heads.size;
    for (int i = threadIdx.x; i < rows * heads.size; i += blockDim.x) {
        int r = i / heads.size;
        int e = i % heads.size;
        tile[r * (heads.size + 1) + e] = from + r < head.tokens
                ? context[(i64) (head.start + from + r) * hidden + head.first + e]
                : 0.0f;
    }
}

// tile[x, e] = the vector of distance from + x, for x < OWN + OTHER - 1; 0 where no two tokens have it.
__device__ inline void loadDistances(const Heads& heads, const Head& head, int column, int from, float* tile) {
    for (int i = threadIdx.x; i < (OWN + OTHER - 1) * heads.size; i += blockDim.x) {
        int x = i / heads.size;
        int e = i % heads.size;
        int row = heads.middle + from + x;
        tile[x * (heads.size + 1) + e] = row >= 0 && row <= 2 * heads.middle
                ? heads.positions[(i64) row * heads.width + column + head.number * heads.headStep + e]
                : 0.0f;
    }
}

__device__ inline float dot(const float* a, const float* b, int size) {
    float sum = 0.0f;
    for (int e = 0; e < size; e++) {
        sum += a[e] * b[e];
    }
    return sum;
}

// products[2, 2] = a's rows (down, down + 1) times b's rows (across, across + ACROSS).
__device__ inline void pairs(const float* a, const float* b, int down, int across, int size, float* products) {
    const float* a0 = a + 2 * down * (size + 1);
    const float* a1 = a0 + size + 1;
    const float* b0 = b + across * (size + 1);
    const float* b1 = b0 + ACROSS * (size + 1);
    float p00 = 0.0f;
    float p01 = 0.0f;
    float p10 = 0.0f;
    float p11 = 0.0f;
    for (int e = 0; e < size; e++) {
        p00 += a0[e] * b0[e];
        p01 += a0[e] * b1[e];
        p10 += a1[e] * b0[e];
        p11 += a1[e] * b1[e];
    }
    products[0] = p00;
    products[1] = p01;
    products[2] = p10;
    products[3] = p11;
}

// What scores of queries with keys are increased by, beside their products.
__device__ inline float ofBucket(const Heads& heads, const Head& head, int key, int query) {
    if (!heads.table) {
        return 0.0f;
    }
    int distance = key - query;
    distance = distance < -FAR ? -FAR : distance > FAR ? FAR : distance;
    return heads.table[heads.buckets[FAR + distance] * heads.count + head.number];
}

// Softmax of each of the block's rows, in place. A warp for each row in turn.
__device__ inline void softmaxRows(const Head& head, int reach, int from, float* p) {
    int lane = threadIdx.x % WARP;
    for (int r = threadIdx.x / WARP; r < OWN; r += blockDim.x / WARP) {
        int query = from + r;
        float* row = p + (i64) query * head.tokens; // [T]
        int tokens = query < head.tokens ? head.tokens : 0;
        float largest = LOWEST;
        for (int j = lane; j < tokens; j += WARP) {
            if (j - query <= reach && query - j <= reach) {
                largest = fmaxf(largest, row[j]);
            }
        }
        largest = warpMax(largest);
        float total = 0.0f;
        for (int j = lane; j < tokens; j += WARP) {
            bool within = j - query <= reach && query - j <= reach;
            float value = within ? expf(row[j] - largest) : 0.0f;
            row[j] = value;
            total += value;
        }
        total = warpSum(total);
        for (int j = lane; j < tokens; j += WARP) {
            row[j] /= total;
        }
    }
}

// sums[r, e] += weights[r, x]·tile[x, e] over a tile of OTHER rows.
__device__ inline void accumulate(const float* weights, const float* tile, int size, float* sums) {
    for (int o = threadIdx.x; o < OWN * size; o += blockDim.x) {
        int r = o / size;
        int e = o % size;
        float sum = 0.0f;
        for (int x = 0; x < OTHER; x++) {
            sum += weights[r * (OTHER + 1) + x] * tile[x * (size + 1) + e];
        }
        sums[o] += sum;
    }
}

// sums[r, e] += weights[r, x]·vector of a distance; the tile starts with that of row 0 and the last x, or of x = 0
// and the last row.
#define ROWS_ARE_QUERIES 1
#define ROWS_ARE_KEYS (-1)
__device__ inline void accumulateDistances(
        const float* weights, const float* tile, int size, int rowsAre, float* sums) {
    for (int o = threadIdx.x; o < OWN * size; o += blockDim.x) {
        int r = o / size;
        int e = o % size;
        float sum = 0.0f;
        for (int x = 0; x < OTHER; x++) {
            int at = rowsAre == ROWS_ARE_QUERIES ? r - x + OTHER - 1 : x - r + OWN - 1;
            sum += weights[r * (OTHER + 1) + x] * tile[at * (size + 1) + e];
        }
        sums[o] += sum;
    }
}

__device__ inline void clearSums(const Heads& heads, float* sums) {
    for (int o = threadIdx.x; o < OWN * heads.size; o += blockDim.x) {
        sums[o] = 0.0f;
    }
}

// Writes factor·sums to the block's rows of one part of dqkv.
__device__ inline void writePart(
        const Heads& heads, const Head& head, int part, int from, const float* sums, float factor, float* dqkv) {
    int column = part * heads.count * heads.size + head.first;
    for (int o = threadIdx.x; o < OWN * heads.size; o += blockDim.x) {
        int r = o / heads.size;
        if (from + r < head.tokens) {
            dqkv[(i64) (head.start + from + r) * head.row + column + o % heads.size] = factor * sums[o];
        }
    }
}

// Scores of the block's queries with all keys, to the rows of p.
__device__ inline void scoreRows(
        const Heads& heads, const Head& head, int from, float* own, float* other, float* distances, float* p) {
    int down = threadIdx.x / ACROSS;
    int across = threadIdx.x % ACROSS;
    loadTile(heads, head, 0, from, OWN, own);
    for (int key0 = 0; key0 < head.tokens; key0 += OTHER) {
        __syncthreads();
        loadTile(heads, head, 1, key0, OTHER, other);
        if (heads.keys >= 0) {
            loadDistances(heads, head, heads.keys, from - key0 - (OTHER - 1), distances);
        }
        __syncthreads();
        float products[4]; // [2, 2]
        pairs(own, other, down, across, heads.size, products);
        if (heads.keys >= 0) {
            for (int pair = 0; pair < 4; pair++) {
                int r = 2 * down + pair / 2;
                int x = across + ACROSS * (pair % 2);
                products[pair] += dot(
                        own + r * (heads.size + 1), distances + (r - x + OTHER - 1) * (heads.size + 1), heads.size);
            }
        }
        if (heads.queries >= 0) {
            __syncthreads();
            loadDistances(heads, head, heads.queries, from - key0 - (OTHER - 1), distances);
            __syncthreads();
            for (int pair = 0; pair < 4; pair++) {
                int r = 2 * down + pair / 2;
                int x = across + ACROSS * (pair % 2);
                products[pair] += dot(
                        other + x * (heads.size + 1), distances + (r - x + OTHER - 1) * (heads.size + 1), heads.size);
            }
        }
        for (int pair = 0; pair < 4; pair++) {
            int query = from + 2 * down + pair / 2;
            int key = key0 + across + ACROSS * (pair % 2);
            if (query < head.tokens && key < head.tokens) {
                p[(i64) query * head.tokens + key] = products[pair] * heads.scale + ofBucket(heads, head, key, query);
            }
        }
    }
    __syncthreads();
}

// Grid: B·A x tiles of OWN queries of the longest text. Threads: 128.
extern "C" __global__ void attend(
        Heads heads, Texts texts, Dropout dropout,
        float* context, // [N, D]
        float* cls) {   // [N, A] or null
    extern __shared__ float scratch[];
    float* own = scratch;                                // [OWN, E + 1]
    float* other = own + OWN * (heads.size + 1);         // [OTHER, E + 1]
    float* weights = other + OTHER * (heads.size + 1);   // [OWN, OTHER + 1]
    float* sums = weights + OWN * (OTHER + 1);           // [OWN, E]
    float* distances = sums + OWN * heads.size;          // [OWN + OTHER - 1, E + 1], where there are positions
    Head head = headOf(heads, texts, dropout);
    int from = blockIdx.y * OWN;
    if (from >= head.tokens) {
        return;
    }
    int hidden = heads.count * heads.size;
    float* p = heads.softmax + head.before; // [T, T]
    clearSums(heads, sums);
    if (head.gate != 0.0f) {
        scoreRows(heads, head, from, own, other, distances, p);
        softmaxRows(head, heads.reach, from, p);
        for (int key0 = 0; key0 < head.tokens; key0 += OTHER) {
            __syncthreads();
            loadTile(heads, head, 2, key0, OTHER, other);
            for (int i = threadIdx.x; i < OWN * OTHER; i += blockDim.x) {
                int query = from + i / OTHER;
                int key = key0 + i % OTHER;
                weights[i / OTHER * (OTHER + 1) + i % OTHER] = query < head.tokens && key < head.tokens
                        ? kept(head, key, query) * p[(i64) query * head.tokens + key]
                        : 0.0f;
            }
            __syncthreads();
            accumulate(weights, other, heads.size, sums);
        }
    }
    for (int o = threadIdx.x; o < OWN * heads.size; o += blockDim.x) {
        int r = o / heads.size;
        if (from + r < head.tokens) {
            context[(i64) (head.start + from + r) * hidden + head.first + o % heads.size] = sums[o];
        }
    }
    if (cls && from == 0) {
        for (int key = threadIdx.x; key < head.tokens; key += blockDim.x) {
            cls[(i64) (head.start + key) * heads.count + head.number] =
                    head.gate == 0.0f ? 0.0f : kept(head, key, 0) * p[key];
        }
    }
}

// The softmax again, for attendGradientOfKeys too; gradients of scores, and of q. Grid and threads as above.
extern "C" __global__ void attendGradientOfQueries(
        Heads heads, Texts texts, Dropout dropout,
        const float* dcontext, // [N, D]
        const float* dcls,     // [N, A]
        float* dscores,        // [A·ΣT²]
        float* dqkv) {         // [N, 3D]: q's part
    extern __shared__ float scratch[];
    float* own = scratch;                                // [OWN, E + 1]
    float* other = own + OWN * (heads.size + 1);         // [OTHER, E + 1]
    float* weights = other + OTHER * (heads.size + 1);   // [OWN, OTHER + 1]
    float* sums = weights + OWN * (OTHER + 1);           // [OWN, E]
    float* distances = sums + OWN * heads.size;          // [OWN + OTHER - 1, E + 1], where there are positions
    Head head = headOf(heads, texts, dropout);
    int from = blockIdx.y * OWN;
    if (from >= head.tokens) {
        return;
    }
    float* p = heads.softmax + head.before; // [T, T]
    float* ds = dscores + head.before;      // [T, T]
    int down = threadIdx.x / ACROSS;
    int across = threadIdx.x % ACROSS;
    int lane = threadIdx.x % WARP;
    clearSums(heads, sums);
    if (head.gate != 0.0f) {
        scoreRows(heads, head, from, own, other, distances, p);
        softmaxRows(head, heads.reach, from, p);
    }
    loadContext(heads, head, dcontext, from, OWN, own);
    for (int key0 = 0; key0 < head.tokens; key0 += OTHER) {
        __syncthreads();
        loadTile(heads, head, 2, key0, OTHER, other);
        __syncthreads();
        float products[4]; // [2, 2]
        pairs(own, other, down, across, heads.size, products);
        for (int pair = 0; pair < 4; pair++) {
            int query = from + 2 * down + pair / 2;
            int key = key0 + across + ACROSS * (pair % 2);
            if (query < head.tokens && key < head.tokens) {
                float dp = products[pair];
                if (query == 0) {
                    dp += dcls[(i64) (head.start + key) * heads.count + head.number];
                }
                ds[(i64) query * head.tokens + key] = kept(head, key, query) * dp;
            }
        }
    }
    __syncthreads();
    for (int r = threadIdx.x / WARP; r < OWN; r += blockDim.x / WARP) {
        i64 row = (i64) (from + r) * head.tokens;
        int tokens = from + r < head.tokens ? head.tokens : 0;
        bool used = head.gate != 0.0f; // else the softmax is undefined
        float projection = 0.0f;
        for (int j = lane; j < tokens; j += WARP) {
            projection += used ? p[row + j] * ds[row + j] : 0.0f;
        }
        projection = warpSum(projection);
        for (int j = lane; j < tokens; j += WARP) {
            ds[row + j] = used ? p[row + j] * (ds[row + j] - projection) : 0.0f;
        }
    }
    for (int key0 = 0; key0 < head.tokens; key0 += OTHER) {
        __syncthreads();
        loadTile(heads, head, 1, key0, OTHER, other);
        for (int i = threadIdx.x; i < OWN * OTHER; i += blockDim.x) {
            int query = from + i / OTHER;
            int key = key0 + i % OTHER;
            weights[i / OTHER * (OTHER + 1) + i % OTHER] =
                    query < head.tokens && key < head.tokens ? ds[(i64) query * head.tokens + key] : 0.0f;
        }
        if (heads.keys >= 0) {
            loadDistances(heads, head, heads.keys, from - key0 - (OTHER - 1), distances);
        }
        __syncthreads();
        accumulate(weights, other, heads.size, sums);
        if (heads.keys >= 0) {
            accumulateDistances(weights, distances, heads.size, ROWS_ARE_QUERIES, sums);
        }
    }
    writePart(heads, head, 0, from, sums, heads.scale, dqkv);
}

// Gradients of k and v. Grid: B·A x tiles of OWN keys of the longest text. Threads: 128.
extern "C" __global__ void attendGradientOfKeys(
        Heads heads, Texts texts, Dropout dropout,
        const float* dcontext, // [N, D]
        const float* dscores,  // [A·ΣT²]
        float* dqkv) {         // [N, 3D]: the parts of k and v
    extern __shared__ float scratch[];
    float* other = scratch;                              // [OTHER, E + 1]
    float* weights = other + OTHER * (heads.size + 1);   // [OWN, OTHER + 1]
    float* sums = weights + OWN * (OTHER + 1);           // [OWN, E]
    float* distances = sums + OWN * heads.size;          // [OWN + OTHER - 1, E + 1], where there are positions
    Head head = headOf(heads, texts, dropout);
    int from = blockIdx.y * OWN;
    if (from >= head.tokens) {
        return;
    }
    const float* p = heads.softmax + head.before; // [T, T]
    const float* ds = dscores + head.before;      // [T, T]
    for (int part = 1; part <= 2; part++) {
        bool ofValues = part == 2;
        clearSums(heads, sums);
        for (int query0 = 0; query0 < head.tokens && head.gate != 0.0f; query0 += OTHER) {
            __syncthreads();
            if (ofValues) {
                loadContext(heads, head, dcontext, query0, OTHER, other);
            } else {
                loadTile(heads, head, 0, query0, OTHER, other);
                if (heads.queries >= 0) {
                    loadDistances(heads, head, heads.queries, query0 - from - (OWN - 1), distances);
                }
            }
            for (int i = threadIdx.x; i < OWN * OTHER; i += blockDim.x) {
                int r = i % OWN; // neighbours in memory
                int x = i / OWN;
                int key = from + r;
                int query = query0 + x;
                float weight = 0.0f;
                if (query < head.tokens && key < head.tokens) {
                    i64 at = (i64) query * head.tokens + key;
                    weight = ofValues ? kept(head, key, query) * p[at] : ds[at];
                }
                weights[r * (OTHER + 1) + x] = weight;
            }
            __syncthreads();
            accumulate(weights, other, heads.size, sums);
            if (!ofValues && heads.queries >= 0) {
                accumulateDistances(weights, distances, heads.size, ROWS_ARE_KEYS, sums);
            }
        }
        writePart(heads, head, part, from, sums, ofValues ? 1.0f : heads.scale, dqkv);
    }
}
