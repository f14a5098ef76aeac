// SPDX-License-Identifier: Apache-2.0
// Runs the kernels, which come before this text, on the host; see host.h.

double exchanged[2][MOST_THREADS];

namespace {

const size_t STACK_BYTES = 256 << 10;
const size_t STACK_STEP = 320; // so far from its page's start is a stack's top beside the last one's, for the cache's sake
const unsigned char UNWRITTEN = 0xff; // of floats: not a number
const int BEYOND = 1024;              // bytes that must stay as they are

// A place to go on at: g++'s own, many times as fast as setjmp's. Reference: GCC manual, "Nonlocal Gotos".
using Place = void*[5];

struct Thread {
    Place place;
    char* stack = nullptr;
    bool ended = true;
    char met = 0;
    int exchanges = 0;
};

Thread threads[MOST_THREADS];
Place scheduler;
Thread* current;
std::function<void()>* work;
std::string problem;

// noipa: callers keep nothing in registers. A function of its own: g++ takes no jump from where it jumps to.
__attribute__((noipa)) void go(Place& place) { __builtin_longjmp(place, 1); }

__attribute__((noipa)) void leave() {
    if (__builtin_setjmp(current->place) == 0) {
        go(scheduler);
    }
}

void run() {
    for (;;) {
        (*work)();
        current->ended = true;
        leave();
    }
}

__attribute__((noipa)) void resume(unsigned index) {
    current = &threads[index];
    threadIdx = {index, 0, 0};
    if (__builtin_setjmp(scheduler) != 0) {
        return;
    }
    if (current->stack == nullptr) {
        current->stack = (char*) malloc(STACK_BYTES);
        ucontext_t start;
        getcontext(&start);
        start.uc_stack.ss_sp = current->stack;
        start.uc_stack.ss_size = STACK_BYTES - STACK_STEP * index % (STACK_BYTES / 4) / 64 * 64;
        start.uc_link = nullptr;
        makecontext(&start, run, 0);
        setcontext(&start);
    }
    go(current->place);
}

// All threads up to the next barrier, in one order or the other. Whether there is one.
bool round(unsigned count, bool backward) {
    unsigned ended = 0;
    char met = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned index = backward ? count - 1 - i : i;
        resume(index);
        if (threads[index].ended) {
            ended++;
        } else if (met == 0 || met == threads[index].met) {
            met = threads[index].met;
        } else {
            problem = "threads of a block meet different barriers";
        }
    }
    if (ended != 0 && ended != count) {
        problem = "some threads of a block end where others meet a barrier";
    }
    return ended == 0 && problem.empty();
}

void block(unsigned count, int sharedBytes, bool backward) {
    memset(scratch, UNWRITTEN, sharedBytes + BEYOND);
    memset(partials, UNWRITTEN, sharedBytes + BEYOND);
    for (unsigned i = 0; i < count; i++) {
        threads[i].ended = false;
        threads[i].exchanges = 0;
    }
    while (round(count, backward)) {
    }
    for (int i = sharedBytes; i < sharedBytes + BEYOND && problem.empty(); i++) {
        if (((unsigned char*) scratch)[i] != UNWRITTEN || ((unsigned char*) partials)[i] != UNWRITTEN) {
            problem = "a block writes beyond its " + std::to_string(sharedBytes) + " bytes of shared memory";
        }
    }
}

struct Kernel {
    const char* name;
    std::vector<int> sizes;
    std::function<void(void**)> call;
};

template <typename... P, size_t... I>
void call(void (*kernel)(P...), void** arguments, std::index_sequence<I...>) {
    kernel(*(std::remove_const_t<P>*) arguments[I]...);
}

template <typename... P>
Kernel kernel(const char* name, void (*function)(P...)) {
    return {name, {(int) sizeof(P)...}, [=](void** arguments) {
                call(function, arguments, std::index_sequence_for<P...>());
            }};
}

#define KERNEL(name) kernel(#name, name),
const std::vector<Kernel> KERNELS = {
#include "kernels.inc"
};

}

void meet(char kind) {
    current->met = kind;
    Thread* self = current;
    unsigned index = threadIdx.x;
    leave();
    current = self;
    threadIdx = {index, 0, 0};
}

int turnOfExchange() { return current->exchanges++ % 2; }

// What is wrong; null: nothing.
extern "C" const char* launch(
        const char* name, long x, int y, int count, int sharedBytes, int backward,
        char* arguments, const int* sizes, int countOfArguments) {
    const Kernel* found = nullptr;
    for (const Kernel& each : KERNELS) {
        if (strcmp(each.name, name) == 0) {
            found = &each;
        }
    }
    problem.clear();
    if (found == nullptr) {
        problem = std::string("there is no kernel ") + name;
    } else if (found->sizes != std::vector<int>(sizes, sizes + countOfArguments)) {
        problem = std::string("arguments have not the sizes of the parameters of kernel ") + name;
    } else if (count % 32 != 0 || count > MOST_THREADS || y > 65535 || sharedBytes > 99 * 1024) {
        problem = std::string("no GPU takes such blocks of kernel ") + name;
    }
    if (!problem.empty()) {
        return problem.c_str();
    }
    std::vector<void*> values;
    for (int i = 0; i < countOfArguments; i++) {
        values.push_back(arguments);
        arguments += (sizes[i] + 15) & -16;
    }
    std::function<void()> body = [&] { found->call(values.data()); };
    work = &body;
    blockDim = {(unsigned) count, 1, 1};
    gridDim = {(unsigned) x, (unsigned) y, 1};
    for (long i = 0; i < x * y && problem.empty(); i++) {
        long at = backward ? x * y - 1 - i : i;
        blockIdx = {(unsigned) (at % x), (unsigned) (at / x), 0};
        block(count, sharedBytes, backward);
    }
    if (!problem.empty()) {
        problem = std::string("kernel ") + name + ": " + problem;
        return problem.c_str();
    }
    return nullptr;
}

// c = a·b, row-major; a and b as they are or turned, see Product.
extern "C" void multiply(
        int m, int n, int k, int count,
        const float* a, int rowA, int turnedA, long stepA,
        const float* b, int rowB, int turnedB, long stepB,
        float* c, int rowC, long stepC) {
    for (int p = 0; p < count; p++, a += stepA, b += stepB, c += stepC) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int t = 0; t < k; t++) {
                    double left = turnedA ? a[(long) t * rowA + i] : a[(long) i * rowA + t];
                    double right = turnedB ? b[(long) j * rowB + t] : b[(long) t * rowB + j];
                    sum += left * right;
                }
                c[(long) i * rowC + j] = (float) sum;
            }
        }
    }
}
