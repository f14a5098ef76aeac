// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.purespark.model.engine.Engine;

/** What the host checks that a GPU does not, and that the engine gives all memory back. */
class HostBoardTest {
    private HostBoard board;

    @BeforeEach
    void setUp() {
        board = HostBoard.boardOrSkip(HostBoard.Order.FORWARD);
    }

    @Test
    void argumentsOfOtherSizesAreRefused() {
        assertThatThrownBy(() -> board.launch("chunkSums", Grid.flat(1), new Arguments().length(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("arguments have not the sizes of the parameters of kernel chunkSums");
    }

    @Test
    void anUnknownKernelIsRefused() {
        assertThatThrownBy(() -> board.launch("noSuch", Grid.flat(1), new Arguments().number(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no kernel noSuch");
    }

    @Test
    void lessSharedMemoryThanABlockWritesIsSeen() {
        try (Engine engine = new CudaEngine(board, 1 << 16)) {
            CudaArray sums = (CudaArray) engine.allocate(4);
            CudaArray values = (CudaArray) engine.allocate(256);
            Arguments arguments =
                    new Arguments().array(values).array(sums).length(256).number(256);
            assertThatThrownBy(() -> board.launch("squares", new Grid(1, 1, 256, 8), arguments))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("kernel squares: a block writes beyond its 8 bytes of shared memory");
            sums.close();
            values.close();
        }
        assertThat(board.held()).isZero();
    }

    @Test
    void everyKernelOfTheSourcesIsThere() {
        assertThat(HostKernels.names()).hasSizeGreaterThan(40).doesNotHaveDuplicates();
    }

    @Test
    void anEngineSaysWhichHeadsItCanCompute() {
        try (Engine engine = new CudaEngine(board, 1 << 16)) {
            assertThat(engine.name()).isEqualTo("cuda");
            engine.requireHeadSize(192);
            assertThatThrownBy(() -> engine.requireHeadSize(193))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("head size 193 is above 192, the largest on a GPU");
        }
    }
}
