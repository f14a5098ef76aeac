// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The memory that the tasks in one process need, and the process with its memory.
 *
 * @param taskHeapBytes of the Java heap, all tasks together
 * @param tensorBytes outside the heap, all tasks together
 */
record ProcessMemory(long taskHeapBytes, long tensorBytes, TaskProcess process) {
    /** The part of every heap that Spark's memory manager reserves for driver and executors themselves. */
    private static final long HEAP_OF_SPARK = 300L << 20;

    /** Classes, compiled code, stacks, the native libraries: memory outside heap and tensors. */
    private static final long PROCESS_FLOOR = 400L << 20;

    private static final double GIB = 1L << 30;

    long heapBytes() {
        return HEAP_OF_SPARK + taskHeapBytes;
    }

    long besideHeapBytes() {
        return PROCESS_FLOOR + tensorBytes;
    }

    /** The kinds of memory of which there is too little, in words; empty if it fits. */
    List<String> shortages() {
        List<String> shortages = new ArrayList<>();
        if (heapBytes() > process.heapBytes()) {
            shortages.add("the Java heap has " + gib(process.heapBytes()));
        }
        if (tensorBytes() > process.tensorBytes()) {
            shortages.add("tensors may take " + gib(process.tensorBytes()));
        }
        if (heapBytes() + besideHeapBytes() > process.totalBytes()) {
            shortages.add("the process may take " + gib(process.totalBytes()) + " in all");
        }
        return shortages;
    }

    boolean fits() {
        return shortages().isEmpty();
    }

    /** Whether options of {@code spark-submit} can make it fit, as far as this process can know. */
    boolean canBeGiven() {
        return process.kind() == TaskProcess.ProcessKind.EXECUTOR
                || heapBytes() + besideHeapBytes() <= process.totalBytes();
    }

    /** The need, in words for a person. */
    String describe() {
        return where() + " needs up to " + gib(heapBytes()) + " of Java heap and " + gib(besideHeapBytes())
                + " beside it, of which tensors take " + gib(tensorBytes());
    }

    /** The process in words. */
    String where() {
        return process.kind() == TaskProcess.ProcessKind.EXECUTOR ? "each executor" : "this process";
    }

    /** The options of {@code spark-submit} with which it fits. */
    String options() {
        if (process.kind() == TaskProcess.ProcessKind.THIS_PROCESS) {
            return "--driver-memory " + wholeGib(heapBytes());
        }
        return "--conf spark.executor.memory=" + wholeGib(heapBytes()) + " --conf spark.executor.memoryOverhead="
                + wholeGib(besideHeapBytes());
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }

    private static String wholeGib(long bytes) {
        return (long) Math.ceil(bytes / GIB) + "g";
    }
}
