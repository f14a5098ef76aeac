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
 * What this process runs on.
 *
 * @param cpuFlags names of the CPU's features; empty where the system does not tell
 * @param memoryBytes the machine's memory, or the container's
 * @param heapBytes the largest Java heap
 */
record Machine(Set<String> cpuFlags, long memoryBytes, long heapBytes) {
    /** Set by the launcher: Java itself only tells whether both standard input and output are a terminal. */
    private static final String TERMINAL = "PURE_TERMINAL";

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    static Machine ofThisProcess() {
        return new Machine(
                readCpuFlags(), readMemoryBytes(), Runtime.getRuntime().maxMemory());
    }

    /** What a process that has the machine to itself may take: the rest is left to the system and its file cache. */
    long processBytes() {
        return memoryBytes / 4 * 3;
    }

    /** Java's specification has nothing that knows of containers. */
    @JdkSpecific
    private static long readMemoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** Whether standard error is a terminal: then a bar can be drawn there. */
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
