// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.purespark.InputException;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.ComputeSettings;
import org.purespark.config.ExchangeChoice;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Peers;
import org.purespark.storage.StorageException;
import org.purespark.train.Exchange;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;
import org.purespark.train.TrainingDivergedException;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * One training as a Spark job: a barrier stage of N tasks, or a plain task if N is 1. If a task or executor is lost,
 * Spark runs the stage again, a few times; each time the tasks continue from the last checkpoint.
 */
final class TrainingJob {
    /** How long there may be fewer slots than tasks: a lost executor is usually replaced in seconds. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final JavaSparkContext spark;
    private final TrainingTask task;

    TrainingJob(
            JavaSparkContext spark,
            FineTuning fineTuning,
            SharedTexts data,
            ComputeSettings compute,
            LongAccumulator counter) {
        this.spark = spark;
        this.task = new TrainingTask(
                fineTuning, data.texts(), data.id(), HadoopSettings.of(spark.hadoopConfiguration()), compute, counter);
    }

    /** There are fewer slots than tasks, and no new ones. */
    static final class SlotsLostException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int left;

        SlotsLostException(int left) {
            super(left + " slots left");
            this.left = left;
        }

        int left() {
            return left;
        }
    }

    /** Spark has given up the job. */
    static final class FailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FailedException(Throwable cause) {
            super(cause.getMessage(), cause);
        }

        /** Whether a file system fails: the next attempt would fail too, and the user must know at once. */
        boolean isOfStorage() {
            for (Throwable cause = this; cause != null; cause = cause.getCause()) {
                if (cause instanceof StorageException) {
                    return true;
                }
            }
            return false;
        }

        /** The first line of the message, or the kind of the failure if there is no message. */
        String reason() {
            String message = getMessage() == null ? "" : getMessage().strip();
            return message.isEmpty()
                    ? getCause().getClass().getSimpleName()
                    : message.lines().findFirst().orElseThrow();
        }
    }

    /**
     * @param tasks N
     * @return every step, in order
     * @throws InputException if the checkpoint is not valid
     * @throws TrainingDivergedException if the loss is not a finite number
     */
    List<Trainer.StepReport> run(int tasks, Slots slots) throws SlotsLostException {
        JavaFutureAction<List<TaskOutcome>> running = rdd(tasks).collectAsync();
        long enoughAt = System.nanoTime();
        while (true) {
            try {
                return running.get(500, TimeUnit.MILLISECONDS).get(0).steps();
            } catch (TimeoutException e) {
                int left = slots.now();
                if (left >= tasks) {
                    enoughAt = System.nanoTime();
                } else if (System.nanoTime() - enoughAt > PATIENCE_NANOS) {
                    running.cancel(true);
                    throw new SlotsLostException(left);
                }
            } catch (ExecutionException e) {
                throw new FailedException(e.getCause());
            } catch (InterruptedException e) {
                running.cancel(true);
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while training", e);
            }
        }
    }

    private JavaRDD<TaskOutcome> rdd(int tasks) {
        TrainingTask work = task;
        JavaRDD<Integer> ranks = spark.parallelize(new ArrayList<>(Collections.nCopies(tasks, 0)), tasks);
        if (tasks == 1) {
            return ranks.mapPartitions(none -> work.alone());
        }
        InBarrier inBarrier = none -> CollectionConverters.asScala(work.together());
        return ranks.rdd()
                .barrier()
                .mapPartitions(inBarrier, false, ClassTag$.MODULE$.<TaskOutcome>apply(TaskOutcome.class))
                .toJavaRDD();
    }

    /** Spark's Java interface has no barrier stage. */
    private interface InBarrier
            extends Function1<scala.collection.Iterator<Integer>, scala.collection.Iterator<TaskOutcome>>,
                    Serializable {}

    /**
     * How a task has ended.
     *
     * @param all every step, of the first task; empty for the others
     * @param refused why the input is wrong, or null
     * @param diverged how the training diverged, or null
     */
    private record TaskOutcome(ArrayList<Trainer.StepReport> all, String refused, String diverged)
            implements Serializable {
        List<Trainer.StepReport> steps() {
            if (refused != null) {
                throw new InputException(refused);
            }
            if (diverged != null) {
                throw new TrainingDivergedException(diverged);
            }
            return all;
        }
    }

    /**
     * The data that are sent to the executors.
     *
     * @param id of this training, in the exchange between tasks
     */
    private record TrainingTask(
            FineTuning fineTuning,
            EncodedSplit texts,
            long id,
            HadoopSettings hadoop,
            ComputeSettings compute,
            LongAccumulator counter)
            implements Serializable {

        Iterator<TaskOutcome> alone() throws IOException {
            ExecutorModels.get().clear();
            try (FineTuning.Loaded loaded = fineTuning.load(hadoop.storage(), TaskDevice.claim(compute))) {
                return train(loaded, Exchange.alone());
            } catch (InputException e) {
                return refused(e.getMessage());
            }
        }

        /** No task begins before all have a model: the others would wait without end for a task without one. */
        Iterator<TaskOutcome> together() {
            try {
                return togetherIn(BarrierTaskContext.get());
            } catch (IOException e) {
                throw new UncheckedIOException("a training task failed: " + e.getMessage(), e);
            }
        }

        private Iterator<TaskOutcome> togetherIn(BarrierTaskContext context) throws IOException {
            ExecutorModels.get().clear();
            FineTuning.Loaded loaded;
            try {
                loaded = loaded();
            } catch (InputException e) {
                context.allGather(e.getMessage());
                return refused(e.getMessage());
            }
            try (loaded) {
                String[] refusals = context.allGather("");
                for (String refusal : refusals) {
                    if (!refusal.isEmpty()) {
                        return refused(refusal);
                    }
                }
                try (SparkExchange exchange = new SparkExchange(context, id, peers(context, loaded.engine()))) {
                    Iterator<TaskOutcome> outcome = train(loaded, exchange);
                    // Other tasks may still fetch what this task offers.
                    context.barrier();
                    return outcome;
                }
            }
        }

        /** The model of a task among several. */
        private FineTuning.Loaded loaded() throws IOException {
            FineTuning.Loaded loaded = fineTuning.load(hadoop.storage(), TaskDevice.claim(compute));
            try {
                if (compute.gradientExchange() == ExchangeChoice.NCCL) {
                    TaskDevice.requireNoSharers(
                            TaskDevice.sharers(SparkEnv.get().conf()));
                    loaded.engine().requirePeers();
                }
                return loaded;
            } catch (RuntimeException | Error e) {
                loaded.close();
                throw e;
            }
        }

        /** All tasks have found what they need, so none waits here for one that has given up. */
        private Optional<Peers> peers(BarrierTaskContext context, Engine engine) {
            if (compute.gradientExchange() == ExchangeChoice.SPARK) {
                return Optional.empty();
            }
            int rank = context.partitionId();
            String[] groups = context.allGather(rank == 0 ? HexFormat.of().formatHex(engine.newGroup()) : "");
            byte[] group = HexFormat.of().parseHex(groups[0]);
            return Optional.of(
                    engine.join(new Peers.Link(group, rank, context.numPartitions(), context::isInterrupted)));
        }

        private Iterator<TaskOutcome> train(FineTuning.Loaded loaded, Exchange exchange) throws IOException {
            ArrayList<Trainer.StepReport> steps = new ArrayList<>();
            try {
                loaded.train(texts, exchange, step -> {
                    if (exchange.rank() == 0) {
                        steps.add(step);
                        counter.add(1);
                    }
                });
            } catch (TrainingDivergedException e) {
                return List.of(new TaskOutcome(steps, null, e.getMessage())).iterator();
            }
            return List.of(new TaskOutcome(steps, null, null)).iterator();
        }

        private static Iterator<TaskOutcome> refused(String reason) {
            return List.of(new TaskOutcome(new ArrayList<>(), reason, null)).iterator();
        }
    }
}
