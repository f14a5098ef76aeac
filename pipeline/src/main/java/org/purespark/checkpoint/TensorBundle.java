// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Utf8Text;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.TensorShapeProto;
import org.tensorflow.util.BundleEntryProto;
import org.tensorflow.util.BundleHeaderProto;

/**
 * The index of a tensor bundle, TensorFlow's form of a checkpoint: a {@link SortedTable} with a header under the empty
 * key and an entry for each tensor. The values lie in shards beside it (tensorflow, tensor_bundle.proto).
 */
final class TensorBundle {
    /**
     * What the index says of a tensor.
     *
     * @param type TensorFlow's name of its elements
     * @param shape dimensions, outermost first
     * @param shard number of the file that holds its values
     * @param offset of its first byte there
     * @param bytes of its values
     * @param checksum CRC-32C of its values, masked
     * @param slices number of parts that it is cut into under other keys; 0: it is whole
     * @param place the index and the block in it, for messages
     */
    record Entry(
            String name,
            String type,
            int[] shape,
            int shard,
            long offset,
            long bytes,
            int checksum,
            int slices,
            String place) {
        /** The first byte behind its values. */
        long end() {
            return offset + bytes;
        }
    }

    private static final int MOST_SHARDS = 10_000;
    private static final int MOST_AXES = 64;

    private final String source;
    private final int shards;
    private final SortedMap<String, Entry> entries;

    private TensorBundle(String source, int shards, SortedMap<String, Entry> entries) {
        this.source = source;
        this.shards = shards;
        this.entries = entries;
    }

    /**
     * Reads an index.
     *
     * @param source a name for messages
     * @param index the whole file
     * @throws InputException if it is damaged, or its entries contradict themselves
     */
    static TensorBundle of(String source, byte[] index) {
        List<SortedTable.Row> rows = SortedTable.rows(source, index);
        if (rows.isEmpty() || rows.get(0).key().length > 0) {
            throw new InputException("cannot read " + source + ": its first key is not that of a header, which is"
                    + " empty; expected the index of a TensorFlow checkpoint");
        }
        int shards = shards(rows.get(0));
        SortedMap<String, Entry> entries = new TreeMap<>();
        for (SortedTable.Row row : rows.subList(1, rows.size())) {
            String name = Utf8Text.of(row.key(), row.place());
            entries.put(name, entry(name, row, shards));
        }
        return new TensorBundle(source, shards, Collections.unmodifiableSortedMap(entries));
    }

    /** The index, for messages. */
    String source() {
        return source;
    }

    /** How many files hold the values. */
    int shards() {
        return shards;
    }

    /** By name. */
    SortedMap<String, Entry> entries() {
        return entries;
    }

    /**
     * Checks that the shards hold what the index says.
     *
     * @param shardBytes size of each shard
     * @throws InputException that names the first tensor that lies outside
     */
    void requireWithin(List<Long> shardBytes) {
        for (Entry entry : entries.values()) {
            long bytes = shardBytes.get(entry.shard());
            if (entry.bytes() > bytes || entry.offset() > bytes - entry.bytes()) {
                throw refused(
                        entry.name(),
                        "its data has " + entry.bytes() + " bytes from byte " + entry.offset() + " on, but shard "
                                + entry.shard() + " has " + bytes + " bytes: it is truncated; get it again",
                        entry.place());
            }
        }
    }

