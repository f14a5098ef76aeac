// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels on the local disk: a file for each architecture, compiler and version of the sources. The file is
 * made by the first task that needs it, and takes some seconds. A directory that cannot be written to costs each task
 * these seconds, and a warning.
 *
 * @param directory is made where it is missing; only its owner may write to it, as its files are run
 */
record KernelCache(Path directory) {
    private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);

    /** Makes machine code. */
    interface Compiler {
        byte[] compile(String architecture);
    }

    /** In the user's cache directory: $XDG_CACHE_HOME, else ~/.cache. */
    static KernelCache ofUser(UnaryOperator<String> environment, String home) {
        String cache = environment.apply("XDG_CACHE_HOME");
        Path directory = cache == null || cache.isEmpty() ? Path.of(home, ".cache") : Path.of(cache);
        return new KernelCache(directory.resolve("pure-on-spark/kernels"));
    }

    /**
     * The kernels in machine code, of the file if it is there.
     *
     * @param architecture such as sm_90
     * @param compilerVersion the version of what makes them
     */
    byte[] kernels(String architecture, String compilerVersion, Compiler compiler) {
        Path file = directory.resolve(architecture + "-" + compilerVersion + "-" + KernelSources.digest() + ".cubin");
        if (Files.isRegularFile(file)) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                LOG.warn("compiled kernels cannot be read and are compiled again: {}", e.toString());
            }
        }
        byte[] kernels = compiler.compile(architecture);
        try {
            write(file, kernels);
        } catch (IOException e) {
            LOG.warn("compiled kernels cannot be kept for the next task: {}", e.toString());
        }
        return kernels;
    }

    /** Several tasks may write the same file at a time: each moves a whole one there. */
    private void write(Path file, byte[] kernels) throws IOException {
        Files.createDirectories(directory);
        Path whole = Files.createTempFile(directory, "kernels", ".part");
        try {
            Files.write(whole, kernels);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
