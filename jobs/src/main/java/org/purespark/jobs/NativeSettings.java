// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The system properties that the tensor library reads once, at its first use: the build for this CPU, the memory
 * that it may take, and where it writes warnings. Each JVM decides for its own machine, so executors may differ.
 */
final class NativeSettings {
    static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
    static final String LOGGER = "org.bytedeco.javacpp.logger";
    static final String MAX_BYTES = "org.bytedeco.javacpp.maxbytes";
    static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxphysicalbytes";

    /** CPU features that the AVX-512 build uses; on a CPU without one of them it ends the JVM. */
    private static final List<String> AVX512 = List.of("avx512f", "avx512dq", "avx512bw", "avx512vl");

    private NativeSettings() {}

    /**
     * Settings for one process.
     *
     * @param cpuFlags names of the CPU's features as Linux gives them
     * @param processBytes all memory that the process may take
     * @param heapBytes the largest Java heap, a part of {@code processBytes}
     * @return property names and values
     */
    static Map<String, String> decide(Set<String> cpuFlags, long processBytes, long heapBytes) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(EXTENSION, cpuFlags.containsAll(AVX512) ? "-onednn-avx512" : "-onednn");
        settings.put(LOGGER, "slf4j"); // else it writes warnings to standard error itself
        settings.put(MAX_BYTES, Long.toString(tensorBytes(processBytes, heapBytes)));
        settings.put(MAX_PHYSICAL_BYTES, Long.toString(processBytes));
        return settings;
    }

    /** The memory for tensors; there is some even if the heap takes all of the process's memory. */
    static long tensorBytes(long processBytes, long heapBytes) {
        return Math.max(processBytes - heapBytes, processBytes / 4);
    }

    /**
     * Settings of this process.
     *
     * @param processBytes what it may take in all
     */
    static Map<String, String> of(Machine machine, long processBytes) {
        return decide(machine.cpuFlags(), processBytes, machine.heapBytes());
    }

    /** Sets the properties that are not set: an option of the JVM wins. */
    static void apply(Map<String, String> settings) {
        settings.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /**
     * The CPU's features.
     *
     * @param cpuInfo the text of {@code /proc/cpuinfo}
     * @return empty if there is no line of flags
     */
    static Set<String> cpuFlags(String cpuInfo) {
        return cpuInfo.lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .map(flags -> Set.copyOf(Arrays.asList(flags.split("\\s+"))))
                .orElse(Set.of());
    }
}
