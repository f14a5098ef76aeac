// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The machine of this process.
 *
 * @param cpuFlags names of the CPU's features; empty if the system does not tell
 * @param memoryBytes the machine's memory, or the container's
 * @param heapBytes the largest Java heap
 */
record Machine(Set<String> cpuFlags, long memoryBytes, long heapBytes) {
    /** The launcher sets it: Java itself only tells whether standard input and output both are a terminal. */
    private static final String TERMINAL = "PURE_TERMINAL";

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    static Machine ofThisProcess() {
        return new Machine(
                readCpuFlags(), readMemoryBytes(), Runtime.getRuntime().maxMemory());
    }

    /** The memory that a process may take if it is the only one; the rest is for the system and its file cache. */
    long processBytes() {
        return memoryBytes / 4 * 3;
    }

    /** Java's specification has nothing that takes containers into account. */
    @JdkSpecific
    private static long readMemoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** Whether standard error is a terminal, on which a bar can be drawn. */
    static boolean errorsGoToTerminal() {
        return "true".equals(System.getenv(TERMINAL));
    }

    private static Set<String> readCpuFlags() {
        if (!Files.isReadable(CPU_INFO)) {
            return Set.of();
        }
        try {
            return NativeSettings.cpuFlags(Files.readString(CPU_INFO, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + CPU_INFO, e);
        }
    }
}
