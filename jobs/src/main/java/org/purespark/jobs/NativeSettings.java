package org.purespark.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The system properties that the tensor library reads once, when it is first used: which of its builds suits this CPU,
 * and how much memory it may take. Each JVM decides for the machine that it runs on, so executors may differ.
 */
final class NativeSettings {
    static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
    static final String MAX_BYTES = "org.bytedeco.javacpp.maxbytes";
    static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxphysicalbytes";

    /** What the AVX-512 build was compiled for; on a CPU that lacks one of them it ends the JVM. */
    private static final List<String> AVX512 = List.of("avx512f", "avx512dq", "avx512bw", "avx512vl");

    private NativeSettings() {}

    /**
     * Settings for one process.
     *
     * @param cpuFlags names of the CPU's features as Linux gives them
     * @param processBytes what the process may take in all
     * @param heapBytes the largest Java heap, a part of {@code processBytes}
     * @return property names and values
     */
    static Map<String, String> decide(Set<String> cpuFlags, long processBytes, long heapBytes) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(EXTENSION, cpuFlags.containsAll(AVX512) ? "-onednn-avx512" : "-onednn");
        // A process whose heap fills its share still gets some memory for tensors.
        settings.put(MAX_BYTES, Long.toString(Math.max(processBytes - heapBytes, processBytes / 4)));
        settings.put(MAX_PHYSICAL_BYTES, Long.toString(processBytes));
        return settings;
    }

    /** Sets what is not set already: an option given to the JVM wins. */
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
     * @return empty where there is no line of flags
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
