package org.purespark.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.purespark.InputException;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.EncoderConfig;
import org.purespark.config.Settings;
import org.purespark.model.MemoryNeed;
import org.purespark.storage.Storage;

/**
 * What training needs of a process, beside what there is.
 *
 * @param need of one task
 * @param tasks training tasks in the process at once
 * @param work that a task does
 */
record TrainingMemory(MemoryNeed need, int tasks, MemoryNeed.Work work, TaskProcess process) {
    /** What Spark's memory manager sets aside of every heap; driver and executors live in it. */
    private static final long HEAP_OF_SPARK = 300L << 20;

    /** Classes, compiled code, stacks, the native libraries themselves: what is resident beside heap and tensors. */
    private static final long PROCESS_FLOOR = 400L << 20;

    private static final double GIB = 1L << 30;

    static TrainingMemory of(EncoderConfig config, Settings settings, TaskProcess process) {
        int microBatchesPerStep = settings.train().microBatchesPerStep();
        MemoryNeed.Work work = new MemoryNeed.Work(
                settings.train().microBatch(),
                settings.text().maxLength(),
                Math.min(microBatchesPerStep, process.allSlots()),
                process.threads());
        int tasks = Math.min(microBatchesPerStep, process.slots());
        return new TrainingMemory(MemoryNeed.of(config, work), tasks, work, process);
    }

    /**
     * Refuses a training that cannot fit, before Spark starts.
     *
     * @param model directory of the checkpoint to train; where it is missing, the command itself says so
     */
    static void require(Storage storage, String model, Settings settings) throws IOException {
        if (model == null || !storage.exists(Storage.child(model, "config.json"))) {
            return;
        }
        EncoderConfig config = new CheckpointReader(storage).readShape(model);
        of(config, settings, TaskProcess.of(new SparkConf(), Machine.ofThisProcess()))
                .require();
    }

    /** @throws InputException where there is too little */
    void require() {
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
        if (!shortages.isEmpty()) {
            throw new InputException("training does not fit into memory: " + describe() + "; but "
                    + String.join(", ", shortages) + ". " + wayOut());
        }
    }

    /** What is needed, for a person. */
    String describe() {
        String where = process.kind() == TaskProcess.Kind.EXECUTOR ? "each executor" : "this process";
        return String.format(
                Locale.ROOT,
                "%s needs up to %s of Java heap and %s beside it, of which tensors take %s (%d training task%s in it,"
                        + " %,d parameters, micro-batches of %d texts of up to %d tokens)",
                where,
                gib(heapBytes()),
                gib(besideHeapBytes()),
                gib(tensorBytes()),
                tasks,
                tasks == 1 ? "" : "s",
                need.parameters(),
                work.microBatch(),
                work.maxTokens());
    }

    /** The options of {@code spark-submit} with which it fits. */
    String options() {
        if (process.kind() == TaskProcess.Kind.THIS_PROCESS) {
            return "--driver-memory " + wholeGib(heapBytes());
        }
        return "--conf spark.executor.memory=" + wholeGib(heapBytes()) + " --conf spark.executor.memoryOverhead="
                + wholeGib(besideHeapBytes());
    }

    private String wayOut() {
        String smaller = "lower train.micro-batch or text.max-length";
        if (process.kind() == TaskProcess.Kind.THIS_PROCESS) {
            // More heap helps only where the machine has it.
            return heapBytes() + besideHeapBytes() > process.totalBytes()
                    ? "Run it on a larger machine or on a cluster, or " + smaller
                    : "Give -- " + options() + ", or " + smaller;
        }
        String fewer = tasks > 1 ? ", or raise spark.task.cpus so that fewer tasks share an executor" : "";
        return "Give -- " + options() + fewer + ", or " + smaller;
    }

    long heapBytes() {
        return HEAP_OF_SPARK + tasks * need.heapBytes();
    }

    long tensorBytes() {
        return tasks * need.offHeapBytes();
    }

    long besideHeapBytes() {
        return PROCESS_FLOOR + tensorBytes();
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }

    private static String wholeGib(long bytes) {
        return (long) Math.ceil(bytes / GIB) + "g";
    }
}
