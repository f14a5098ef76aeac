// SPDX-License-Identifier: Apache-2.0
package org.purespark.smoke;

import java.io.IOException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.spark.TaskDevice;

/** A Spark main whose two tasks, running at once, say what they were given and whether they can compute with it. */
public final class DeviceJob {
    private static final long BUSY_MILLIS = 3000;

    private DeviceJob() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession session = SparkSession.builder().appName("devices").getOrCreate()) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            List<String> lines =
                    context.parallelize(List.of(1, 2), 2).map(DeviceJob::device).collect();
            lines.forEach(System.out::println);
        }
    }

    private static String device(int task) throws InterruptedException {
        long begun = System.currentTimeMillis();
        // The other task is to run meanwhile.
        Thread.sleep(BUSY_MILLIS);
        String claimed;
        try {
            claimed = "threads " + TaskDevice.claim(ComputeSettings.DEFAULT).threads();
        } catch (InputException e) {
            claimed = e.getMessage();
        }
        return "device task=" + TaskContext.getPartitionId() + " begun=" + begun + " ended="
                + System.currentTimeMillis() + " device=" + TaskDevice.device(ComputeSettings.DEFAULT) + " claimed="
                + claimed;
    }
}
