// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EncodedSplitTest {
    /** Random texts; ids of some go beyond two bytes. */
    private record Texts(List<int[]> ids, int[] seconds, int[] labels) {
        static Texts of(int count, long seed) {
            Random random = new Random(seed);
            List<int[]> ids = new ArrayList<>();
            int[] seconds = new int[count];
            int[] labels = new int[count];
            for (int i = 0; i < count; i++) {
                int most = random.nextInt(4) == 0 ? 300_000 : 65_536;
                ids.add(random.ints(1 + random.nextInt(9), 0, most).toArray());
                labels[i] = random.nextInt(4) - 1;
                int length = ids.get(i).length;
                seconds[i] = random.nextInt(3) == 0 ? random.nextInt(length) : length;
            }
            return new Texts(ids, seconds, labels);
        }

        Texts withoutTypes() {
            return new Texts(ids, ids.stream().mapToInt(text -> text.length).toArray(), labels);
        }

        EncodedSplit split(int blockIds, BlockStore store) {
            SplitBuilder split = new SplitBuilder(store, blockIds);
            for (int i = 0; i < labels.length; i++) {
                split.add(ids.get(i), seconds[i], labels[i]);
            }
            return split.build();
        }
    }

    @Property(tries = 300)
    void textsDoNotDependOnHowTheyAreCutIntoBlocksAndWhereTheseLie(
            @ForAll @IntRange(max = 60) int count, @ForAll @IntRange(min = 1, max = 80) int blockIds, @ForAll long seed)
            throws Exception {
        Texts texts = Texts.of(count, seed);
        EncodedSplit split = texts.split(
                blockIds,
                block -> ByteBuffer.allocateDirect(block.remaining()).put(block).flip());
        assertSame(texts, split);
        EncodedSplit single = EncodedSplit.of(texts.ids(), texts.labels());
        assertSame(texts.withoutTypes(), single);
        assertSame(texts.withoutTypes(), copied(single));
        assertSame(texts, copied(split));
        for (int from = 0; from < count; from++) {
            assertThat(split.endWithin(from, 1)).isBetween(from + 1, count);
            assertThat(split.endWithin(from, Long.MAX_VALUE)).isEqualTo(count);
        }
    }

    @Property(tries = 200)
    void chosenTextsKeepTheirOrderAndLabels(@ForAll @IntRange(max = 40) int count, @ForAll long seed) {
        Texts texts = Texts.of(count, seed);
        BitSet chosen = BitSet.valueOf(new long[] {seed});
        chosen.clear(count, 64);
        Texts expected = new Texts(
                chosen.stream().mapToObj(texts.ids()::get).toList(),
                chosen.stream().map(i -> texts.seconds()[i]).toArray(),
                chosen.stream().map(i -> texts.labels()[i]).toArray());
        assertSame(expected, texts.split(17, BlockStore.HEAP).only(chosen, BlockStore.HEAP));
    }

    @Test
    void aMicroBatchHasItsTextsInItsOrder() {
        Texts texts = Texts.of(20, 3);
        EncodedSplit split = texts.split(10, BlockStore.HEAP).withClasses(new int[] {5, 6, 7});
        MicroBatch batch = new MicroBatch(0, new int[] {13, 2, 7});
        assertThat(split.texts(batch))
                .containsExactly(
                        texts.ids().get(13), texts.ids().get(2), texts.ids().get(7));
        assertThat(split.tokens(batch))
                .isEqualTo(texts.ids().get(13).length
                        + texts.ids().get(2).length
                        + texts.ids().get(7).length);
        assertThat(split.seconds(batch)).containsExactly(texts.seconds()[13], texts.seconds()[2], texts.seconds()[7]);
        int[] labels = split.labels(batch);
        assertThat(labels[0]).isEqualTo(texts.labels()[13] < 0 ? EncodedSplit.NO_LABEL : texts.labels()[13] + 5);
    }

    @Test
    void onlyThePlacedTextsCanBeRead() {
        Texts texts = Texts.of(20, 4);
        EncodedSplit split = texts.split(10, BlockStore.HEAP);
        List<TextBlock> asked = new ArrayList<>();
        EncodedSplit placed = split.placed(9, 12, block -> {
            asked.add(block);
            return () -> block;
        });
        assertThat(asked.size()).isBetween(1, 4);
        for (int text = 9; text < 12; text++) {
            assertThat(placed.ids(text)).containsExactly(texts.ids().get(text));
        }
        assertThat(placed.size()).isEqualTo(20);
        assertThatThrownBy(() -> placed.ids(19)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void labelsAndTextsAreOfTheSameNumber() {
        assertThatThrownBy(() -> EncodedSplit.of(List.of(new int[] {1}), new int[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 texts with 2 labels");
    }

    private static void assertSame(Texts expected, EncodedSplit actual) {
        assertThat(actual.size()).isEqualTo(expected.labels().length);
        assertThat(actual.labels()).containsExactly(expected.labels());
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.ids(i))
                    .as("text " + i)
                    .containsExactly(expected.ids().get(i));
            assertThat(actual.second(i)).as("type 1 of text " + i).isEqualTo(expected.seconds()[i]);
        }
    }

    private static EncodedSplit copied(EncodedSplit split) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(split);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (EncodedSplit) in.readObject();
        }
    }
}
