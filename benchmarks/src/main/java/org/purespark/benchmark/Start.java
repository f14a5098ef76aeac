// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a run does before any work of its own, in seconds: the start of Java, of Spark in local mode with a first job,
 * and the loading of the native library with a first product.
 */
public final class Start {
    private Start() {}

    public static void main(String[] arguments) {
        double java = (System.currentTimeMillis()
                        - ManagementFactory.getRuntimeMXBean().getStartTime())
                / 1e3;
        long start = System.nanoTime();
        SparkConf conf = new SparkConf().setAppName("start").setMaster("local[*]");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            spark.parallelize(List.of(1)).count();
            double sparkStart = since(start);
            start = System.nanoTime();
            INDArray product = Nd4j.ones(DataType.FLOAT, 64, 64).mmul(Nd4j.ones(DataType.FLOAT, 64, 64));
            if (product.getFloat(0, 0) != 64) {
                throw new IllegalStateException("the product went wrong: " + product.getFloat(0, 0));
            }
            System.out.printf(
                    Locale.ROOT, "Java %.1f s, Spark %.1f s, native library %.1f s%n", java, sparkStart, since(start));
        }
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
