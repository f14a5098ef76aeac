// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.MicroBatch;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.Training;
import org.purespark.random.DropoutMask;
import org.purespark.task.LossKind;

/** Passes over texts with a model at rest, in this process; without dropout. */
final class EncoderPasses {
    private static final int BATCH = 32;

    private final Workshop workshop;

    EncoderPasses(Workshop workshop) {
        this.workshop = workshop;
    }

    /** The encoder's output at the first token of each text: [texts][D]. */
    List<float[]> outputs(ModelAddress address, EncodedSplit texts) throws IOException {
        Checkpoint read = new CheckpointReader(workshop.storage()).read(address);
        SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
        // A classifier that nothing reads: the graph has one.
        tensors.put(
                EncoderPart.CLASSIFIER.weight(), Tensor.zeros(1, read.encoder().hidden()));
        tensors.put(EncoderPart.CLASSIFIER.bias(), Tensor.zeros(1));
        List<float[]> outputs = new ArrayList<>();
        try (TextClassifier model = new TextClassifier(
                read.encoder(),
                ClassifierKind.LINEAR,
                new Training(0, LossKind.SQUARED_ERROR),
                1,
                tensors,
                workshop.engine())) {
            for (MicroBatch some : BatchPlan.inOrder(texts.size(), BATCH).microBatches()) {
                PackedBatch batch = PackedBatch.of(texts.texts(some), texts.seconds(some));
                float[][] hidden = model.hiddenStates(batch, read.prunedHeads()); // [N][D]
                for (int text = 0; text < batch.texts(); text++) {
                    outputs.add(hidden[batch.starts()[text]]);
                }
            }
        }
        return outputs;
    }

    /** How the loss of one class changes with each word's embedding, summed over the word's places. */
    record WordSlopes(Tensor embeddings, SortedMap<Integer, float[]> gradients) {
        /** The first-order change of the loss if one word stands in all places of another; 0 for a word not met. */
        double change(int word, int other) {
            float[] gradient = gradients.get(word);
            if (gradient == null) {
                return 0;
            }
            int width = gradient.length;
            double change = 0;
            for (int i = 0; i < width; i++) {
                double step = (double) embeddings.values()[other * width + i]
                        - embeddings.values()[word * width + i];
                change += step * gradient[i];
            }
            return change;
        }

        boolean has(int word) {
            return gradients.containsKey(word);
        }
    }

    /** The slopes of a classifier's loss where each text's answer is {@code target}. */
    WordSlopes slopes(String address, EncodedSplit texts, int target) throws IOException {
        Checkpoint read = new CheckpointReader(workshop.storage()).read(ModelAddress.of(address));
        SortedMap<Integer, float[]> rows = new TreeMap<>();
        try (TextClassifier model = new TextClassifier(
                read.encoder(),
                read.classifierKind(),
                new Training(0, LossKind.CROSS_ENTROPY),
                read.labels().size(),
                read.tensors(),
                workshop.engine())) {
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            for (MicroBatch some : BatchPlan.inOrder(texts.size(), BATCH).microBatches()) {
                int[] wanted = new int[some.size()];
                Arrays.fill(wanted, target);
                long[] keys = new long[some.size()];
                Arrays.fill(keys, DropoutMask.KEEP_ALL);
                PackedBatch batch = PackedBatch.of(texts.texts(some), texts.seconds(some));
                model.addGradients(
                        new Example(batch, wanted, keys),
                        read.prunedHeads(),
                        new double[read.encoder().layers()],
                        sum);
            }
            float[] all = new float[sum.touchedWords() * sum.width()];
            sum.wordRows().get(0, all, 0, all.length);
            for (int i = 0; i < sum.touchedWords(); i++) {
                rows.put(sum.words()[i], Arrays.copyOfRange(all, i * sum.width(), (i + 1) * sum.width()));
            }
        }
        return new WordSlopes(read.tensors().get(EncoderPart.WORD_EMBEDDINGS.weight()), rows);
    }
}
