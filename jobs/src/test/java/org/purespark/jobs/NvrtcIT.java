// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.model.cuda.CompileKernels;

/**
 * The CUDA engine's kernels and NVIDIA's compiler, which needs no GPU. The bindings ask for the driver's file, and find
 * an empty library in its place.
 */
@Tag("deployment")
class NvrtcIT {
    private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_86", "sm_89", "sm_90", "sm_100");
    private static final int MINUTES = 5;

    @TempDir
    private Path directory;

    @Test
    void theKernelsCompileForEachArchitecture() throws Exception {
        Path libraries = PythonEnvironment.withNvrtcOrSkip().nvidiaLibraries();
        emptyDriver();
        String path = String.join(
                ":",
                directory.toString(),
                libraries.resolve("cuda_nvrtc/lib").toString(),
                libraries.resolve("cuda_runtime/lib").toString());
        PythonEnvironment.Ended ended = compile(Map.of("LD_LIBRARY_PATH", path));
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("NVRTC 12.9");
        for (String architecture : ARCHITECTURES) {
            assertThat(ended.said()).containsPattern(architecture + " ELF \\d{6}");
        }
        assertThat(ended.said())
                .contains("compute.engine cuda: cuBLAS is missing (libcublas.so.12): ")
                .contains("`pip install nvidia-cublas-cu12`");
    }

    @Test
    void withoutTheDriverOneErrorSaysSo() throws Exception {
        PythonEnvironment.Ended ended = compile(Map.of("LD_LIBRARY_PATH", ""));
        Assumptions.assumeFalse(ended.said().startsWith("NVRTC"), "this machine has NVIDIA's libraries");
        assertThat(ended.said().strip())
                .isEqualTo("compute.engine cuda: NVIDIA's driver is missing (libcuda.so.1): install a driver of version"
                        + " 525 or later; start a container with NVIDIA's runtime (docker --gpus all, on Kubernetes the"
                        + " device plugin)");
    }

    private PythonEnvironment.Ended compile(Map<String, String> variables) throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin/java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                CompileKernels.class.getName()),
                        ARCHITECTURES.stream())
                .toList();
        return PythonEnvironment.run(variables, MINUTES, command);
    }

    private void emptyDriver() throws IOException, InterruptedException {
        Path source = Files.writeString(directory.resolve("empty.c"), "int nothing;\n");
        try {
            PythonEnvironment.Ended ended = PythonEnvironment.run(
                    Map.of(),
                    1,
                    List.of(
                            "gcc",
                            "-shared",
                            "-Wl,-soname,libcuda.so.1",
                            "-o",
                            directory.resolve("libcuda.so.1").toString(),
                            source.toString()));
            assertThat(ended.status()).as(ended.said()).isZero();
        } catch (IOException e) {
            Assumptions.abort("no gcc: " + e.getMessage());
        }
    }
}
