// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The engine's kernels as C++ for the host, built with g++ by the first test that asks. */
final class HostKernels {
    private static final Pattern KERNEL = Pattern.compile("extern \"C\" __global__ void (\\w+)\\(");
    private static final List<String> COMPILER =
            List.of("g++", "-std=c++17", "-O2", "-U_FORTIFY_SOURCE", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror");

    private HostKernels() {}

    /** The functions of {@code host.cpp}. */
    interface Functions extends Library {
        String launch(
                String name,
                long x,
                int y,
                int threads,
                int sharedBytes,
                int backward,
                Memory arguments,
                int[] sizes,
                int count);

        void multiply(
                int m,
                int n,
                int k,
                int count,
                Pointer a,
                int rowA,
                int turnedA,
                long stepA,
                Pointer b,
                int rowB,
                int turnedB,
                long stepB,
                Pointer c,
                int rowC,
                long stepC);
    }

    /** Built once for all tests of a JVM. */
    private static final class Built {
        static final Build BUILD = build();
    }

    /** What came of it: the functions, or why there is no compiler. */
    private record Build(Functions functions, String missing) {}

    /** The functions; where there is no g++, the test that asks is skipped. */
    static Functions orSkip() {
        Assumptions.assumeTrue(Built.BUILD.functions() != null, Built.BUILD.missing());
        return Built.BUILD.functions();
    }

    /** Names of all kernels. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        Matcher matcher = KERNEL.matcher(KernelSources.program());
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private static Build build() {
        try {
            Path directory = Files.createTempDirectory("cuda-host");
            directory.toFile().deleteOnExit();
            write(directory, "kernels.inc", table());
            Path source = write(directory, "kernels.cpp", program());
            Path library = directory.resolve("libkernels.so");
            library.toFile().deleteOnExit();
            List<String> command = new ArrayList<>(COMPILER);
            command.addAll(List.of(source.toString(), "-o", library.toString()));
            Process compiler;
            try {
                compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException e) {
                return new Build(null, "no g++: " + e.getMessage());
            }
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) {
                throw new AssertionError("g++ refuses the kernels: " + said);
            }
            return new Build(Native.load(library.toString(), Functions.class), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** A line for each kernel, which {@code host.cpp} includes as {@code kernels.inc}. */
    static String table() {
        StringBuilder table = new StringBuilder();
        names().forEach(name -> table.append("KERNEL(").append(name).append(")\n"));
        return table.toString();
    }

    /** The kernels between {@code host.h} and {@code host.cpp}. */
    static String program() throws IOException {
        return "#line 1 \"host.h\"\n" + resource("host.h") + KernelSources.program() + "#line 1 \"host.cpp\"\n"
                + resource("host.cpp");
    }

    private static Path write(Path directory, String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        file.toFile().deleteOnExit();
        return file;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HostKernels.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
