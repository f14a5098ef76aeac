// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.Map;
import java.util.TreeMap;

/**
 * The system properties that the tensor library reads once, at its first use: its build, the memory that it may take,
 * and where it writes warnings. Each JVM decides for its own machine, so executors may differ.
 */
final class NativeSettings {
    static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
    static final String LOGGER = "org.bytedeco.javacpp.logger";
    static final String MAX_BYTES = "org.bytedeco.javacpp.maxbytes";
    static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxphysicalbytes";

    /** Runs on every x86-64 CPU; its products take what the CPU has at run time. */
    private static final String BUILD = "-onednn";

    private NativeSettings() {}

    /**
     * Settings for one process.
     *
     * @param processBytes all memory that the process may take
     * @param heapBytes the largest Java heap, a part of {@code processBytes}
     * @return property names and values
     */
    static Map<String, String> decide(long processBytes, long heapBytes) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(EXTENSION, BUILD);
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
        return decide(processBytes, machine.heapBytes());
    }

    /** Sets the properties that are not set: an option of the JVM wins. */
    static void apply(Map<String, String> settings) {
        settings.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