    /**
     * Reads tensors out of a shard, in the order in which they lie there.
     *
     * @param wanted entries of this shard
     * @throws InputException if a tensor is not whole, overlaps another one, is not float32, or if its checksum is
     *     another one than the index says
     */
    static void read(InputStream shard, Collection<Entry> wanted, BiConsumer<Entry, Tensor> sink) throws IOException {
        CRC32C checksum = new CRC32C();
        ElementStream elements = new ElementStream(new CheckedInputStream(shard, checksum), 0);
        List<Entry> ordered = new ArrayList<>(wanted);
        ordered.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::end));
        for (Entry entry : ordered) {
            requireReadable(entry);
            if (entry.offset() < elements.position()) {
                throw refused(
                        entry.name(),
                        "its data at byte " + entry.offset() + " overlaps that of another",
                        entry.place());
            }
            elements.advanceTo(entry.offset());
            checksum.reset();
            Tensor tensor =
                    elements.read(new TensorFile.Entry(entry.name(), ElementType.F32, entry.shape(), entry.place()));
            if (SortedTable.masked(checksum) != entry.checksum()) {
                throw refused(
                        entry.name(),
                        "the checksum of its data is " + Integer.toHexString(SortedTable.masked(checksum))
                                + ", the index says " + Integer.toHexString(entry.checksum())
                                + ": the file is damaged; get it again",
                        entry.place());
            }
            sink.accept(entry, tensor);
        }
    }

    /**
     * Checks that the tensor is one that {@link #read} gives.
     *
     * @throws InputException if its elements are not float32, or it is cut into parts
     */
    static void requireReadable(Entry entry) {
        if (!entry.type().equals(DataType.DT_FLOAT.name())) {
            throw refused(entry.name(), "its elements are " + entry.type() + ", expected DT_FLOAT", entry.place());
        }
        if (entry.slices() > 0) {
            throw refused(
                    entry.name(),
                    "it is cut into " + entry.slices() + " parts; save the model again without partitioned variables",
                    entry.place());
        }
        long bytes = Float.BYTES;
        for (int dimension : entry.shape()) {
            bytes = dimension != 0 && bytes > Long.MAX_VALUE / dimension ? Long.MAX_VALUE : bytes * dimension;
        }
        if (bytes != entry.bytes()) {
            throw refused(
                    entry.name(),
                    "its data has " + entry.bytes() + " bytes, DT_FLOAT " + Shown.of(Arrays.toString(entry.shape()))
                            + " asks for " + bytes,
                    entry.place());
        }
    }

    private static int shards(SortedTable.Row row) {
        BundleHeaderProto header;
        try {
            header = BundleHeaderProto.parseFrom(row.value());
        } catch (InvalidProtocolBufferException e) {
            throw new InputException("cannot read " + row.place() + ": its header is damaged: " + e.getMessage(), e);
        }
        if (header.getNumShards() < 1 || header.getNumShards() > MOST_SHARDS) {
            throw new InputException("cannot read " + row.place() + ": its header says " + header.getNumShards()
                    + " shards, expected 1 to " + MOST_SHARDS);
        }
        if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
            throw new InputException("cannot read " + row.place() + ": its header says that numbers are not"
                    + " little-endian, the only order that is read; save the model on another machine");
        }
        return header.getNumShards();
    }

    private static Entry entry(String name, SortedTable.Row row, int shards) {
        BundleEntryProto proto;
        try {
            proto = BundleEntryProto.parseFrom(row.value());
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(
                    "cannot read tensor " + Shown.of(name) + ": its entry is damaged: " + e.getMessage() + " ("
                            + row.place() + ")",
                    e);
        }
        if (proto.getShardId() < 0 || proto.getShardId() >= shards) {
            throw refused(name, "its data lies in shard " + proto.getShardId() + " of " + shards, row.place());
        }
        if (proto.getOffset() < 0 || proto.getSize() < 0 || proto.getOffset() > Long.MAX_VALUE - proto.getSize()) {
            throw refused(
                    name,
                    "its data is said to have " + proto.getSize() + " bytes from byte " + proto.getOffset() + " on",
                    row.place());
        }
        return new Entry(
                name,
                type(proto),
                shape(name, proto.getShape(), row.place()),
                proto.getShardId(),
                proto.getOffset(),
                proto.getSize(),
                proto.getCrc32C(),
                proto.getSlicesCount(),
                row.place());
    }

    private static String type(BundleEntryProto proto) {
        return proto.getDtype() == DataType.UNRECOGNIZED
                ? "of the unknown type " + proto.getDtypeValue()
                : proto.getDtype().name();
    }

    private static int[] shape(String name, TensorShapeProto shape, String place) {
        if (shape.getUnknownRank() || shape.getDimCount() > MOST_AXES) {
            throw refused(name, "its shape is unknown or has more than " + MOST_AXES + " dimensions", place);
        }
        int[] dimensions = new int[shape.getDimCount()];
        for (int i = 0; i < dimensions.length; i++) {
            long size = shape.getDim(i).getSize();
            if (size < 0 || size > Integer.MAX_VALUE) {
                throw refused(name, "dimension " + i + " of its shape is " + size, place);
            }
            dimensions[i] = (int) size;
        }
        return dimensions;
    }

    private static InputException refused(String name, String what, String place) {
        return new InputException("cannot read tensor " + Shown.of(name) + ": " + what + " (" + place + ")");
    }
}
