// SPDX-License-Identifier: Apache-2.0
// LossKernels.

#define CROSS_ENTROPY 0
#define BINARY_CROSS_ENTROPY 1
#define SQUARED_ERROR 2

// ln(1 + e^x), without overflow.
__device__ inline double logOnePlusExp(double x) {
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

// Of text b: its part of the loss, before the mean; its slopes are divided by the number of parts.
__device__ inline double crossEntropy(const float* z, const float* answers, float* slope, int classes, double parts) {
    double largest = z[0];
    for (int c = 1; c < classes; c++) {
        largest = z[c] > largest ? z[c] : largest;
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
        sum += exp(z[c] - largest);
    }
    double loss = 0;
    for (int c = 0; c < classes; c++) {
        loss -= answers[c] * (z[c] - largest - log(sum));
        if (slope) {
            slope[c] = (float) ((exp(z[c] - largest) / sum - answers[c]) / parts);
        }
    }
    return loss;
}

// One block: texts are few.
extern "C" __global__ void answerLoss(
        const float* logits,  // [B, C]
        const float* answers, // [B, C]
        float* loss,          // []
        float* slope,         // [B, C] or null
        int kind, int texts, int classes) {
    extern __shared__ double partials[]; // [warps]
    double parts = kind == CROSS_ENTROPY ? (double) texts : (double) texts * classes;
    double total = 0;
    for (int b = threadIdx.x; b < texts; b += blockDim.x) {
        const float* z = logits + (i64) b * classes;  // [C]
        const float* y = answers + (i64) b * classes; // [C]
        float* dz = slope ? slope + (i64) b * classes : 0; // [C] or null
        if (kind == CROSS_ENTROPY) {
            total += crossEntropy(z, y, dz, classes, parts);
            continue;
        }
        for (int c = 0; c < classes; c++) {
            double off = (double) z[c] - y[c];
            double derivative = 2 * off;
            if (kind == BINARY_CROSS_ENTROPY) {
                total += y[c] * logOnePlusExp(-z[c]) + (1.0 - y[c]) * logOnePlusExp(z[c]);
                derivative = 1 / (1 + exp(-(double) z[c])) - y[c];
            } else {
                total += off * off;
            }
            if (dz) {
                dz[c] = (float) (derivative / parts);
            }
        }
    }
    double sum = blockSum(total, partials);
    if (threadIdx.x == 0) {
        loss[0] = (float) (sum / parts);
    }
}

extern "C" __global__ void scaled(
        const float* x,      // flat
        const float* factor, // []
        float* y,            // flat
        i64 count) {
    i64 i = flatIndex();
    if (i < count) {
        y[i] = factor[0] * x[i];
    }
}

// One block. The sum of weights·roots of squares, or of weights·squares.
extern "C" __global__ void headTotal(
        const float* squares, // [L·A]
        const float* weights, // [L·A]
        float* total,         // []
        float* roots,         // [L·A] or null
        int ofRoots, float factor, int count) {
    extern __shared__ float scratch[]; // [warps]
    float sum = 0.0f;
    for (int h = threadIdx.x; h < count; h += blockDim.x) {
        float value = ofRoots ? sqrtf(squares[h]) : squares[h];
        if (roots) {
            roots[h] = value;
        }
        sum += weights[h] * value;
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
        total[0] = factor * sum;
    }
}

extern "C" __global__ void penaltyGradient(
        const float* attention, // [N, A]
        const float* roots,     // [A]
        const float* weights,   // [A]
        const float* dpenalty,  // []
        float* gradient,        // [N, A]
        i64 count, int heads) {
    i64 i = flatIndex();
    if (i < count) {
        int h = (int) (i % heads);
        gradient[i] = roots[h] == 0.0f ? 0.0f : dpenalty[0] * weights[h] * attention[i] / roots[h];
    }
}

extern "C" __global__ void distanceToTeacherGradient(
        const float* attention, // [N, A]
        const float* teacher,   // [N, A]
        const float* gates,     // [A]
        const float* ddistance, // []
        float* gradient,        // [N, A]
        float factor, i64 count, int heads) {
    i64 i = flatIndex();
    if (i < count) {
        gradient[i] = ddistance[0] * factor * gates[i % heads] * (attention[i] - teacher[i]);
    }
}

// A thread for each text and head: sums over the text's first entries, one after the other.
extern "C" __global__ void clsSums(
        const float* attention, // [N, A]
        double* sums,           // [B, A, 2]
        int heads, int most, Texts texts) {
    i64 i = flatIndex();
    if (i < (i64) texts.count * heads) {
        int b = (int) (i / heads);
        int from = texts.starts[b];
        int end = texts.starts[b + 1] - from < most ? texts.starts[b + 1] : from + most;
        double sum = 0;
        double squares = 0;
        for (int n = from; n < end; n++) {
            double entry = attention[(i64) n * heads + i % heads];
            sum += entry;
            squares += entry * entry; // exact in float64, so a fused addition gives the same
        }
        sums[2 * i] = sum;
        sums[2 * i + 1] = squares;
    }
}
