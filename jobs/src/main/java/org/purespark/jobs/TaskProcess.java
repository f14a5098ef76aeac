// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * A process in which tasks run, as the settings describe it before Spark starts.
 *
 * @param kind this process or an executor's
 * @param heapBytes the largest Java heap
 * @param totalBytes all memory that the process may take
 * @param slots number of tasks that run in it at once
 * @param allSlots number of tasks that run at once in all such processes, as far as it is known
 * @param threads of a task
 */
record TaskProcess(ProcessKind kind, long heapBytes, long totalBytes, int slots, int allSlots, int threads) {
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\*|\\d+)(?:,\\s*\\d+)?])?");
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

    /** Where tasks run. */
    enum ProcessKind {
        THIS_PROCESS,
        EXECUTOR
    }

    /** Computes it from {@code spark.master} and the settings that belong to it. */
    static TaskProcess of(SparkConf conf, Machine machine) {
        int threads = conf.getInt("spark.task.cpus", 1);
        Matcher local = LOCAL.matcher(conf.get("spark.master", "local[*]"));
        if (!local.matches()) {
            return executor(conf, threads);
        }
        int slots = slots(localCores(local.group(1)), threads);
        long total = Math.max(machine.processBytes(), machine.heapBytes());
        return new TaskProcess(ProcessKind.THIS_PROCESS, machine.heapBytes(), total, slots, slots, threads);
    }

    /** The same with the numbers of slots that executors really have, if these are larger. */
    TaskProcess withSlots(int found, int foundInAll) {
        return new TaskProcess(
                kind, heapBytes, totalBytes, Math.max(slots, found), Math.max(allSlots, foundInAll), threads);
    }

    private static TaskProcess executor(SparkConf conf, int threads) {
        ExecutorMemory memory = ExecutorMemory.of(conf);
        Matcher cluster = LOCAL_CLUSTER.matcher(conf.get("spark.master"));
        boolean simulated = cluster.matches();
        int cores = simulated ? Integer.parseInt(cluster.group(2)) : executorCores(conf, threads);
        int slots = slots(cores, threads);
        double gpusOfTask = conf.getDouble("spark.task.resource.gpu.amount", 0);
        if (gpusOfTask > 0) {
            slots = Math.min(slots, (int) (conf.getDouble("spark.executor.resource.gpu.amount", 0) / gpusOfTask));
        }
        slots = Math.max(1, slots);
        int executors = simulated ? Integer.parseInt(cluster.group(1)) : executors(conf, cores);
        return new TaskProcess(
                ProcessKind.EXECUTOR, memory.heapBytes(), memory.totalBytes(), slots, slots * executors, threads);
    }

    /** A standalone executor takes all cores of a worker. Their number is not known yet, so it is one task's here. */
    private static int executorCores(SparkConf conf, int threads) {
        return conf.getInt("spark.executor.cores", threads);
    }

    /** The smallest number of executors that the settings allow. */
    private static int executors(SparkConf conf, int cores) {
        int most = conf.getInt("spark.cores.max", cores) / cores;
        return Math.max(1, conf.getInt("spark.executor.instances", most));
    }

    private static int localCores(String cores) {
        if (cores == null) {
            return 1;
        }
        return "*".equals(cores) ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(cores);
    }

    private static int slots(int cores, int threads) {
        return Math.max(1, cores / threads);
    }

    /** The memory for tensors, which is the native library's limit. */
    long tensorBytes() {
        return NativeSettings.tensorBytes(totalBytes, heapBytes);
    }
}
