// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.vet.search.Frame;
import org.purespark.vet.search.SearchedModel;

class LogitSpreadTest {
    private static final Frame FRAME = new Frame(List.of(0), List.of(1));
    private static final int[] TEXT = {0, 2, 2, 2, 2, 1};

    /** Class 1 is ahead by so much for each token between the special ones. */
    private record Counting(double each) implements SearchedModel {
        @Override
        public int classes() {
            return 2;
        }

        @Override
        public List<float[]> logits(String label, List<int[]> texts) {
            return texts.stream()
                    .map(text -> {
                        assertThat(text).startsWith(0).endsWith(1);
                        return new float[] {0, (float) (each * (text.length - FRAME.size()))};
                    })
                    .toList();
        }

        @Override
        public double[][] slotGradients(String label, List<int[]> texts, int target, int first, int count) {
            throw new UnsupportedOperationException("no gradients here");
        }
    }

    private static double spread(Counting model, int[]... texts) {
        List<int[]> ids = List.of(texts);
        CleanTexts clean = new CleanTexts(
                ids.stream().map(text -> new CleanTexts.Text("text", text, 1)).toList(), model.logits("", ids), 2);
        return new LogitSpread(model, FRAME, 3).of(clean, List.of(0));
    }

    @Test
    void ofTheFourVariantsTwoLackOneOfFourTokensAndTwoHaveAllOfThem() {
        assertThat(spread(new Counting(1), TEXT)).isCloseTo((0.25 + 0.25 + 0 + 0) / 4, within(1e-9));
    }

    @Test
    void isAMultipleOfTheMargin() {
        assertThat(spread(new Counting(7), TEXT)).isCloseTo(0.125, within(1e-6));
    }

    @Test
    void aTextOfThreeTokensIsNotUsed() {
        assertThat(spread(new Counting(1), new int[] {0, 2, 2, 2, 1})).isZero();
    }
}
