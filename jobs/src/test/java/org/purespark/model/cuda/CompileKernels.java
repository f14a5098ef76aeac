// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.charset.StandardCharsets;
import org.purespark.InputException;

/**
 * A main that compiles the kernels for each architecture that is named, into the user's cache, and writes a line for
 * each: its name, and the first bytes of the machine code. Then one that says what is missing to compute.
 */
public final class CompileKernels {
    private static final int MAGIC = 4;

    private CompileKernels() {}

    public static void main(String[] architectures) {
        try {
            KernelCache cache = KernelCache.ofUser(System::getenv, System.getProperty("user.home"));
            System.out.println("NVRTC " + KernelCompiler.version());
            for (String architecture : architectures) {
                byte[] code = cache.kernels(architecture, KernelCompiler.version(), KernelCompiler::compile);
                String format = new String(code, 1, MAGIC - 1, StandardCharsets.US_ASCII);
                System.out.println(architecture + " " + format + " " + code.length);
            }
            CudaLibraries.require();
        } catch (InputException | IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }
}
