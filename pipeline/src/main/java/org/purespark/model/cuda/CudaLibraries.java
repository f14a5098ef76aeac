// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.purespark.InputException;

/** NVIDIA's libraries, which are the machine's: this project's jar has none of them. */
final class CudaLibraries {
    /** As the system's loader says which file it does not find. */
    private static final Pattern MISSING =
            Pattern.compile("(lib[\\w.+-]+?\\.so[.\\d]*): cannot open shared object file");

    private CudaLibraries() {}

    /** A library of NVIDIA, and how to get it. */
    enum Piece {
        DRIVER(
                "libcuda.so",
                "NVIDIA's driver",
                "install a driver of version 525 or later; start a container with NVIDIA's runtime (docker --gpus all,"
                        + " on Kubernetes the device plugin)"),
        RUNTIME("libcudart.so", "the CUDA runtime", fromPyPi("nvidia-cuda-runtime-cu12")),
        PRODUCTS("libcublas", "cuBLAS", fromPyPi("nvidia-cublas-cu12")),
        COMPILER("libnvrtc", "NVRTC", fromPyPi("nvidia-cuda-nvrtc-cu12")),
        PEERS("libnccl.so", "NCCL", fromPyPi("nvidia-nccl-cu12") + "; or leave compute.gradient-exchange at spark");

        private final String file;
        private final String name;
        private final String wayOut;

        Piece(String file, String name, String wayOut) {
            this.file = file;
            this.name = name;
            this.wayOut = wayOut;
        }

        private static String fromPyPi(String packageName) {
            return "take the image nvidia/cuda:12.9.1-runtime-ubuntu22.04 as a base, or `pip install " + packageName
                    + "` and add the folder of its files to LD_LIBRARY_PATH";
        }

        /** The piece whose file this is. */
        static Optional<Piece> of(String missing) {
            return List.of(values()).stream()
                    .filter(piece -> missing.startsWith(piece.file))
                    .findFirst();
        }
    }

    /** What is loaded once in a process, or cannot be: a class whose loading failed says no more why. */
    private static final class Runtime {
        static final Optional<String> PROBLEM = problem(cudart.class, Piece.RUNTIME);
    }

    private static final class Compiler {
        static final Optional<String> PROBLEM = problem(nvrtc.class, Piece.COMPILER);
    }

    private static final class Products {
        static final Optional<String> PROBLEM = problem(cublas.class, Piece.PRODUCTS);
    }

    private static final class OfPeers {
        static final Optional<String> PROBLEM = problem(nccl.class, Piece.PEERS);
    }

    /**
     * Loads what sends arrays to other tasks, and all that a computation needs.
     *
     * @throws InputException for the first one that is missing: which, and how to get it
     */
    static void requirePeers() {
        require();
        throwIfPresent(OfPeers.PROBLEM);
    }

    /**
     * Loads all that a computation needs.
     *
     * @throws InputException for the first one that is missing: which, and how to get it
     */
    static void require() {
        requireCompiler();
        throwIfPresent(Products.PROBLEM);
    }

    /**
     * Loads what the compiler needs: the bindings ask for the driver's and the runtime's files, too.
     *
     * @throws InputException for the first one that is missing: which, and how to get it
     */
    static void requireCompiler() {
        throwIfPresent(Runtime.PROBLEM);
        throwIfPresent(Compiler.PROBLEM);
    }

    private static void throwIfPresent(Optional<String> problem) {
        if (problem.isPresent()) {
            throw new InputException(problem.get());
        }
    }

    private static Optional<String> problem(Class<?> bindings, Piece piece) {
        try {
            Loader.load(bindings);
            return Optional.empty();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            return Optional.of(problem(e, piece));
        }
    }

    /**
     * What to say of an error of the loader: the file that it does not find, and how to get it.
     *
     * @param asked the library that was to be loaded; it needs others
     */
    static String problem(Throwable error, Piece asked) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            Matcher matcher = MISSING.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                Piece piece = Piece.of(matcher.group(1)).orElse(asked);
                return "compute.engine cuda: " + piece.name + " is missing (" + matcher.group(1) + "): " + piece.wayOut;
            }
        }
        return "compute.engine cuda: " + asked.name + " cannot be loaded (" + error.getMessage() + "): " + asked.wayOut;
    }
}
