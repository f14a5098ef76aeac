// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.random.SeededRandom;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;

/** Gradients by the embeddings of tokens, against finite differences. */
class TokenGradientsTest {
    private static final ClassifierKind KIND = ClassifierKind.LINEAR;
    private static final int CLASSES = 3;
    /** No token twice in one text, so that a row of the embedding is one token's. */
    private static final List<int[]> TEXTS = List.of(new int[] {2, 7, 9, 3}, new int[] {2, 11, 12, 13, 14, 3});

    private static final int[] ANSWERS = {1, 2};
    private static final float STEP = 0.05f;

    private static final EncoderConfig CONFIG = EncoderConfig.builder(Architecture.bert(0, 1e-12))
            .vocabulary(50)
            .positions(32)
            .tokenTypes(2)
            .hidden(24)
            .heads(3)
            .layers(2)
            .intermediate(40)
            .build();

    @Test
    void areWhatASmallChangeOfAnEmbeddingDoesToTheLossOfItsText() {
        try (TextClassifier model = model(random())) {
            float[][] actual = model.tokenGradients(PackedBatch.of(TEXTS), new Answers.Classes(ANSWERS), Set.of());
            assertThat(actual).hasDimensions(10, CONFIG.embedding());
            double largest = 0;
            for (float[] row : actual) {
                for (float entry : row) {
                    largest = Math.max(largest, Math.abs(entry));
                }
            }
            assertThat(largest).isGreaterThan(1e-3);
            for (int[] tokenOfText : new int[][] {{0, 1, 1}, {0, 2, 2}, {1, 2, 6}, {1, 4, 8}}) {
                int text = tokenOfText[0];
                int id = TEXTS.get(text)[tokenOfText[1]];
                for (int entry = 0; entry < CONFIG.embedding(); entry += 7) {
                    double difference = (loss(text, id, entry, STEP) - loss(text, id, entry, -STEP)) / (2 * STEP);
                    assertThat((double) actual[tokenOfText[2]][entry])
                            .as("text %s, token %s, entry %s", text, id, entry)
                            .isCloseTo(difference, within(0.02 * largest + 2e-5));
                }
            }
        }
    }

    @Test
    void doNotDependOnTheOtherTextsOfTheBatch() {
        try (TextClassifier model = model(random())) {
            float[][] together = model.tokenGradients(PackedBatch.of(TEXTS), new Answers.Classes(ANSWERS), Set.of());
            float[][] alone = model.tokenGradients(
                    PackedBatch.of(List.of(TEXTS.get(1))), new Answers.Classes(new int[] {ANSWERS[1]}), Set.of());
            for (int t = 0; t < alone.length; t++) {
                for (int i = 0; i < alone[t].length; i++) {
                    assertThat(together[4 + t][i]).isCloseTo(alone[t][i], within(1e-4f));
                }
            }
        }
    }

    @Test
    void needALoss() {
        try (TextClassifier own = model(random());
                TextClassifier reading = new TextClassifier(CONFIG, KIND, own.parameters(), new CpuEngine(1));
                TextClassifier sensing =
                        new TextClassifier(CONFIG, KIND, LossKind.CROSS_ENTROPY, own.parameters(), new CpuEngine(1))) {
            PackedBatch batch = PackedBatch.of(TEXTS);
            Answers answers = new Answers.Classes(ANSWERS);
            assertThat(sensing.tokenGradients(batch, answers, Set.of()))
                    .isDeepEqualTo(own.tokenGradients(batch, answers, Set.of()));
            assertThatThrownBy(() -> reading.tokenGradients(batch, answers, Set.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a classifier without a loss has no gradients");
        }
    }

    private static double loss(int text, int id, int entry, float change) {
        SortedMap<String, Tensor> tensors = random();
        tensors.get(EncoderPart.WORD_EMBEDDINGS.weight()).values()[id * CONFIG.embedding() + entry] += change;
        try (TextClassifier model = model(tensors)) {
            float[] logits = model.forward(PackedBatch.of(List.of(TEXTS.get(text))), Set.of(), Outputs.LOGITS)
                    .logits()[0];
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp((double) logit - logits[ANSWERS[text]]);
            }
            return Math.log(sum);
        }
    }

    private static SortedMap<String, Tensor> random() {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        for (ParameterLayout.Slice slice :
                new ParameterLayout(CONFIG, KIND, CLASSES).slices().values()) {
            SeededRandom random = SeededRandom.of(slice.offset(), SeededRandom.Purpose.TEST_WEIGHTS);
            float[] values = new float[slice.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
            }
            tensors.put(slice.name(), Tensor.of(values, slice.shape()));
        }
        return tensors;
    }

    private static TextClassifier model(SortedMap<String, Tensor> tensors) {
        return new TextClassifier(CONFIG, KIND, 0.1, CLASSES, tensors, new CpuEngine(1));
    }
}
