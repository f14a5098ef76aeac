// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Gives every executor the {@link NativeSettings} of its own machine before its first task. Its memory is what Spark
 * reserves for it: heap and overhead.
 */
public final class NativePlugin implements SparkPlugin {
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
                long processBytes = inDriver
                        ? machine.processBytes()
                        : ExecutorMemory.of(context.conf()).totalBytes();
                NativeSettings.apply(NativeSettings.of(machine, processBytes));
            }
        };
    }
}
