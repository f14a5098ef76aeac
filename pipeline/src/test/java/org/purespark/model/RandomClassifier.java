// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.engine.Engine;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/** Classifiers of three classes with random weights that are large enough for all parts to count. */
final class RandomClassifier {
    private static final int CLASSES = 3;

    private RandomClassifier() {}

    /** BERT's architecture, and those that differ in what is computed. */
    static Stream<Named<Architecture>> architectures() {
        return Stream.concat(Stream.of(Named.of("bert", Architecture.bert(0, 1e-12))), OtherArchitectures.all());
    }

    /** V 50; the rest as the test wants it. */
    static EncoderConfig.Builder config(Architecture architecture) {
        return EncoderConfig.builder(architecture).vocabulary(50).tokenTypes(2);
    }

    /** The same weights in each call with the same shapes. */
    static TextClassifier of(EncoderConfig config, Engine engine) {
        SeededRandom random = SeededRandom.of(5, Purpose.TEST_WEIGHTS);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        new ParameterLayout(config, ClassifierKind.LINEAR, CLASSES)
                .slices()
                .forEach((name, slice) -> tensors.put(name, Tensor.of(random(random, slice.length()), slice.shape())));
        return new TextClassifier(config, ClassifierKind.LINEAR, 0, CLASSES, tensors, engine);
    }

    /** Texts of these numbers of tokens, all below 42. */
    static PackedBatch texts(int... lengths) {
        List<int[]> texts = new ArrayList<>();
        for (int length : lengths) {
            int[] ids = new int[length];
            for (int t = 0; t < length; t++) {
                ids[t] = 2 + (7 * t + length) % 40;
            }
            texts.add(ids);
        }
        return PackedBatch.of(texts);
    }

    private static float[] random(SeededRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (0.3 * random.nextGaussian());
        }
        return values;
    }
}
