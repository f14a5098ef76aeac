// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.InputException;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.TensorSliceProto;
import org.tensorflow.util.BundleEntryProto;
import org.tensorflow.util.BundleHeaderProto;

class TensorBundleTest {
    private static final String DAMAGED = "; the file is damaged or no index of a TensorFlow checkpoint";

    private static final byte[] FIRST = bytes(1, 2, 3, 4, 5, 6);
    private static final byte[] SECOND = bytes(-1, 0.5f);

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SNAPPY"})
    void tensorsAreReadWithTheirNamesShapesAndValues(TableFile.Packing packing) throws IOException {
        byte[] index = TableFile.index(
                TableFile.header(1),
                new TreeMap<>(Map.of(
                        "layer_0/kernel", TableFile.entry(4, FIRST, 2, 3).build(),
                        "layer_0/bias", TableFile.entry(28, SECOND, 2).build())),
                packing);
        TensorBundle bundle = TensorBundle.of("x.index", index);
        assertThat(bundle.shards()).isEqualTo(1);
        assertThat(bundle.entries()).containsOnlyKeys("layer_0/bias", "layer_0/kernel");
        bundle.requireWithin(List.of(36L));

        SortedMap<String, Tensor> read = read(bundle, joined(new byte[4], FIRST, SECOND));
        assertThat(read.get("layer_0/kernel").shape()).containsExactly(2, 3);
        assertThat(read.get("layer_0/kernel").values()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.get("layer_0/bias").values()).containsExactly(-1, 0.5f);
    }

    @Test
    void rowsOfSeveralBlocksFollowOneAnother() throws IOException {
        byte[] file = TableFile.ofBlocks(
                List.of(block("a", "1"), block("b", "2"), block("c", "3")), TableFile.Packing.SNAPPY);
        assertThat(SortedTable.rows("x.index", file))
                .extracting(row -> new String(row.value(), StandardCharsets.UTF_8))
                .containsExactly("1", "2", "3");
    }

    @Test
    void aFileThatIsCutOrOfAnotherKindIsRefused() throws IOException {
        byte[] index = index(entry -> entry);
        assertRefused(
                () -> TensorBundle.of("x.index", Arrays.copyOf(index, 20)),
                "cannot read x.index: it has 20 bytes, its footer alone would have 48" + DAMAGED);
        byte[] cut = Arrays.copyOf(index, index.length - 8);
        assertThatThrownBy(() -> TensorBundle.of("x.index", cut))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("cannot read x.index: its last 8 bytes are [0-9a-f]+, expected db4775248b80fb57\\Q"
                        + DAMAGED + "\\E");
        byte[] front = Arrays.copyOfRange(index, 10, index.length);
        assertThatThrownBy(() -> TensorBundle.of("x.index", front))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read x.index")
                .hasMessageEndingWith(DAMAGED);
        byte[] noNumber = index.clone();
        Arrays.fill(noNumber, noNumber.length - 48, noNumber.length - 8, (byte) -1);
        assertRefused(
                () -> TensorBundle.of("x.index", noNumber),
                "cannot read x.index: its footer does not hold the places of two blocks: a number in it does not end"
                        + DAMAGED);
    }

    @Test
    void eachByteOfABlockIsHeldByItsChecksum() throws IOException {
        byte[] index = index(entry -> entry);
        for (int at : new int[] {0, 7, 20}) {
            byte[] changed = index.clone();
            changed[at] ^= 4;
            assertThatThrownBy(() -> TensorBundle.of("x.index", changed))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching("cannot read x.index, block at byte 0: its checksum is [0-9a-f]+, the file says"
                            + " [0-9a-f]+\\Q" + DAMAGED + "\\E");
        }
    }

