// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.model.cuda.CudaLibraries.Piece;

class CudaLibrariesTest {
    @ParameterizedTest
    @CsvSource({
        "libcuda.so.1, NVIDIA's driver, docker --gpus all",
        "libcudart.so.12, the CUDA runtime, pip install nvidia-cuda-runtime-cu12",
        "libcublas.so.12, cuBLAS, pip install nvidia-cublas-cu12",
        "libcublasLt.so.12, cuBLAS, pip install nvidia-cublas-cu12",
        "libnvrtc.so.12, NVRTC, pip install nvidia-cuda-nvrtc-cu12",
        "libnccl.so.2, NCCL, pip install nvidia-nccl-cu12",
        "libnvrtc-builtins.so.12.9, NVRTC, pip install nvidia-cuda-nvrtc-cu12"
    })
    void theMissingFileNamesThePieceAndTheWayOut(String file, String piece, String wayOut) {
        Error ofSystem = new UnsatisfiedLinkError(
                "/tmp/libjnicublas.so: " + file + ": cannot open shared object file: No such file or directory");
        Error ofLoader = new UnsatisfiedLinkError("no jnicublas in java.library.path: /lib");
        ofLoader.initCause(ofSystem);
        assertThat(CudaLibraries.problem(ofLoader, Piece.PRODUCTS))
                .startsWith("compute.engine cuda: " + piece + " is missing (" + file + "): ")
                .contains(wayOut);
    }

    @ParameterizedTest
    @CsvSource({"RUNTIME, the CUDA runtime", "COMPILER, NVRTC", "PRODUCTS, cuBLAS", "PEERS, NCCL"})
    void anotherErrorNamesWhatWasAskedFor(Piece asked, String name) {
        assertThat(CudaLibraries.problem(new UnsatisfiedLinkError("wrong ELF class"), asked))
                .startsWith("compute.engine cuda: " + name + " cannot be loaded (wrong ELF class): ");
    }
}
