// SPDX-License-Identifier: Apache-2.0
// What CUDA C has and C++ has not, for kernels that run on the host: a loop over the blocks of a grid, and for each
// thread of a block a stack of its own. A barrier goes on with the next thread; the round ends when all have met it.

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <ucontext.h>
#include <utility>
#include <vector>

#define __device__
#define __global__
#define __shared__

using std::log1p;

struct Index {
    unsigned x, y, z;
};

Index threadIdx, blockIdx, blockDim, gridDim;

// Shared memory is an array of this name and type, of the size that the launch says.
#define MOST_SHARED_FLOATS (1 << 16)
float scratch[MOST_SHARED_FLOATS];
double partials[MOST_SHARED_FLOATS / 2];

void meet(char kind);
int turnOfExchange();

__attribute__((noinline)) void __syncthreads() { meet('b'); }

#define MOST_THREADS 1024
extern double exchanged[2][MOST_THREADS];

// All threads of the block take part, as in all kernels here. Exchanges take turns between two arrays: a thread that
// is ahead by one writes where no other still reads.
template <typename V>
__attribute__((noinline)) V __shfl_xor_sync(unsigned, V value, int apart) {
    unsigned thread = threadIdx.x;
    double* values = exchanged[turnOfExchange()];
    memcpy(&values[thread], &value, sizeof(V));
    meet('w');
    V others;
    memcpy(&others, &values[thread ^ (unsigned) apart], sizeof(V));
    return others;
}
