// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

class VarianceSumsTest {
    private static final int LAYERS = 2;
    private static final int HEADS = 3;

    @Test
    void scoresAreMeansOverTexts() {
        VarianceSums sums = new VarianceSums.Builder(1, 2)
                .add(0, 0, 1.0)
                .add(0, 1, 0.5)
                .add(0, 0, 2.0)
                .add(0, 1, 0.25)
                .build();

        assertThat(sums.sum(0, 0)).isEqualTo(3.0);
        assertThat(sums.texts(0, 1)).isEqualTo(2);
        assertThat(sums.scores()).isEqualTo(new HeadScores(1, 2, 2, new double[][] {{1.5, 0.375}}));
    }

    @Test
    void builtSumsStayWhenTheBuilderGoesOn() {
        VarianceSums.Builder builder = new VarianceSums.Builder(1, 1).add(0, 0, 1);
        VarianceSums sums = builder.build();
        builder.add(0, 0, 1);

        assertThat(sums.texts(0, 0)).isEqualTo(1);
    }

    @Test
    void survivesSerialization() throws IOException, ClassNotFoundException {
        VarianceSums sums = sums(0, 5, 7);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sums);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(sums);
        }
    }

    @Test
    void refusesWhatIsNoVariance() {
        VarianceSums.Builder builder = new VarianceSums.Builder(LAYERS, HEADS);

        assertThatThrownBy(() -> builder.add(1, 2, Double.NaN))
                .hasMessage("variance NaN of head 1.2 must be finite and not negative: the model's attention is not a"
                        + " distribution");
        assertThatThrownBy(() -> builder.add(0, 3, 1)).hasMessage("head (0, 3) is not one of 2 x 3");
        assertThatThrownBy(() -> new VarianceSums.Builder(0, 3))
                .hasMessage("0 x 3 heads: both numbers must be at least 1");
    }

    @Test
    void refusesScoresWithoutTextsOrOfUnequalTexts() {
        assertThatThrownBy(() -> VarianceSums.none(LAYERS, HEADS).scores())
                .hasMessage("heads cannot be scored without texts");
        assertThatThrownBy(() ->
                        new VarianceSums.Builder(1, 2).add(0, 0, 1).build().scores())
                .hasMessage("head 0.1 has seen 0 texts, head 0.0 1: each text counts for every head");
    }

    @Test
    void refusesToMergeDifferentModels() {
        assertThatThrownBy(() -> VarianceSums.none(2, 3).merge(VarianceSums.none(3, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("variance sums of 2 x 3 heads do not merge with those of 3 x 2");
    }

    @Property
    void scoresDoNotDependOnThePartitions(
            @ForAll @IntRange(min = 1, max = 60) int texts,
            @ForAll @IntRange(min = 1, max = 9) int partitions,
            @ForAll long seed) {
        SeededRandom random = SeededRandom.of(seed, Purpose.TEST_WEIGHTS);
        List<VarianceSums> parts = new ArrayList<>();
        int from = 0;
        for (int p = 0; p < partitions; p++) {
            int to = p == partitions - 1 ? texts : from + random.nextInt(texts - from + 1);
            parts.add(sums(from, to, seed));
            from = to;
        }
        VarianceSums merged = VarianceSums.none(LAYERS, HEADS);
        while (!parts.isEmpty()) {
            merged = merged.merge(parts.remove(random.nextInt(parts.size())));
        }

        HeadScores whole = sums(0, texts, seed).scores();
        HeadScores scores = merged.scores();
        assertThat(scores.texts()).isEqualTo(texts);
        for (Head head : whole.ranking()) {
            assertThat(scores.variance(head)).isCloseTo(whole.variance(head), Percentage.withPercentage(1e-10));
        }
    }

    /** Sums over texts whose variances are a function of the seed and the text's index. */
    private static VarianceSums sums(int from, int to, long seed) {
        VarianceSums.Builder builder = new VarianceSums.Builder(LAYERS, HEADS);
        for (int text = from; text < to; text++) {
            SeededRandom random = SeededRandom.of(seed, Purpose.TEST_WEIGHTS, text);
            for (int layer = 0; layer < LAYERS; layer++) {
                for (int head = 0; head < HEADS; head++) {
                    builder.add(layer, head, random.nextDouble() * 1e-3);
                }
            }
        }
        return builder.build();
    }
}
