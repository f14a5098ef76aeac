// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.Family;
import org.purespark.heads.Head;
import org.purespark.task.TaskKind;

/**
 * An encoder, with or without a classifier, in the project's internal form: the same names and full shapes for every
 * family and form on disk. Immutable, if nobody changes its tensors and bytes.
 *
 * @param family form of the files
 * @param encoder what it computes
 * @param classifierKind the layers before the last projection
 * @param tensors by the names of {@link ParameterList}; {@code classifier.weight} [C, D] and {@code classifier.bias}
 *     [C] are missing if there is no classifier
 * @param labels the names of the C classes in id order; empty if there is no classifier
 * @param task what the classifier answers; one label if there is none
 * @param prunedHeads heads that are not used, with any entries in the tensors
 * @param tokenizerFiles contents by file name
 * @param rawConfig {@code config.json} as read; keys that the project does not use are kept from it
 * @param warnings what reading has left out, and what a person should know of the model, one sentence each
 */
public record Checkpoint(
        Family family,
        EncoderConfig encoder,
        ClassifierKind classifierKind,
        SortedMap<String, Tensor> tensors,
        List<String> labels,
        TaskKind task,
        SortedSet<Head> prunedHeads,
        Map<String, byte[]> tokenizerFiles,
        ObjectNode rawConfig,
        List<String> warnings) {

    /** @throws IllegalArgumentException if a tensor is missing, unknown, or has the wrong shape */
    public Checkpoint {
        tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
        labels = List.copyOf(labels);
        prunedHeads = Collections.unmodifiableSortedSet(new TreeSet<>(prunedHeads));
        tokenizerFiles = Collections.unmodifiableMap(new LinkedHashMap<>(tokenizerFiles));
        rawConfig = rawConfig.deepCopy();
        warnings = List.copyOf(warnings);
        checkLayout(encoder, classifierKind, tensors, labels.size());
    }

    @Override
    public ObjectNode rawConfig() {
        return rawConfig.deepCopy();
    }

    public boolean hasClassifier() {
        return tensors.containsKey(EncoderPart.CLASSIFIER.weight());
    }

    /**
     * A checkpoint without its weights.
     *
     * @param prunedHeads that it declares
     */
    public record Frame(
            Family family,
            EncoderConfig encoder,
            ClassifierKind classifierKind,
            SortedSet<Head> prunedHeads,
            Map<String, byte[]> tokenizerFiles,
            ObjectNode rawConfig) {
        /** The same with other weights, classes, task and pruned heads, after training and pruning. */
        public Checkpoint with(
                SortedMap<String, Tensor> tensors, List<String> labels, TaskKind task, SortedSet<Head> prunedHeads) {
            return new Checkpoint(
                    family,
                    encoder,
                    classifierKind,
                    tensors,
                    labels,
                    task,
                    prunedHeads,
                    tokenizerFiles,
                    rawConfig,
                    List.of());
        }
    }

    /** Everything except the weights. */
    public Frame frame() {
        return new Frame(family, encoder, classifierKind, prunedHeads, tokenizerFiles, rawConfig);
    }

    /** The same model with other weights, classes and pruned heads. */
    public Checkpoint with(SortedMap<String, Tensor> tensors, List<String> labels, SortedSet<Head> prunedHeads) {
        return frame().with(tensors, labels, task, prunedHeads);
    }

    private static void checkLayout(
            EncoderConfig encoder, ClassifierKind kind, SortedMap<String, Tensor> tensors, int classes) {
        SortedMap<String, ParameterSpec> expected =
                ParameterList.of(encoder, kind, classes).byName();
        if (!expected.keySet().equals(tensors.keySet())) {
            SortedSet<String> missing = new TreeSet<>(expected.keySet());
            missing.removeAll(tensors.keySet());
            SortedSet<String> extra = new TreeSet<>(tensors.keySet());
            extra.removeAll(expected.keySet());
            throw new IllegalArgumentException("tensors missing " + missing + ", too many " + extra);
        }
        tensors.forEach((name, tensor) -> {
            int[] shape = expected.get(name).shape();
            if (!Arrays.equals(tensor.shape(), shape)) {
                throw new IllegalArgumentException("tensor " + name + ": shape " + Arrays.toString(tensor.shape())
                        + ", expected " + Arrays.toString(shape));
            }
        });
    }
}
