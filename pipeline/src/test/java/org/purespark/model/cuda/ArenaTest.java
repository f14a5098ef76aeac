// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.purespark.random.SeededRandom;

class ArenaTest {
    private static final long CHUNK = 4096;

    private HostBoard board;
    private Arena arena;

    @BeforeEach
    void setUp() {
        board = HostBoard.boardOrSkip(HostBoard.Order.FORWARD);
        arena = new Arena(board, CHUNK);
    }

    @Test
    void partsComeFromOneChunkUntilItIsFull() {
        long first = arena.take(1);
        long second = arena.take(300);
        assertThat(first % Arena.ALIGNMENT).isZero();
        assertThat(second - first).isEqualTo(Arena.ALIGNMENT);
        assertThat(arena.usedBytes()).isEqualTo(256 + 512);
        assertThat(board.held()).isEqualTo(1);
        arena.take(CHUNK);
        assertThat(board.held()).isEqualTo(2);
        assertThat(arena.heldBytes()).isEqualTo(2 * CHUNK);
    }

    @Test
    void aPartLargerThanAChunkGetsOneOfItsOwn() {
        arena.take(10 * CHUNK);
        assertThat(arena.heldBytes()).isEqualTo(10 * CHUNK);
    }

    @Test
    void theSmallestFreePartThatFitsIsTaken() {
        long large = arena.take(1024);
        arena.take(256);
        long small = arena.take(512);
        arena.take(256);
        arena.give(large, 1024);
        arena.give(small, 512);
        assertThat(arena.take(512)).isEqualTo(small);
        assertThat(arena.take(600)).isEqualTo(large);
    }

    @Test
    void neighboursThatAreFreeBecomeOnePart() {
        long first = arena.take(1024);
        long second = arena.take(1024);
        long third = arena.take(1024);
        arena.take(1024);
        arena.give(first, 1024);
        arena.give(third, 1024);
        arena.give(second, 1024);
        assertThat(arena.take(3072)).isEqualTo(first);
        assertThat(arena.heldBytes()).isEqualTo(CHUNK);
    }

    @Test
    void partsNeverOverlapAndAllComesBack() {
        SeededRandom random = SeededRandom.of(7, SeededRandom.Purpose.TEST_WEIGHTS);
        List<long[]> parts = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            if (parts.isEmpty() || random.nextInt(3) > 0) {
                long bytes = random.nextInt(3000);
                long[] part = {arena.take(bytes), bytes};
                for (long[] other : parts) {
                    assertThat(part[0] + Math.max(1, bytes) <= other[0] || other[0] + Math.max(1, other[1]) <= part[0])
                            .isTrue();
                }
                parts.add(part);
            } else {
                long[] part = parts.remove(random.nextInt(parts.size()));
                arena.give(part[0], part[1]);
            }
        }
        parts.forEach(part -> arena.give(part[0], part[1]));
        assertThat(arena.usedBytes()).isZero();
        arena.close();
        assertThat(board.held()).isZero();
    }

    @Test
    void theBoardsMemoryIsGivenBackWithTheLastPart() {
        long part = arena.take(8);
        arena.close();
        assertThat(board.held()).isEqualTo(1);
        arena.give(part, 8);
        assertThat(board.held()).isZero();
    }

    @Test
    void aClosedArenaHandsNothingOut() {
        arena.close();
        assertThatThrownBy(() -> arena.take(8))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine's memory is closed");
    }

    @Test
    void memoryOfOthersIsNotTakenBack() {
        arena.take(8);
        assertThatThrownBy(() -> arena.give(8, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no part of this memory starts at 8");
    }
}
