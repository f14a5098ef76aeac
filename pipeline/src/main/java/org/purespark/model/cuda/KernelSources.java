// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The kernels in CUDA C, as one program. */
final class KernelSources {
    /** Each file uses what those before it define. */
    static final List<String> FILES = List.of(
            "common.cuh", "rows.cu", "norms.cu", "attention.cu", "first.cu", "positions.cu", "losses.cu", "updates.cu");

    private KernelSources() {}

    /** All files, one after the other; messages of compilers name the file and its line. */
    static String program() {
        StringBuilder program = new StringBuilder();
        for (String file : FILES) {
            program.append("#line 1 \"").append(file).append("\"\n").append(read(file));
        }
        return program.toString();
    }

    private static String read(String file) {
        try (InputStream in = KernelSources.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no kernels " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernels " + file + " cannot be read from the jar", e);
        }
    }

    /** Tells one version of the program from others: SHA-256, in hexadecimal digits. */
    static String digest() {
        try {
            byte[] program = program().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(program));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
