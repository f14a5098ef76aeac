// SPDX-License-Identifier: Apache-2.0
// The host in place of a GPU, behind the functions of CUDA's driver that the engine calls. It comes after host.cpp. It
// shows that the bindings are called with what these functions take; it is no GPU. Work of a stream is done as late as
// allowed: when the stream is waited for. So work that another stream should have waited for has not been done.

#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unistd.h>

typedef int CUresult;
typedef unsigned long long CUdeviceptr;

static int inUse = 0;

struct Stream {
    std::deque<std::function<CUresult()>> waiting;
    long given = 0, done = 0;
    CUresult failed = 0;
};
struct Event { Stream* stream; long upTo; };
static std::set<Stream*> streams; // those that are destroyed stay: events may name them
static std::recursive_mutex one;

static const CUresult NOT_READY = 600;

/* Whether all of it is done: work may say that it cannot be done yet. */
static bool finish(Stream* stream, long upTo) {
    while (stream->done < upTo) {
        CUresult result = stream->waiting.front()();
        if (result == NOT_READY) return false;
        stream->waiting.pop_front();
        stream->done++;
        if (result != 0 && stream->failed == 0) stream->failed = result;
    }
    return true;
}
static CUresult later(void* of, std::function<CUresult()> work) {
    std::lock_guard<std::recursive_mutex> guard(one);
    Stream* stream = (Stream*) of;
    if (streams.count(stream) == 0) return 400;
    stream->waiting.push_back(std::move(work));
    stream->given++;
    return 0;
}
/* For the stand-in of cuBLASLt. */
extern "C" CUresult cuStandInLater(void* stream, CUresult (*work)(void*), void* data) {
    return later(stream, [=] { return work(data); });
}
extern "C" CUresult cuStreamCreate(void** made, unsigned flags) {
    std::lock_guard<std::recursive_mutex> guard(one);
    *made = *streams.insert(new Stream()).first;
    return flags == 1 ? 0 : 1;
}
extern "C" CUresult cuStreamSynchronize(void* of) {
    std::lock_guard<std::recursive_mutex> guard(one);
    Stream* stream = (Stream*) of;
    if (streams.count(stream) == 0) return 400;
    while (!finish(stream, stream->given)) usleep(1000);
    return stream->failed;
}
extern "C" CUresult cuStreamQuery(void* of) {
    std::lock_guard<std::recursive_mutex> guard(one);
    Stream* stream = (Stream*) of;
    if (streams.count(stream) == 0) return 400;
    return finish(stream, stream->given) ? stream->failed : NOT_READY;
}
/* For the stand-in of NCCL: what waits for other processes is given up. */
extern "C" void cuStandInForget() {
    std::lock_guard<std::recursive_mutex> guard(one);
    for (Stream* stream : streams) {
        stream->done = stream->given;
        stream->waiting.clear();
    }
}
extern "C" CUresult cuStreamDestroy_v2(void* of) { return cuStreamSynchronize(of); }
extern "C" CUresult cuStreamDestroy(void* of) { return cuStreamSynchronize(of); }
extern "C" CUresult cuEventCreate(void** made, unsigned flags) {
    *made = new Event{nullptr, 0};
    return flags == 2 ? 0 : 1;
}
extern "C" CUresult cuEventRecord(void* of, void* stream) {
    std::lock_guard<std::recursive_mutex> guard(one);
    if (streams.count((Stream*) stream) == 0) return 400;
    *(Event*) of = Event{(Stream*) stream, ((Stream*) stream)->given};
    return 0;
}
extern "C" CUresult cuStreamWaitEvent(void* stream, void* of, unsigned flags) {
    Event event = *(Event*) of;
    if (event.stream == nullptr || event.stream == stream || flags != 0) return 1;
    return later(stream, [=] { return finish(event.stream, event.upTo) ? 0 : NOT_READY; });
}
extern "C" CUresult cuEventDestroy_v2(void* of) { delete (Event*) of; return 0; }
extern "C" CUresult cuEventDestroy(void* of) { delete (Event*) of; return 0; }

