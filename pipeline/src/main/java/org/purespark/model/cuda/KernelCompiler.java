// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Compiles the kernels with NVRTC, for one architecture; that needs no GPU. */
final class KernelCompiler {
    private KernelCompiler() {}

    /** The compiler's version, as 12.9. */
    static String version() {
        CudaLibraries.requireCompiler();
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
        return major[0] + "." + minor[0];
    }

    /**
     * The kernels in machine code.
     *
     * @param architecture such as sm_90
     * @throws org.purespark.InputException if NVRTC is missing
     * @throws IllegalStateException with the compiler's messages, if it refuses the program
     */
    static byte[] compile(String architecture) {
        return compile(KernelSources.program(), architecture);
    }

    static byte[] compile(String program, String architecture) {
        CudaLibraries.requireCompiler();
        _nvrtcProgram compilation = new _nvrtcProgram();
        try (BytePointer source = new BytePointer(program);
                BytePointer name = new BytePointer("kernels.cu");
                BytePointer target = new BytePointer("--gpu-architecture=" + architecture);
                BytePointer standard = new BytePointer("--std=c++17");
                PointerPointer<BytePointer> options = new PointerPointer<>(target, standard);
                PointerPointer<BytePointer> none = new PointerPointer<>(1)) {
            check(nvrtc.nvrtcCreateProgram(compilation, source, name, 0, none, none), "nvrtcCreateProgram");
            int result = nvrtc.nvrtcCompileProgram(compilation, 2, options);
            if (result != nvrtc.NVRTC_SUCCESS) {
                throw new IllegalStateException(
                        "NVRTC refuses the kernels for " + architecture + ": " + log(compilation));
            }
            return machineCode(compilation);
        } finally {
            nvrtc.nvrtcDestroyProgram(compilation);
        }
    }

    private static byte[] machineCode(_nvrtcProgram compilation) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetCUBINSize(compilation, size), "nvrtcGetCUBINSize");
            try (BytePointer code = new BytePointer(size.get())) {
                check(nvrtc.nvrtcGetCUBIN(compilation, code), "nvrtcGetCUBIN");
                byte[] bytes = new byte[Math.toIntExact(size.get())];
                code.get(bytes);
                return bytes;
            }
        }
    }

    private static String log(_nvrtcProgram compilation) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetProgramLogSize(compilation, size), "nvrtcGetProgramLogSize");
            try (BytePointer log = new BytePointer(size.get())) {
                check(nvrtc.nvrtcGetProgramLog(compilation, log), "nvrtcGetProgramLog");
                return log.getString();
            }
        }
    }

    private static void check(int result, String call) {
        if (result != nvrtc.NVRTC_SUCCESS) {
            throw new IllegalStateException(
                    call + ": " + nvrtc.nvrtcGetErrorString(result).getString());
        }
    }
}
