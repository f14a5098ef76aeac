// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Libraries under the names of CUDA's driver, of cuBLAS and of NCCL which compute on the host: no GPU, but the engine's
 * own calls reach them, through the same bindings.
 */
public final class StandIn {
    private static final List<String> COMPILER =
            List.of("g++", "-std=c++17", "-O2", "-U_FORTIFY_SOURCE", "-fPIC", "-shared");

    private StandIn() {}

    /** Builds them in {@code directory}; without g++ the test that asks is skipped. */
    public static void build(Path directory) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("kernels.inc"), HostKernels.table());
        Files.writeString(directory.resolve("exported"), "{ global: cu*; local: *; };\n");
        Path driver = Files.writeString(directory.resolve("all.cpp"), HostKernels.program() + resource("driver.cpp"));
        Path products = Files.writeString(directory.resolve("products.cpp"), resource("products.cpp"));
        Path empty = Files.writeString(directory.resolve("empty.cpp"), "int nothing;\n");
        library(directory, "libcuda.so.1", driver, "-Wl,--version-script=" + directory.resolve("exported"));
        library(directory, "libcublasLt.so.12", products, "-L" + directory, "-l:libcuda.so.1");
        library(directory, "libcublas.so.12", empty);
    }

    /** Builds one under the name of NCCL, beside those of {@link #build}. */
    public static void buildPeers(Path directory) throws IOException, InterruptedException {
        Path peers = Files.writeString(directory.resolve("peers.cpp"), resource("peers.cpp"));
        library(directory, "libnccl.so.2", peers, "-L" + directory, "-l:libcuda.so.1");
    }

    /** A library of the driver's name with nothing in it, which is enough for the compiler. */
    public static void emptyDriver(Path directory) throws IOException, InterruptedException {
        library(directory, "libcuda.so.1", Files.writeString(directory.resolve("empty.cpp"), "int nothing;\n"));
    }

    private static void library(Path directory, String name, Path source, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(COMPILER);
        command.add("-Wl,-soname," + name);
        command.addAll(List.of(source.toString(), "-o", directory.resolve(name).toString()));
        command.addAll(List.of(options));
        try {
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compiler.waitFor()).as(said).isZero();
        } catch (IOException e) {
            Assumptions.abort("no g++: " + e.getMessage());
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = StandIn.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
