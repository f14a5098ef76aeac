// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.TensorShapeProto;
import org.tensorflow.util.BundleEntryProto;
import org.tensorflow.util.BundleHeaderProto;
import org.xerial.snappy.Snappy;

/** Writes sorted tables, with whatever in them, with right checksums. */
final class TableFile {
    enum Packing {
        NONE,
        SNAPPY,
        /** A kind that there is not. */
        OTHER
    }

    private TableFile() {}

    /** A bundle's index of one block. */
    static byte[] index(BundleHeaderProto header, Map<String, BundleEntryProto> entries, Packing packing)
            throws IOException {
        SortedMap<String, byte[]> rows = new TreeMap<>();
        rows.put("", header.toByteArray());
        entries.forEach((name, entry) -> rows.put(name, entry.toByteArray()));
        return ofBlocks(List.of(block(rows)), packing);
    }

    static byte[] index(Map<String, BundleEntryProto> entries) throws IOException {
        return index(header(1), entries, Packing.NONE);
    }

    static BundleHeaderProto header(int shards) {
        return BundleHeaderProto.newBuilder().setNumShards(shards).build();
    }

    static BundleEntryProto.Builder entry(long offset, byte[] data, long... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long size : shape) {
            dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        return BundleEntryProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setShape(dimensions)
                .setOffset(offset)
                .setSize(data.length)
                .setCrc32C(SortedTable.masked(checksum));
    }

    /** A block with these rows; keys share their beginnings. */
    static byte[] block(SortedMap<String, byte[]> rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] previous = {};
        for (Map.Entry<String, byte[]> row : rows.entrySet()) {
            byte[] key = row.getKey().getBytes(StandardCharsets.UTF_8);
            int shared = 0;
            while (shared < Math.min(key.length, previous.length) && key[shared] == previous[shared]) {
                shared++;
            }
            row(out, shared, key.length - shared, row.getValue().length);
            out.write(key, shared, key.length - shared);
            out.writeBytes(row.getValue());
            previous = key;
        }
        return withRestarts(out.toByteArray());
    }

    /** What stands before a row's key and value. */
    static void row(ByteArrayOutputStream out, long shared, long added, long value) {
        varint(out, shared);
        varint(out, added);
        varint(out, value);
    }

    /** The one restart of a block, at its begin. */
    static byte[] withRestarts(byte[] rows) {
        return little(rows.length + 8).put(rows).putInt(0).putInt(1).array();
    }

    /** A table of data blocks. */
    static byte[] ofBlocks(List<byte[]> blocks, Packing packing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<long[]> handles = new ArrayList<>();
        for (byte[] block : blocks) {
            byte[] packed = packing == Packing.SNAPPY ? Snappy.compress(block) : block;
            handles.add(new long[] {out.size(), packed.length});
            write(out, packed, packing.ordinal());
        }
        return withFooter(out, handles);
    }

    /** The same with a block that says where blocks are. */
    static byte[] withFooter(ByteArrayOutputStream blocks, List<long[]> handles) {
        SortedMap<String, byte[]> index = new TreeMap<>();
        for (long[] handle : handles) {
            index.put(String.format(Locale.ROOT, "k%03d", index.size()), handle(handle[0], handle[1]));
        }
        byte[] block = block(index);
        long at = blocks.size();
        write(blocks, block, 0);
        byte[] footer = new byte[48];
        ByteBuffer.wrap(footer)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(handle(0, 0))
                .put(handle(at, block.length))
                .putLong(40, 0xdb4775248b80fb57L);
        blocks.writeBytes(footer);
        return blocks.toByteArray();
    }

    /** A block with its kind of packing and its checksum. */
    static void write(ByteArrayOutputStream out, byte[] block, int packing) {
        CRC32C checksum = new CRC32C();
        checksum.update(block);
        checksum.update(packing);
        out.writeBytes(block);
        out.write(packing);
        out.writeBytes(little(4).putInt(SortedTable.masked(checksum)).array());
    }

    static byte[] handle(long offset, long bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, offset);
        varint(out, bytes);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
