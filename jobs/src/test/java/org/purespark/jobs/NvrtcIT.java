// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.model.cuda.CompileKernels;
import org.purespark.model.cuda.StandIn;
import org.purespark.model.cuda.StandInPeers;
import org.purespark.model.engine.StandInContract;

/** The CUDA engine without a GPU: its kernels and NVIDIA's compiler, and its calls of driver and cuBLAS. */
@Tag("deployment")
class NvrtcIT {
    private static final String[] ARCHITECTURES = {"sm_80", "sm_86", "sm_89", "sm_90", "sm_100"};
    private static final int MINUTES = 10;

    @TempDir
    private Path directory;

    /** The bindings ask for the driver's file, and find an empty library in its place. */
    @Test
    void theKernelsCompileForEachArchitecture() throws Exception {
        Path libraries = PythonEnvironment.withNvrtcOrSkip().nvidiaLibraries();
        StandIn.emptyDriver(directory);
        PythonEnvironment.Ended ended = run(libraries, directory, CompileKernels.class, ARCHITECTURES);
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("NVRTC 12.9");
        for (String architecture : ARCHITECTURES) {
            assertThat(ended.said()).containsPattern(architecture + " ELF \\d{6}");
        }
        assertThat(ended.said())
                .contains("compute.engine cuda: cuBLAS is missing (libcublas.so.12): ")
                .contains("`pip install nvidia-cublas-cu12`");
    }

    /** NVRTC needs all of the driver or nothing, so the kernels are compiled before, into the cache. */
    @Test
    void driverAndCublasAreCalledWithWhatTheyTake() throws Exception {
        Path libraries = PythonEnvironment.withNvrtcOrSkip().nvidiaLibraries();
        Path empty = Files.createDirectory(directory.resolve("empty"));
        StandIn.emptyDriver(empty);
        PythonEnvironment.Ended compiled = run(libraries, empty, CompileKernels.class, "sm_90");
        assertThat(compiled.said()).contains("sm_90 ELF");
        Path standIn = Files.createDirectory(directory.resolve("stand-in"));
        StandIn.build(standIn);
        PythonEnvironment.Ended ended = run(libraries, standIn, StandInContract.class);
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("device stand-in 40 (sm_90)", "transfers true");
        assertThat(ended.said()).containsPattern("held (\\d{3}) of \\1");
        assertThat(ended.said()).contains("the memory of stand-in 40 (sm_90) is full: 34359738368 more bytes");
        assertThat(ended.said()).contains("above 1 in float32: 2.4414062E-4", "above 1 in tf32: 0.0");
        assertThat(ended.said())
                .contains("compute.engine cuda: GPU 0 (stand-in 40, UUID 28292a2b2c2d2e2f3031323334353637) has a task"
                        + " already, in this process: run one task at a time in it")
                .contains("a seat for the next task")
                .contains("written by another engine: [1.0, 3.0, 2.0, 4.0]")
                .contains("written by another engine: [2.0, 3.0, 2.0, 4.0]");
        assertThat(ended.said())
                .contains("compute.engine cuda: there is no GPU 3: this process sees 1 of them, counted from 0");
    }

    /** A task is a process. One that waits for a task that does not come gives up when it is cancelled. */
    @Test
    void tasksSendRangesOfArraysToEachOther() throws Exception {
        Path libraries = PythonEnvironment.withNvrtcOrSkip().nvidiaLibraries();
        Path empty = Files.createDirectory(directory.resolve("empty"));
        StandIn.emptyDriver(empty);
        assertThat(run(libraries, empty, CompileKernels.class, "sm_90").said()).contains("sm_90 ELF");
        Path standIn = Files.createDirectory(directory.resolve("stand-in"));
        StandIn.build(standIn);
        assertThat(run(libraries, standIn, StandInPeers.class, "0", "2", "2", file("none"))
                        .said())
                .contains("compute.engine cuda: NCCL is missing (libnccl.so.2): ")
                .contains("`pip install nvidia-nccl-cu12`")
                .contains("or leave compute.gradient-exchange at spark");
        StandIn.buildPeers(standIn);
        ExecutorService atOnce = Executors.newFixedThreadPool(3); // they wait for each other
        List<CompletableFuture<String>> tasks = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            String[] args = {Integer.toString(rank), "3", "3", file("group")};
            tasks.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return run(libraries, standIn, StandInPeers.class, args)
                                    .said();
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    atOnce));
        }
        atOnce.shutdown();
        // own + what the last one has sent, of the next one
        assertThat(tasks.get(0).join()).contains("joined", "task 0 has [11.0, 31.0, 12.0, 22.0]");
        assertThat(tasks.get(1).join()).contains("joined", "task 1 has [13.0, 33.0, 10.0, 20.0]");
        assertThat(tasks.get(2).join()).contains("joined", "task 2 has [12.0, 32.0, 11.0, 21.0]");
        assertThat(run(libraries, standIn, StandInPeers.class, "0", "2", "1", file("alone"))
                        .said())
                .contains("the exchange by NCCL ends: this task is cancelled, waiting for the other tasks to join");
    }

    private String file(String name) throws IOException {
        return Files.createDirectories(directory.resolve("groups").resolve(name))
                .resolve("group")
                .toString();
    }

    @Test
    void withoutTheDriverOneErrorSaysSo() throws Exception {
        PythonEnvironment.Ended ended = java(Map.of("LD_LIBRARY_PATH", ""), CompileKernels.class, ARCHITECTURES);
        Assumptions.assumeFalse(ended.said().contains("NVRTC 1"), "this machine has NVIDIA's libraries");
        assertThat(ended.said().strip())
                .endsWith("compute.engine cuda: NVIDIA's driver is missing (libcuda.so.1): install a driver of version"
                        + " 525 or later; start a container with NVIDIA's runtime (docker --gpus all, on Kubernetes the"
                        + " device plugin)");
    }

    /** @param driver folder of the driver's file */
    private PythonEnvironment.Ended run(Path libraries, Path driver, Class<?> main, String... args)
            throws IOException, InterruptedException {
        String path = String.join(
                ":",
                driver.toString(),
                libraries.resolve("cuda_nvrtc/lib").toString(),
                libraries.resolve("cuda_runtime/lib").toString());
        return java(Map.of("LD_LIBRARY_PATH", path), main, args);
    }

    private PythonEnvironment.Ended java(Map<String, String> variables, Class<?> main, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        Map<String, String> all = new HashMap<>(variables);
        all.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        return PythonEnvironment.run(all, MINUTES, command);
    }
}
