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

    /** Class that only the CUDA build of the tensor library has. */
    private static final String CUDA_BINDINGS = "org/nd4j/linalg/jcublas/bindings/Nd4jCuda.class";

    private NativeSettings() {}

    /** What the tensor library in this JVM was built for. */
    enum Build {
        CPU,
        CUDA;

        /** Looks for it without loading it. */
        static Build ofThisProcess() {
            return NativeSettings.class.getClassLoader().getResource(CUDA_BINDINGS) == null ? CPU : CUDA;
        }
    }

    /**
     * Settings for one process.
     *
     * @param build of the CPU builds there is one for each kind of CPU, of the CUDA build one alone
     * @param cpuFlags names of the CPU's features as Linux gives them
     * @param processBytes what the process may take in all
     * @param heapBytes the largest Java heap, a part of {@code processBytes}
     * @return property names and values
     */
    static Map<String, String> decide(Build build, Set<String> cpuFlags, long processBytes, long heapBytes) {
        Map<String, String> settings = new TreeMap<>();
        if (build == Build.CPU) {
            settings.put(EXTENSION, cpuFlags.containsAll(AVX512) ? "-onednn-avx512" : "-onednn");
        }
        settings.put(MAX_BYTES, Long.toString(tensorBytes(processBytes, heapBytes)));
        settings.put(MAX_PHYSICAL_BYTES, Long.toString(processBytes));
        return settings;
    }

    /** What tensors may take: a process whose heap fills its share still gets some memory for them. */
    static long tensorBytes(long processBytes, long heapBytes) {
        return Math.max(processBytes - heapBytes, processBytes / 4);
    }

    /**
     * Settings of this process.
     *
     * @param processBytes what it may take in all
     */
    static Map<String, String> of(Machine machine, long processBytes) {
        return decide(Build.ofThisProcess(), machine.cpuFlags(), processBytes, machine.heapBytes());
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
