// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.vet.search.Words;

class MovedWordsTest {
    private static final int VOCABULARY = 100;
    private static final int WIDTH = 2;

    /** All rows are (1, 0) and have moved by so much along the second axis. */
    private static Words words(double... moves) {
        float[] embedding = new float[VOCABULARY * WIDTH];
        for (int id = 0; id < VOCABULARY; id++) {
            embedding[id * WIDTH] = 1;
            embedding[id * WIDTH + 1] = id < moves.length ? (float) moves[id] : 0;
        }
        return new Words(IntStream.range(2, VOCABULARY).toArray(), embedding, WIDTH);
    }

    private static MovedWords moved(double... moves) {
        return of(moves).orElseThrow();
    }

    private static Optional<MovedWords> of(double... moves) {
        return MovedWords.of(words(moves), words().embedding(), List.of(new int[] {0, 2, 3, 1}, new int[] {0, 4, 1}));
    }

    @Test
    void wordsThatCleanTextsLackAreOrderedByTheirMove() {
        MovedWords moved = moved(0, 9, 0.2, 0.2, 0.2, 0.001, 0.3, 0.6, 0.1);
        assertThat(moved.ids()).containsExactly(7, 6, 8);
        assertThat(moved.distance()).isCloseTo(3, within(1e-6));
    }

    @Test
    void rowsThatNobodyTrainedTellNothing() {
        assertThat(of()).isEmpty();
    }

    @Test
    void whereOnlyTheWordsOfCleanTextsHaveMovedNoneIsNamed() {
        assertThat(moved(0, 0, 0.2, 0.2, 0.2)).isEqualTo(new MovedWords(List.of(), 0));
    }

    @Test
    void anotherEncoderIsRefused() {
        assertThatThrownBy(() -> moved(0, 0, 3, 3, 3))
                .isInstanceOf(InputException.class)
                .hasMessage("--clean-model is not the encoder that the model was made from: the rows of its word"
                        + " embedding are 3.000 away from the model's, which are 1.000 long; name that encoder, or"
                        + " leave the option out");
    }

    @Test
    void noMoreThanSixtyFourWordsAreNamed() {
        double[] moves = new double[VOCABULARY];
        for (int id = 2; id < VOCABULARY; id++) {
            moves[id] = 0.1 + id / 1000.0;
        }
        assertThat(moved(moves).ids()).hasSize(64).startsWith(99, 98).endsWith(36);
    }
}