extern "C" CUresult cuInit(unsigned) { return 0; }
extern "C" CUresult cuDeviceGetCount(int* count) { *count = 1; return 0; }
extern "C" CUresult cuDeviceGet(int* device, int ordinal) { *device = 40 + ordinal; return 0; }
extern "C" CUresult cuDeviceGetName(char* name, int length, int device) {
    snprintf(name, length, "stand-in %d", device);
    return 0;
}
extern "C" CUresult cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
    for (int i = 0; i < 16; i++) uuid[i] = (unsigned char) (device + i);
    return 0;
}
extern "C" CUresult cuDeviceGetAttribute(int* value, int attribute, int device) {
    *value = attribute == 75 ? 9 : 0;
    return device == 40 ? 0 : 101;
}
extern "C" CUresult cuDevicePrimaryCtxRetain(void** context, int device) {
    *context = &inUse;
    return device == 40 ? 0 : 101;
}
extern "C" CUresult cuDevicePrimaryCtxRelease_v2(int) { return 0; }
extern "C" CUresult cuDevicePrimaryCtxRelease(int) { return 0; }
extern "C" CUresult cuCtxSetCurrent(void* context) { return context == &inUse ? 0 : 201; }
extern "C" CUresult cuMemAlloc_v2(CUdeviceptr* at, size_t bytes) {
    if (bytes > (1ull << 34)) {
        return 2;
    }
    void* memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
    *at = (CUdeviceptr) memory;
    return 0;
}
extern "C" CUresult cuMemFree_v2(CUdeviceptr at) {
    std::lock_guard<std::recursive_mutex> guard(one);
    for (Stream* stream : streams) finish(stream, stream->given);
    free((void*) at);
    return 0;
}
extern "C" CUresult cuMemHostAlloc(void** at, size_t bytes, unsigned) { *at = malloc(bytes); return 0; }
extern "C" CUresult cuMemFreeHost(void* at) { free(at); return 0; }
extern "C" CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, void* stream) {
    return later(stream, [=] { memcpy((void*) to, from, bytes); return 0; });
}
extern "C" CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, void* stream) {
    return later(stream, [=] { memcpy(to, (void*) from, bytes); return 0; });
}
extern "C" CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, void* stream) {
    return later(stream, [=] { memmove((void*) to, (void*) from, bytes); return 0; });
}
extern "C" CUresult cuMemsetD8Async(CUdeviceptr at, unsigned char value, size_t count, void* stream) {
    return later(stream, [=] { memset((void*) at, value, count); return 0; });
}
extern "C" CUresult cuModuleLoadData(void** module, const void* image) {
    *module = &inUse;
    return memcmp(image, "\177ELF", 4) == 0 ? 0 : 200;
}
extern "C" CUresult cuModuleUnload(void* module) { return module == &inUse ? 0 : 400; }
extern "C" CUresult cuModuleGetFunction(void** function, void* module, const char* name) {
    for (const Kernel& each : KERNELS) {
        if (strcmp(each.name, name) == 0) {
            *function = (void*) &each;
            return module == &inUse ? 0 : 400;
        }
    }
    return 500;
}
static std::map<void*, int> most;
extern "C" CUresult cuFuncSetAttribute(void* function, int attribute, int value) {
    most[function] = value;
    return attribute == 8 && value <= 227 * 1024 ? 0 : 1;
}
extern "C" CUresult cuLaunchKernel(
        void* function, unsigned x, unsigned y, unsigned z, unsigned threadsX, unsigned threadsY, unsigned threadsZ,
        unsigned sharedBytes, void* stream, void** parameters, void** extra) {
    const Kernel* kernel = (const Kernel*) function;
    if (z != 1 || threadsY != 1 || threadsZ != 1 || extra != nullptr
            || (sharedBytes > 48 * 1024 && (int) sharedBytes > most[function])) {
        return 1;
    }
    std::vector<std::vector<char>> values; // the caller's memory is its own again when this returns
    for (size_t i = 0; i < kernel->sizes.size(); i++) {
        values.emplace_back((char*) parameters[i], (char*) parameters[i] + kernel->sizes[i]);
    }
    return later(stream, [=]() mutable {
        std::vector<void*> arguments;
        for (std::vector<char>& value : values) arguments.push_back(value.data());
        problem.clear();
        std::function<void()> body = [&] { kernel->call(arguments.data()); };
        work = &body;
        blockDim = {threadsX, 1, 1};
        gridDim = {x, y, 1};
        for (long i = 0; i < (long) x * y && problem.empty(); i++) {
            blockIdx = {(unsigned) (i % x), (unsigned) (i / x), 0};
            block(threadsX, sharedBytes, false);
        }
        return problem.empty() ? 0 : 719;
    });
}
extern "C" CUresult cuGetErrorName(CUresult error, const char** name) {
    *name = error == 500 ? "CUDA_ERROR_NOT_FOUND" : error == 1 ? "CUDA_ERROR_INVALID_VALUE" : "CUDA_ERROR_OF_STAND_IN";
    return 0;
}
