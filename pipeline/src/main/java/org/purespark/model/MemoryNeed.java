// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.purespark.encoder.Attention;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cpu.ProductChoice;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.graph.BackwardGraph;
import org.purespark.model.graph.GraphSession;
import org.purespark.model.graph.PlannedMemory;

/**
 * The largest memory of one task on a CPU: for micro-batches in which every text has full length. P parameters are P_w
 * of the word embedding and P_d others; N training tasks share AdamW's moments of the others.
 *
 * <p>Heap: moments 8·P_w + 8·P_d/N; gradients 4·P; where N is above 1, the sum of the owned range, 4·P_d/N. Besides
 * these, at different times: a copy of the weights that are read or written, 4·P, and the sent and received data of the
 * exchange, 8·P_d·(N - 1)/N. Attention with vectors of distances takes some more.
 *
 * <p>Off-heap: weights 4·P, and the memory of the graph in a run, computed from its plan ({@link PlannedMemory}). This
 * is the memory of a step or, if it is more, of the passes without gradients before and after training, one in each
 * thread, with outputs of layers that other sets of pruned heads begin with, and a copy of the matrices. A step of
 * several threads also needs a copy of a product's gradient, and where heads are pruned, products take copies of what
 * belongs to the others. Layers that share weights have their own in a purified model, which is read and evaluated.
 *
 * @param parameters P
 * @param heapBytes of the Java heap
 * @param offHeapBytes outside the heap
 */
public record MemoryNeed(long parameters, long heapBytes, long offHeapBytes) {
    private static final int CLASSES = 2;

    /**
     * The batches of the task, and its threads.
     *
     * @param microBatch B, texts in a micro-batch
     * @param maxTokens T, longest text in tokens
     * @param trainingTasks N, number of tasks that train together
     * @param threads number of the task's threads
     * @param passTexts B', texts in a batch of each thread in a pass without gradients
     * @param factors of products
     */
    public record Work(
            int microBatch, int maxTokens, int trainingTasks, int threads, int passTexts, Device.Factors factors) {
        /** In float32. */
        public Work(int microBatch, int maxTokens, int trainingTasks, int threads, int passTexts) {
            this(microBatch, maxTokens, trainingTasks, threads, passTexts, Device.Factors.FLOAT32);
        }

        public Work {
            if (microBatch < 1 || maxTokens < 1 || trainingTasks < 1 || threads < 1 || passTexts < 1) {
                throw new IllegalArgumentException("micro-batch " + microBatch + ", tokens " + maxTokens + ", tasks "
                        + trainingTasks + ", threads " + threads + " and texts of a pass " + passTexts
                        + " must be at least 1");
            }
        }
    }

