// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import org.apache.spark.SparkConf;

/**
 * The memory that Spark requests from its cluster manager for one executor.
 *
 * @param heapBytes {@code spark.executor.memory}
 * @param overheadBytes {@code spark.executor.memoryOverhead}, or what Spark computes if it is not set
 */
record ExecutorMemory(long heapBytes, long overheadBytes) {
    private static final double DEFAULT_OVERHEAD_FACTOR = 0.1;

    /**
     * Heap and overhead as Spark 4 computes them. Memory of {@code spark.memory.offHeap} is added to them, for Spark
     * only.
     */
    static ExecutorMemory of(SparkConf conf) {
        long heap = conf.getSizeAsBytes("spark.executor.memory", "1g");
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", DEFAULT_OVERHEAD_FACTOR);
        long least = mebibytes(conf, "spark.executor.minMemoryOverhead", "384m");
        long overhead = conf.contains("spark.executor.memoryOverhead")
                ? mebibytes(conf, "spark.executor.memoryOverhead", "0")
                : Math.max((long) (heap * factor), least);
        return new ExecutorMemory(heap, overhead);
    }

    long totalBytes() {
        return heapBytes + overheadBytes;
    }

    /** A number without unit is in mebibytes. */
    private static long mebibytes(SparkConf conf, String key, String otherwise) {
        return conf.getSizeAsMb(key, otherwise) << 20;
    }
}
