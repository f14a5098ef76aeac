// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.MemoryNeed;
import org.purespark.storage.Lookups;
import org.purespark.storage.Storage;
import org.purespark.sweep.PlannedRun;
import org.purespark.sweep.SuspectRun;
import org.purespark.sweep.SweepMode;
import org.purespark.sweep.SweepPlan;

/**
 * Whether the runs of a sweep fit into memory. In mode slots the largest of them may run in one process at the same
 * time, each in one task; in mode cluster a run trains as {@code purify} does. A suspect whose {@code config.json} is
 * not valid is left out: its run reports why.
 */
final class SweepMemory {
    private static final String SMALLER = "lower train.micro-batch or text.max-length of the row";

    /**
     * A suspect's sizes and its place in the manifest.
     *
     * @param place file and row of the manifest, and the suspect's name
     */
    record SuspectNeed(String place, SuspectRun run, EncoderConfig shape) {}

    /** A row, and the need of one of its training tasks. */
    private record Need(SuspectNeed row, MemoryNeed task, MemoryNeed.Work work) {}

    private final List<SuspectNeed> rows;
    private final SweepMode mode;
    private final TaskProcess process;
    private final int maxConcurrent;

    /**
     * @param rows the runs to do
     * @param maxConcurrent the largest number of runs at a time in mode slots
     */
    SweepMemory(List<SuspectNeed> rows, SweepMode mode, TaskProcess process, int maxConcurrent) {
        this.rows = List.copyOf(rows);
        this.mode = mode;
        this.process = process;
        this.maxConcurrent = maxConcurrent;
    }

    /**
     * Reads the sizes of the suspects whose runs must be done.
     *
     * @param places of the suspects, by name
     */
    static SweepMemory of(
            Storage storage, SweepPlan plan, Map<String, String> places, TaskProcess process, int maxConcurrent)
            throws IOException {
        Set<ModelAddress> models = new LinkedHashSet<>();
        plan.toDo().forEach(planned -> models.add(planned.run().inputs().modelAddress()));
        CheckpointReader reader = new CheckpointReader(storage);
        List<Optional<EncoderConfig>> found =
                Lookups.each("the suspects' shapes", models, model -> shape(reader, model));
        Map<ModelAddress, Optional<EncoderConfig>> shapes = new HashMap<>();
        int next = 0;
        for (ModelAddress model : models) {
            shapes.put(model, found.get(next++));
        }
        List<SuspectNeed> rows = new ArrayList<>();
        for (PlannedRun planned : plan.toDo()) {
            SuspectRun run = planned.run();
            shapes.get(run.inputs().modelAddress())
                    .ifPresent(shape -> rows.add(new SuspectNeed(places.get(run.name()), run, shape)));
        }
        return new SweepMemory(rows, plan.mode(), process, maxConcurrent);
    }

    private static Optional<EncoderConfig> shape(CheckpointReader reader, ModelAddress model) {
        try {
            EncoderConfig shape = reader.readShape(model);
            // Refuses a model with more parameters than an array can have.
            MemoryNeed.of(shape, new MemoryNeed.Work(1, 1, 1, 1, 1));
            return Optional.of(shape);
        } catch (IOException | InputException | IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** @throws InputException if there is too little memory, naming the row that needs most */
    void require() {
        if (rows.isEmpty()) {
            return;
        }
        if (mode == SweepMode.CLUSTER) {
            SuspectNeed row = largestAlone();
            try {
                alone(row).require();
            } catch (InputException e) {
                throw new InputException(row.place() + ": " + e.getMessage(), e);
            }
            return;
        }
        List<Need> together = together();
        ProcessMemory memory = memory(together);
        if (!memory.fits()) {
            throw new InputException(together.get(0).row().place() + ": the sweep does not fit into memory: "
                    + describe() + "; but " + String.join(", ", memory.shortages()) + ". "
                    + wayOut(together, memory));
        }
    }

    /** The need, in words for a person. */
    String describe() {
        if (rows.isEmpty()) {
            return "no run needs memory";
        }
        if (mode == SweepMode.CLUSTER) {
            SuspectNeed row = largestAlone();
            return row.run().name() + ": " + alone(row).describe();
        }
        List<Need> together = together();
        Need largest = together.get(0);
        return memory(together).describe() + " (" + together.size() + (together.size() == 1 ? " run" : " runs")
                + " in it at a time, the largest that of " + largest.row().run().name() + ": "
                + TrainingMemory.words(largest.task(), largest.work()) + ")";
    }

    private TrainingMemory alone(SuspectNeed row) {
        return TrainingMemory.of(row.shape(), row.run().settings(), process);
    }

    private SuspectNeed largestAlone() {
        return rows.stream()
                .max(Comparator.comparingLong(row -> {
                    ProcessMemory memory = alone(row).memory();
                    return memory.heapBytes() + memory.besideHeapBytes();
                }))
                .orElseThrow();
    }

    /** The largest runs that a process may have at a time, largest first. */
    private List<Need> together() {
        Map<List<Object>, MemoryNeed> known = new HashMap<>();
        List<Need> needs = new ArrayList<>();
        for (SuspectNeed row : rows) {
            DefenceChoice defence = row.run().settings().defence();
            MemoryNeed.Work work = TrainingMemory.work(row.run().settings(), 1, process);
            MemoryNeed task = known.computeIfAbsent(
                    List.of(row.shape(), defence, work), key -> TrainingMemory.need(row.shape(), defence, work));
            needs.add(new Need(row, task, work));
        }
        needs.sort(Comparator.comparingLong(
                        (Need need) -> need.task().heapBytes() + need.task().offHeapBytes())
                .reversed());
        return needs.subList(0, Math.min(needs.size(), Math.min(process.slots(), maxConcurrent)));
    }

    private ProcessMemory memory(List<Need> needs) {
        long heap = 0;
        long tensors = 0;
        for (Need need : needs) {
            heap += need.task().heapBytes();
            tensors += need.task().offHeapBytes();
        }
        return new ProcessMemory(heap, tensors, process);
    }

    private String wayOut(List<Need> together, ProcessMemory memory) {
        List<String> ways = new ArrayList<>();
        if (memory.canBeGiven()) {
            ways.add("give -- " + memory.options());
        }
        int fitting = together.size() - 1;
        while (fitting > 0 && !memory(together.subList(0, fitting)).fits()) {
            fitting--;
        }
        if (fitting > 0) {
            ways.add("give --max-concurrent " + fitting);
            ways.add("raise spark.task.cpus so that fewer runs share "
                    + (process.kind() == TaskProcess.ProcessKind.EXECUTOR ? "an executor" : "this process"));
        }
        if (ways.isEmpty()) {
            ways.add("run it on a larger machine or on a cluster");
        }
        ways.add(SMALLER);
        ways.add("take the row out");
        String all = String.join(", or ", ways);
        return Character.toUpperCase(all.charAt(0)) + all.substring(1);
    }
}