    @Test
    void blocksOutsideOfTheFileOrOverEachOtherAreRefused() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TableFile.write(out, block("a", "1"), 0);
        int bytes = out.size() - 5;
        byte[] outside = TableFile.withFooter(copy(out), List.of(new long[] {0, 5_000}));
        assertRefused(
                () -> SortedTable.rows("x.index", outside),
                "cannot read x.index: a block of 5000 bytes at byte 0 does not lie in its " + outside.length + " bytes"
                        + DAMAGED);
        assertRefused(
                () -> SortedTable.rows(
                        "x.index",
                        TableFile.withFooter(copy(out), List.of(new long[] {0, bytes}, new long[] {0, bytes}))),
                "cannot read x.index, block at byte " + out.size() + ": a block at byte 0 overlaps the one before it"
                        + DAMAGED);
        assertThatThrownBy(() ->
                        SortedTable.rows("x.index", TableFile.withFooter(copy(out), List.of(new long[] {-1, bytes}))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "a block of " + bytes + " bytes at byte 18446744073709551615 does not lie in its");
    }

    @Test
    void rowsThatAskForMoreThanThereIsAreRefused() {
        String place = "cannot read x.index, block at byte 0: ";
        assertRowRefused(
                1,
                1,
                0,
                "row 0 of it has a key of 1 bytes of the key before it and 1 more, expected at most 0"
                        + " and 1000 in all");
        assertRowRefused(
                0,
                2_000_000_000,
                0,
                "row 0 of it has a key of 0 bytes of the key before it and 2000000000"
                        + " more, expected at most 0 and 1000 in all");
        assertRowRefused(0, 0, 2_000_000_000, "row 0 of it reaches out of the block");
        assertRefused(() -> rows(new byte[] {1, 2, 3}), place + "its 3 bytes do not hold its restarts" + DAMAGED);
        assertRefused(
                () -> rows(bytes(Float.NaN, Float.intBitsToFloat(1000))),
                place + "its 8 bytes do not hold its restarts" + DAMAGED);
        assertRefused(
                () -> rows(TableFile.withRestarts(new byte[] {0, 1, 0, 'b', 0, 1, 0, 'a'})),
                place + "its keys are not in order" + DAMAGED);
    }

