// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.model.engine.TextBatch;

class HeadPieceTest {
    @Test
    void aShortTextIsOnePieceAndTheHeadsOfALongOneAreSharedAmongSeveral() {
        TextBatch batch = batch(128, 129, 512);
        assertThat(HeadPiece.of(batch, 12))
                .containsExactly(
                        new HeadPiece(0, 0, 12, 12),
                        new HeadPiece(1, 0, 6, 12),
                        new HeadPiece(1, 6, 6, 12),
                        new HeadPiece(2, 0, 3, 12),
                        new HeadPiece(2, 3, 3, 12),
                        new HeadPiece(2, 6, 3, 12),
                        new HeadPiece(2, 9, 3, 12));
    }

    @Test
    void everyHeadIsInOnePieceOfEachText() {
        for (int heads = 1; heads < 20; heads++) {
            for (int tokens = 1; tokens < 1_500; tokens += 37) {
                int next = 0;
                for (HeadPiece piece : HeadPiece.of(batch(tokens), heads)) {
                    assertThat(piece.first()).isEqualTo(next);
                    assertThat(piece.count()).isPositive();
                    next = piece.end();
                }
                assertThat(next).isEqualTo(heads);
            }
        }
    }

    @Test
    void columnsOfSomeHeadsComeAndGo() {
        TextBatch batch = batch(3, 200);
        int heads = 4;
        HostArray array = HostArray.allocate(203, 3 * heads * 2); // [N, 3D], E is 2
        for (int i = 0; i < array.length(); i++) {
            array.put(i, (float) i);
        }
        HostArray copy = HostArray.allocate(203, 3 * heads * 2);
        Scratch scratch = new Scratch();
        float[] sums = new float[3 * heads * 2];
        List<HeadPiece> pieces = HeadPiece.of(batch, heads);
        assertThat(pieces).hasSize(3);
        for (HeadPiece piece : pieces) {
            TextRows rows = piece.qkv(array, batch, scratch);
            if (piece.text() == 1) {
                assertThat(rows.stride()).isEqualTo(3 * 2 * 2);
                int row = 3 * 24;
                assertThat(List.of(rows.entries()[0], rows.entries()[4], rows.entries()[8]))
                        .as("first entries of q, k and v")
                        .containsExactly(
                                (float) row + 2 * piece.first(),
                                (float) row + 8 + 2 * piece.first(),
                                (float) row + 16 + 2 * piece.first());
            }
            piece.writeQkv(rows, copy, batch);
            piece.addSum(rows, sums);
            scratch.giveBack();
        }
        assertThat(copy.toArray()).isEqualTo(array.toArray());
        for (int column = 0; column < sums.length; column++) {
            float sum = 0;
            for (int n = 0; n < 203; n++) {
                sum += array.get(24L * n + column);
            }
            assertThat(sums[column]).isEqualTo(sum);
        }
        array.close();
        copy.close();
        scratch.close();
    }

    private static TextBatch batch(int... lengths) {
        int[] starts = new int[lengths.length + 1];
        for (int text = 0; text < lengths.length; text++) {
            starts[text + 1] = starts[text] + lengths[text];
        }
        return new TextBatch(starts, new long[lengths.length], TextBatch.Gates.open(1, 1), TextBatch.Targets.NONE);
    }
}