    public static MemoryNeed of(EncoderConfig config, Work work) {
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, CLASSES);
        long all = bytes(layout.size());
        long words = bytes(layout.denseStart());
        long dense = all - words;
        long shared = 2 * ((dense + work.trainingTasks() - 1) / work.trainingTasks());
        long partial = work.trainingTasks() == 1 ? 0 : dense / work.trainingTasks();
        long exchanged = 2 * (dense - dense / work.trainingTasks());
        long heap = 2 * words + shared + all + partial + Math.max(all, exchanged) + distances(config, work);
        long offHeap = all + Math.max(step(config, layout, Training.NONE, work), passes(config, layout, work));
        EncoderConfig purified = config.withLayersApart();
        boolean shares = config.architecture().layerSharing() != LayerSharing.NONE;
        if (!shares || !isAddressable(purified)) {
            // What cannot be written is refused with a message, before work starts.
            return new MemoryNeed(layout.size(), heap, offHeap);
        }
        ParameterLayout ofPurified = new ParameterLayout(purified, ClassifierKind.LINEAR, CLASSES);
        long weights = bytes(ofPurified.size());
        return new MemoryNeed(
                layout.size(),
                Math.max(heap, weights),
                Math.max(offHeap, weights + passes(purified, ofPurified, work)));
    }

    private static boolean isAddressable(EncoderConfig config) {
        long parameters = ParameterList.of(config, ClassifierKind.LINEAR, CLASSES).specs().stream()
                .mapToLong(ParameterSpec::length)
                .sum();
        return parameters <= Integer.MAX_VALUE;
    }

    /**
     * The memory of a task that trains after a teacher, of the same architecture, whose CLS attention it computes for
     * each micro-batch. Besides what {@link #of} counts, the teacher takes its weights, a copy of its matrices and the
     * memory of a pass outside the heap, as long as the training goes on, and its attention on the heap.
     */
    public static MemoryNeed withTeacher(EncoderConfig config, Work work) {
        MemoryNeed without = of(config, work);
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, CLASSES);
        EncoderGraph reading =
                new EncoderGraph(config, ClassifierKind.LINEAR, Training.NONE, layout, EncoderGraph.Use.READING);
        long copies = copiesOfMatrices(reading);
        long teacher = bytes(layout.size())
                + copies
                + CpuEngine.packedBytes(copies / Float.BYTES, 1, work.factors().products())
                + usedHeads(config, work)
                + held(config, reading, attention(config), work.microBatch(), work.maxTokens());
        long student = bytes(layout.size()) + step(config, layout, Training.TAUGHT, work);
        long tokens = (long) work.microBatch() * work.maxTokens();
        return new MemoryNeed(
                without.parameters(),
                without.heapBytes() + bytes(tokens * config.layers() * config.heads()),
                Math.max(without.offHeapBytes(), student + teacher));
    }

    private static GraphSession.Wanted attention(EncoderConfig config) {
        return TextClassifier.reading(config.layers(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
    }

    /** The memory of passes without gradients in all threads, with the copies of matrices that they share. */
    private static long passes(EncoderConfig config, ParameterLayout layout, Work work) {
        EncoderGraph reading =
                new EncoderGraph(config, ClassifierKind.LINEAR, Training.NONE, layout, EncoderGraph.Use.READING);
        long copies = copiesOfMatrices(reading);
        return copies
                + CpuEngine.packedBytes(copies / Float.BYTES, 1, work.factors().products())
                + work.threads() * pass(config, reading, work);
    }

    /** What attention takes for vectors of distances, and the sums of their gradients. */
    private static long distances(EncoderConfig config, Work work) {
        Attention attention = config.architecture().attention();
        if (attention instanceof Attention.RelativeKeys) {
            return CpuEngine.distanceBytes(work.microBatch(), work.maxTokens(), config.headSize());
        }
        return attention instanceof Attention.Disentangled disentangled
                ? CpuEngine.distanceBytes(
                        work.microBatch(),
                        work.maxTokens(),
                        (long) disentangled.terms().count() * config.hidden())
                : 0;
    }

    /** The memory of a training step. */
    private static long step(EncoderConfig config, ParameterLayout layout, Training training, Work work) {
        EncoderGraph learning =
                new EncoderGraph(config, ClassifierKind.LINEAR, training, layout, EncoderGraph.Use.LEARNING);
        long rows = (long) work.microBatch() * work.maxTokens();
        long columns = Math.max(
                Math.max(
                        3L * config.hidden(),
                        config.architecture().convolution().widest(config.sizes())),
                config.architecture().feedForward().widest(config.sizes()));
        ProductChoice choice = work.factors().products();
        long matrices = copiesOfMatrices(new EncoderGraph(
                        config, ClassifierKind.LINEAR, Training.NONE, layout, EncoderGraph.Use.READING))
                / Float.BYTES;
        return held(config, learning, TextClassifier.learning(learning), work.microBatch(), work.maxTokens())
                + CpuEngine.productCopyBytes(rows, columns, work.threads(), choice)
                + usedHeads(config, work)
                + CpuEngine.packedBytes(matrices, 2, choice);
    }

    /** What the products of a micro-batch copy where heads are pruned. */
    private static long usedHeads(EncoderConfig config, Work work) {
        long rows = (long) work.microBatch() * work.maxTokens();
        return CpuEngine.usedHeadBytes(rows, config.hidden(), work.factors().products());
    }

    /** The memory of a pass without gradients in one thread. */
    private static long pass(EncoderConfig config, EncoderGraph reading, Work work) {
        long rows = (long) work.passTexts() * work.maxTokens();
        return held(config, reading, attention(config), work.passTexts(), work.maxTokens())
                + CpuEngine.usedHeadBytes(rows, config.hidden(), work.factors().products())
                + states(config, reading, rows);
    }

    /** What layers have given to sets of pruned heads that are computed later. */
    private static long states(EncoderConfig config, EncoderGraph reading, long tokens) {
        int layers = Math.min(LogitsOfSets.MOST_STATES, config.layers() - 1);
        return layers == 0 ? 0 : layers * reading.statesAfter(0).size() * bytes(tokens * config.hidden());
    }

    private static long held(
            EncoderConfig config, EncoderGraph encoder, GraphSession.Wanted wanted, int texts, int tokens) {
        int[] starts = IntStream.rangeClosed(0, texts).map(b -> b * tokens).toArray();
        TextBatch batch = new TextBatch(
                starts, new long[texts], TextBatch.Gates.open(config.layers(), config.heads()), TextBatch.Targets.NONE);
        Map<String, long[]> inputs = new HashMap<>();
        encoder.parameters().forEach((name, parameter) -> inputs.put(name, parameter.shapeInGraph()));
        inputs.put(BackwardGraph.ONE, new long[0]);
        inputs.put(EncoderGraph.TOKENS, new long[] {(long) texts * tokens, config.embedding()});
        List<String> lent = new ArrayList<>(List.of(EncoderGraph.TOKENS));
        for (String ofTeacher : encoder.teacherInputs()) {
            inputs.put(ofTeacher, new long[] {(long) texts * tokens, config.heads()});
            lent.add(ofTeacher);
        }
        return new PlannedMemory(encoder.graph())
                .run(wanted, batch, inputs, lent)
                .heldBytes();
    }

    private static long copiesOfMatrices(EncoderGraph reading) {
        return reading.parameters().values().stream()
                .filter(parameter -> parameter.form() == EncoderGraph.Form.TRANSPOSED_COPY)
                .mapToLong(parameter ->
                        bytes((long) parameter.shape()[0] * parameter.shape()[1]))
                .sum();
    }

    private static long bytes(long floats) {
        return Float.BYTES * floats;
    }
}
