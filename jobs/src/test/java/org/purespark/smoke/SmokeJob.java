package org.purespark.smoke;

import java.io.IOException;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A Spark main that multiplies matrices natively in two tasks at once and prints one line for each. */
public final class SmokeJob {
    private SmokeJob() {}

    public static void main(String[] args) throws IOException {
        long begun = System.nanoTime();
        try (SparkSession session = SparkSession.builder().appName("smoke").getOrCreate()) {
            System.out.printf("spark started in %.1f s%n", seconds(begun));
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            List<String> lines = context.parallelize(List.of(1, 2), 2)
                    .map(SmokeJob::multiply)
                    .collect();
            lines.forEach(line -> System.out.println("task " + line));
            System.out.printf("all in %.1f s%n", seconds(begun));
        }
    }

    private static String multiply(int task) throws InterruptedException {
        // Both executors get one task: the other one is busy meanwhile.
        Thread.sleep(2000);
        long begun = System.nanoTime();
        INDArray a = Nd4j.rand(3, 3);
        double error = a.mmul(Nd4j.eye(3)).sub(a).norm1Number().doubleValue();
        return "executor=" + SparkEnv.get().executorId() + " pid="
                + ProcessHandle.current().pid() + " extension="
                + System.getProperty("org.bytedeco.javacpp.platform.extension") + " library="
                + Loader.load(org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.class) + " maxphysicalbytes="
                + System.getProperty("org.bytedeco.javacpp.maxphysicalbytes") + " error=" + error
                + String.format(java.util.Locale.ROOT, " loadSeconds=%.1f", seconds(begun));
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }
}
