// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The machine of this process.
 *
 * @param memoryBytes the machine's memory, or the container's
 * @param heapBytes the largest Java heap
 */
record Machine(long memoryBytes, long heapBytes) {
    /** The launcher sets it: Java itself only tells whether standard input and output both are a terminal. */
    private static final String TERMINAL = "PURE_TERMINAL";

    static Machine ofThisProcess() {
        return new Machine(readMemoryBytes(), Runtime.getRuntime().maxMemory());
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
}