    @Test
    void aSmallFileOfManyRowsIsRefused() {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int row = 0; row <= 10_000; row++) {
            TableFile.row(many, 0, 2, 0);
            many.write(row >>> 8);
            many.write(row);
        }
        assertRefused(
                () -> rows(TableFile.withRestarts(many.toByteArray())),
                "cannot read x.index, block at byte 0: the table has more than 10000 rows, the most that are read"
                        + DAMAGED);
    }

    @Test
    void packingThatIsUnknownOrDamagedIsRefused() throws IOException {
        String place = "cannot read x.index, block at byte 0: ";
        byte[] other = TableFile.ofBlocks(List.of(block("a", "1")), TableFile.Packing.OTHER);
        assertRefused(
                () -> SortedTable.rows("x.index", other),
                place + "its kind of packing is 2, expected 0 for none or 1 for Snappy" + DAMAGED);
        assertPackedRefused("its Snappy data of 5 bytes is said to unpack to 4294967295 bytes", 255, 255, 255, 255, 15);
        assertPackedRefused("its Snappy data ends early", 4);
        assertPackedRefused("its Snappy data ends early", 4, 12, 'a');
        assertPackedRefused("its Snappy data ends early", 8, 8, 'a', 'b', 'c', 2, 1);
        assertPackedRefused("its Snappy data goes beyond its own bounds", 2, 12, 'a', 'b', 'c', 'd');
        assertPackedRefused("its Snappy data goes beyond its own bounds", 8, 0, 'a', 1, 2);
        assertPackedRefused("its Snappy data goes beyond its own bounds", 8, 0, 'a', 1, 0);
        assertPackedRefused("its Snappy data goes beyond its own bounds", 8, 0, 'a', 3, 255, 255, 255, 255);
    }

    @Test
    void anIndexWithoutItsHeaderIsRefused() throws IOException {
        byte[] none = TableFile.ofBlocks(List.of(block("a", "1")), TableFile.Packing.NONE);
        assertRefused(
                () -> TensorBundle.of("x.index", none),
                "cannot read x.index: its first key is not that of a header, which is empty; expected the index of a"
                        + " TensorFlow checkpoint");
        byte[] damaged = TableFile.ofBlocks(List.of(block("", "xyz")), TableFile.Packing.NONE);
        assertThatThrownBy(() -> TensorBundle.of("x.index", damaged))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read x.index, block at byte 0: its header is damaged: ");
        byte[] noShards = TableFile.index(TableFile.header(0), Map.of(), TableFile.Packing.NONE);
        assertRefused(
                () -> TensorBundle.of("x.index", noShards),
                "cannot read x.index, block at byte 0: its header says 0 shards, expected 1 to 10000");
        byte[] big = TableFile.index(
                BundleHeaderProto.newBuilder()
                        .setNumShards(1)
                        .setEndianness(BundleHeaderProto.Endianness.BIG)
                        .build(),
                Map.of(),
                TableFile.Packing.NONE);
        assertRefused(
                () -> TensorBundle.of("x.index", big),
                "cannot read x.index, block at byte 0: its header says that numbers are not little-endian, the only"
                        + " order that is read; save the model on another machine");
    }

    @Test
    void entriesThatContradictThemselvesAreRefusedByName() throws IOException {
        assertEntryRefused(entry -> entry.setShardId(3), "its data lies in shard 3 of 1");
        assertEntryRefused(entry -> entry.setShardId(-1), "its data lies in shard -1 of 1");
        assertEntryRefused(entry -> entry.setOffset(-4), "its data is said to have 24 bytes from byte -4 on");
        assertEntryRefused(
                entry -> entry.setOffset(Long.MAX_VALUE),
                "its data is said to have 24 bytes from byte 9223372036854775807 on");
        assertEntryRefused(entry -> entry.setSize(-1), "its data is said to have -1 bytes from byte 0 on");
        assertEntryRefused(
                entry -> {
                    entry.getShapeBuilder().getDimBuilder(1).setSize(1L << 40);
                    return entry;
                },
                "dimension 1 of its shape is 1099511627776");
        assertEntryRefused(
                entry -> {
                    entry.getShapeBuilder().setUnknownRank(true);
                    return entry;
                },
                "its shape is unknown or has more than 64 dimensions");
        byte[] damaged = TableFile.ofBlocks(
                List.of(TableFile.block(
                        new TreeMap<>(Map.of("", TableFile.header(1).toByteArray(), "w", new byte[] {8, -1})))),
                TableFile.Packing.NONE);
        assertThatThrownBy(() -> TensorBundle.of("x.index", damaged))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read tensor w: its entry is damaged: ")
                .hasMessageEndingWith(" (x.index, block at byte 0)");
    }

    @Test
    void aTensorBeyondItsShardIsRefusedBeforeAnythingIsTaken() throws IOException {
        TensorBundle bundle = TensorBundle.of("x.index", index(entry -> {
            entry.setSize(1L << 40);
            entry.getShapeBuilder().getDimBuilder(0).setSize(1 << 19);
            entry.getShapeBuilder().getDimBuilder(1).setSize(1 << 19);
            return entry;
        }));
        assertRefused(
                () -> bundle.requireWithin(List.of(24L)),
                "cannot read tensor w: its data has 1099511627776 bytes from byte 0 on, but shard 0 has 24 bytes: it is"
                        + " truncated; get it again (x.index, block at byte 0)");
    }

    @Test
    void elementsThatAreNotFloat32AreRefusedByTheirType() throws IOException {
        assertReadRefused(entry -> entry.setDtype(DataType.DT_INT64), "its elements are DT_INT64, expected DT_FLOAT");
        assertReadRefused(
                entry -> entry.setDtypeValue(77), "its elements are of the unknown type 77, expected DT_FLOAT");
        assertReadRefused(
                entry -> entry.addSlices(TensorSliceProto.getDefaultInstance()),
                "it is cut into 1 parts; save the model again without partitioned variables");
        assertReadRefused(entry -> entry.setSize(20), "its data has 20 bytes, DT_FLOAT [2, 3] asks for 24");
    }

    @Test
    void valuesThatAreNotThoseOfTheirChecksumAreRefused() throws IOException {
        TensorBundle bundle = TensorBundle.of("x.index", index(entry -> entry));
        byte[] changed = FIRST.clone();
        changed[5] ^= 1;
        assertThatThrownBy(() -> read(bundle, changed))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("cannot read tensor w: the checksum of its data is [0-9a-f]+, the index says"
                        + " [0-9a-f]+: the file is damaged; get it again \\(x.index, block at byte 0\\)");
        assertRefused(
                () -> read(bundle, Arrays.copyOf(FIRST, 9)),
                "cannot read tensor w: the file ends at byte 9, in the middle of it; copy the file again (x.index,"
                        + " block at byte 0)");
    }

    @Test
    void tensorsThatShareBytesAreRefused() throws IOException {
        TensorBundle bundle = TensorBundle.of(
                "x.index",
                TableFile.index(Map.of(
                        "a", TableFile.entry(0, FIRST, 6).build(),
                        "b", TableFile.entry(16, SECOND, 2).build())));
        assertRefused(
                () -> read(bundle, FIRST),
                "cannot read tensor b: its data at byte 16 overlaps that of another (x.index, block at byte 0)");
    }

    private static byte[] index(UnaryOperator<BundleEntryProto.Builder> change) throws IOException {
        return TableFile.index(
                Map.of("w", change.apply(TableFile.entry(0, FIRST, 2, 3)).build()));
    }

    private static void assertEntryRefused(UnaryOperator<BundleEntryProto.Builder> change, String what)
            throws IOException {
        byte[] index = index(change);
        assertRefused(
                () -> TensorBundle.of("x.index", index),
                "cannot read tensor w: " + what + " (x.index, block at byte 0)");
    }

    private static void assertReadRefused(UnaryOperator<BundleEntryProto.Builder> change, String what)
            throws IOException {
        TensorBundle bundle = TensorBundle.of("x.index", index(change));
        assertRefused(() -> read(bundle, FIRST), "cannot read tensor w: " + what + " (x.index, block at byte 0)");
    }

    private static void assertRowRefused(long shared, long added, long value, String what) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TableFile.row(out, shared, added, value);
        assertRefused(
                () -> rows(TableFile.withRestarts(out.toByteArray())),
                "cannot read x.index, block at byte 0: " + what + DAMAGED);
    }

    private static void assertPackedRefused(String what, int... packed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = new byte[packed.length];
        for (int i = 0; i < packed.length; i++) {
            block[i] = (byte) packed[i];
        }
        TableFile.write(out, block, 1);
        assertRefused(
                () -> SortedTable.rows("x.index", TableFile.withFooter(out, List.of(new long[] {0, packed.length}))),
                "cannot read x.index, block at byte 0: " + what + DAMAGED);
    }

    private static void assertRefused(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading).isInstanceOf(InputException.class).hasMessage(message);
    }

    private static List<SortedTable.Row> rows(byte[] block) throws IOException {
        return SortedTable.rows("x.index", TableFile.ofBlocks(List.of(block), TableFile.Packing.NONE));
    }

    private static SortedMap<String, Tensor> read(TensorBundle bundle, byte[] shard) throws IOException {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        TensorBundle.read(
                new ByteArrayInputStream(shard),
                bundle.entries().values(),
                (entry, tensor) -> tensors.put(entry.name(), tensor));
        return tensors;
    }

    private static byte[] block(String key, String value) {
        return TableFile.block(new TreeMap<>(Map.of(key, value.getBytes(StandardCharsets.UTF_8))));
    }

    private static ByteArrayOutputStream copy(ByteArrayOutputStream out) {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        copy.writeBytes(out.toByteArray());
        return copy;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }
}
