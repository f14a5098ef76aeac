// SPDX-License-Identifier: Apache-2.0
// The host in place of a GPU, behind the functions of CUDA's driver that the engine calls. It comes after host.cpp. It
// shows that the bindings are called with what these functions take; it is no GPU.

#include <cstdint>
#include <cstdio>
#include <map>

typedef int CUresult;
typedef unsigned long long CUdeviceptr;

static int inUse = 0;

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
extern "C" CUresult cuMemFree_v2(CUdeviceptr at) { free((void*) at); return 0; }
extern "C" CUresult cuMemHostAlloc(void** at, size_t bytes, unsigned) { *at = malloc(bytes); return 0; }
extern "C" CUresult cuMemFreeHost(void* at) { free(at); return 0; }
extern "C" CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, void* stream) {
    memcpy((void*) to, from, bytes);
    return stream == nullptr ? 0 : 400;
}
extern "C" CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, void* stream) {
    memcpy(to, (void*) from, bytes);
    return stream == nullptr ? 0 : 400;
}
extern "C" CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, void* stream) {
    memmove((void*) to, (void*) from, bytes);
    return stream == nullptr ? 0 : 400;
}
extern "C" CUresult cuMemsetD8Async(CUdeviceptr at, unsigned char value, size_t count, void* stream) {
    memset((void*) at, value, count);
    return stream == nullptr ? 0 : 400;
}
extern "C" CUresult cuStreamSynchronize(void*) { return 0; }
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
    if (z != 1 || threadsY != 1 || threadsZ != 1 || stream != nullptr || extra != nullptr
            || (sharedBytes > 48 * 1024 && (int) sharedBytes > most[function])) {
        return 1;
    }
    problem.clear();
    std::function<void()> body = [&] { kernel->call(parameters); };
    work = &body;
    blockDim = {threadsX, 1, 1};
    gridDim = {x, y, 1};
    for (long i = 0; i < (long) x * y && problem.empty(); i++) {
        blockIdx = {(unsigned) (i % x), (unsigned) (i / x), 0};
        block(threadsX, sharedBytes, false);
    }
    return problem.empty() ? 0 : 719;
}
extern "C" CUresult cuGetErrorName(CUresult error, const char** name) {
    *name = error == 500 ? "CUDA_ERROR_NOT_FOUND" : error == 1 ? "CUDA_ERROR_INVALID_VALUE" : "CUDA_ERROR_OF_STAND_IN";
    return 0;
}
