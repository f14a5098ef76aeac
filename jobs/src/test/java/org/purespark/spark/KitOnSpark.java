// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.purespark.train.Exchange;
import org.purespark.train.KitTraining;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * A Spark program: the golden files' training with three micro-batches a step on 1, 2 and 3 tasks of the cluster that
 * the system properties name. Prints a line for each number of tasks: that number, and the executors that they ran on.
 * A figure that is not PyTorch's ends it with an exception.
 */
public final class KitOnSpark {
    private static final int MOST_TASKS = 3;

    private KitOnSpark() {}

    public static void main(String[] arguments) {
        String family = arguments[0];
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("kit"))) {
            Broadcast<String> job = spark.broadcast(family);
            for (int tasks = 1; tasks <= MOST_TASKS; tasks++) {
                System.out.println(tasks + " " + String.join(",", train(spark, tasks, job)));
            }
        }
    }

    private static List<String> train(JavaSparkContext spark, int tasks, Broadcast<String> job) {
        JavaRDD<Integer> ranks = spark.parallelize(Collections.nCopies(tasks, 0), tasks);
        if (tasks == 1) {
            return ranks.mapPartitions(none -> {
                        KitTraining.check(job.value(), Exchange.alone());
                        return Collections.singleton(SparkEnv.get().executorId())
                                .iterator();
                    })
                    .collect();
        }
        InBarrier inBarrier = none -> CollectionConverters.asScala(
                Collections.singleton(together(job)).iterator());
        return ranks.rdd()
                .barrier()
                .mapPartitions(inBarrier, false, ClassTag$.MODULE$.<String>apply(String.class))
                .toJavaRDD()
                .collect();
    }

    private static String together(Broadcast<String> job) {
        BarrierTaskContext context = BarrierTaskContext.get();
        try (SparkExchange exchange = new SparkExchange(context, job.id(), Optional.empty())) {
            KitTraining.check(job.value(), exchange);
            // The others may still be fetching what this task has offered.
            context.barrier();
            return SparkEnv.get().executorId();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Spark's Java interface has no barrier stage. */
    private interface InBarrier
            extends Function1<scala.collection.Iterator<Integer>, scala.collection.Iterator<String>>, Serializable {}
}
