package org.purespark.jobs;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Gives every executor the {@link NativeSettings} of its own machine before its first task. Its memory is what Spark
 * was told to reserve for it: heap and overhead.
 */
public final class NativePlugin implements SparkPlugin {
    private static final double DEFAULT_OVERHEAD_FACTOR = 0.1;
    private static final long LEAST_OVERHEAD_BYTES = 384L << 20;
    private static final long DEFAULT_EXECUTOR_BYTES = 1L << 30;

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                Machine machine = Machine.ofThisProcess();
                boolean inDriver = "driver".equals(context.executorID());
                long processBytes = inDriver ? machine.processBytes() : executorBytes(context.conf());
                NativeSettings.apply(NativeSettings.decide(machine.cpuFlags(), processBytes, machine.heapBytes()));
            }
        };
    }

    /** Heap and overhead of one executor, in bytes, as Spark asks its cluster manager for them. */
    static long executorBytes(SparkConf conf) {
        long heap = conf.getSizeAsBytes("spark.executor.memory", DEFAULT_EXECUTOR_BYTES + "b");
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", DEFAULT_OVERHEAD_FACTOR);
        long least = Math.max((long) (heap * factor), LEAST_OVERHEAD_BYTES);
        long overhead = conf.contains("spark.executor.memoryOverhead")
                ? conf.getSizeAsMb("spark.executor.memoryOverhead") << 20
                : least;
        return heap + overhead;
    }
}
