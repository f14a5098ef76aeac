// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkConf;
import org.purespark.InputException;
import org.purespark.checkpoint.AdapterBase;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.Device;
import org.purespark.model.MemoryNeed;
import org.purespark.storage.Storage;

/**
 * The memory that training needs in a process, and the memory that the process has.
 *
 * @param need of one task
 * @param tasks number of training tasks in the process at once
 * @param work of a task
 */
record TrainingMemory(MemoryNeed need, int tasks, MemoryNeed.Work work, TaskProcess process) {
    static TrainingMemory of(EncoderConfig config, Settings settings, TaskProcess process) {
        int microBatchesPerStep = settings.train().microBatchesPerStep();
        MemoryNeed.Work work = work(settings, Math.min(microBatchesPerStep, process.allSlots()), process);
        int tasks = Math.min(microBatchesPerStep, process.slots());
        return new TrainingMemory(need(config, settings.defence(), work), tasks, work, process);
    }

    /** The need of one task: the largest of a run's trainings. */
    static MemoryNeed need(EncoderConfig config, DefenceChoice defence, MemoryNeed.Work work) {
        return defence == DefenceChoice.NAD ? MemoryNeed.withTeacher(config, work) : MemoryNeed.of(config, work);
    }

    /** The work of one task. */
    static MemoryNeed.Work work(Settings settings, int trainingTasks, TaskProcess process) {
        return new MemoryNeed.Work(
                settings.train().microBatch(),
                settings.text().maxLength(),
                trainingTasks,
                process.threads(),
                settings.evaluate().batchTexts(),
                Device.Factors.of(settings.compute().precision()));
    }

    /**
     * Refuses a training that cannot fit, before Spark starts.
     *
     * @param model the checkpoint to train; if it is missing, the command reports this later
     */
    static void require(Storage storage, ModelAddress model, Settings settings) throws IOException {
        require(storage, model, List.of(settings));
    }

    /**
     * {@link #require(Storage, ModelAddress, Settings)} of several trainings of a model, one after the other.
     *
     * @param each the settings of each
     */
    static void require(Storage storage, ModelAddress model, Collection<Settings> each) throws IOException {
        if (model == null || !isThere(storage, model.directory())) {
            return;
        }
        EncoderConfig config = new CheckpointReader(storage).readShape(model);
        TaskProcess process = TaskProcess.of(new SparkConf(), Machine.ofThisProcess());
        for (Settings settings : each) {
            of(config, settings, process).require();
        }
    }

    /**
     * The most heap and the most memory beside it that several trainings of a model need, and how to give it, in words.
     *
     * @param each the settings of each, at least one
     */
    static List<String> describe(Storage storage, ModelAddress model, Collection<Settings> each) throws IOException {
        if (!isThere(storage, model.directory())) {
            return List.of("not known, as there is no model at " + model.directory() + " yet");
        }
        EncoderConfig config = new CheckpointReader(storage).readShape(model);
        TaskProcess process = TaskProcess.of(new SparkConf(), Machine.ofThisProcess());
        List<TrainingMemory> all =
                each.stream().map(settings -> of(config, settings, process)).toList();
        ProcessMemory most = new ProcessMemory(
                most(all, memory -> memory.tasks * memory.need.heapBytes()),
                most(all, memory -> memory.tasks * memory.need.offHeapBytes()),
                process);
        String fits = most.canBeGiven() ? "fits with: -- " + most.options() : "does not fit into this machine";
        return List.of(most.describe(), fits);
    }

    private static long most(List<TrainingMemory> all, ToLongFunction<TrainingMemory> bytes) {
        return all.stream().mapToLong(bytes).max().orElseThrow();
    }

    private static boolean isThere(Storage storage, String directory) throws IOException {
        return storage.exists(Storage.child(directory, "config.json"))
                || storage.isDirectory(directory) && AdapterBase.isAdapter(storage, directory);
    }

    /** @throws InputException if there is too little */
    void require() {
        ProcessMemory memory = memory();
        if (!memory.fits()) {
            throw new InputException("training does not fit into memory: " + describe() + "; but "
                    + String.join(", ", memory.shortages()) + ". " + wayOut(memory));
        }
    }

    /** The need, in words for a person. */
    String describe() {
        return String.format(
                Locale.ROOT,
                "%s (%d training task%s in it, %s)",
                memory().describe(),
                tasks,
                tasks == 1 ? "" : "s",
                words(need, work));
    }

    /** A task's model and texts, for a person. */
    static String words(MemoryNeed need, MemoryNeed.Work work) {
        return String.format(
                Locale.ROOT,
                "%,d parameters, micro-batches of %d texts of up to %d tokens",
                need.parameters(),
                work.microBatch(),
                work.maxTokens());
    }

    /** The options of {@code spark-submit} with which it fits. */
    String options() {
        return memory().options();
    }

    ProcessMemory memory() {
        return new ProcessMemory(tasks * need.heapBytes(), tasks * need.offHeapBytes(), process);
    }

    private String wayOut(ProcessMemory memory) {
        String smaller = "lower train.micro-batch or text.max-length";
        if (!memory.canBeGiven()) {
            // More heap helps only if the machine has it.
            return "Run it on a larger machine or on a cluster, or " + smaller;
        }
        String fewer = tasks > 1 && process.kind() == TaskProcess.ProcessKind.EXECUTOR
                ? ", or raise spark.task.cpus so that fewer tasks share an executor"
                : "";
        return "Give -- " + options() + fewer + ", or " + smaller;
    }
}
