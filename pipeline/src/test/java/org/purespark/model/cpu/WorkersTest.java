// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyPieceIsRunOnceWhateverTheirNumber(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int round = 0; round < 2000; round++) {
                int pieces = round % 23;
                AtomicIntegerArray runs = new AtomicIntegerArray(23);
                workers.run(pieces, (piece, scratch) -> runs.incrementAndGet(piece));
                for (int piece = 0; piece < 23; piece++) {
                    assertThat(runs.get(piece))
                            .as("piece %s of %s", piece, pieces)
                            .isEqualTo(piece < pieces ? 1 : 0);
                }
            }
        }
    }

    @Test
    void threadsThatSleepAreWoken() throws InterruptedException {
        try (Workers workers = new Workers(3)) {
            for (int round = 0; round < 5; round++) {
                Thread.sleep(20);
                AtomicIntegerArray runs = new AtomicIntegerArray(50);
                workers.run(50, (piece, scratch) -> runs.incrementAndGet(piece));
                for (int piece = 0; piece < 50; piece++) {
                    assertThat(runs.get(piece)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aFailureIsThrownOnceNoThreadWorksAnyMoreAndTheNextWorkRuns() {
        try (Workers workers = new Workers(3)) {
            assertThatThrownBy(() -> workers.run(10, (piece, scratch) -> {
                        if (piece == 4) {
                            throw new IllegalArgumentException("piece 4");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a kernel failed: java.lang.IllegalArgumentException: piece 4")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            AtomicIntegerArray runs = new AtomicIntegerArray(10);
            workers.run(10, (piece, scratch) -> runs.incrementAndGet(piece));
            assertThat(runs.get(9)).isEqualTo(1);
        }
    }

    @Test
    void noThreadsAreRefused() {
        assertThatThrownBy(() -> new Workers(0)).hasMessage("threads 0 must be at least 1");
    }
}
