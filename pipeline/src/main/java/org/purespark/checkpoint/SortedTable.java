// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.purespark.InputException;

/**
 * A sorted table of bytes by key, as LevelDB and TensorFlow write it (google/leveldb, doc/table_format.md): data
 * blocks, a block that tells where they are, and a footer of 48 bytes that tells where that one is. Each block ends
 * with its restarts, and is followed by its kind of packing and its checksum. The whole file is in memory; every place
 * and length is checked against it before anything is taken.
 */
final class SortedTable {
    /**
     * @param key in the table's order
     * @param place file and block, for messages
     */
    record Row(byte[] key, byte[] value, String place) {}

    /** Where a block lies in the file; packing and checksum follow it. */
    private record Handle(long offset, long bytes) {
        static Handle read(ByteBuffer from) throws DamagedTable {
            return new Handle(Varint.read(from), Varint.read(from));
        }

        /** The first byte after the block's checksum. */
        long end() {
            return offset + bytes + TRAILER_BYTES;
        }
    }

    private static final int FOOTER_BYTES = 48;
    private static final int TRAILER_BYTES = 5;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int MASK_DELTA = 0xa282ead8;

    /** Keys share their beginnings, so that a small file may stand for long ones. */
    private static final int MOST_KEY_BYTES = 1_000;

    private static final int MOST_ROWS = 10_000;

    private final String source;
    private final ByteBuffer file;
    private final int blocksEnd;

    private SortedTable(String source, byte[] file) {
        this.source = source;
        this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        this.blocksEnd = file.length - FOOTER_BYTES;
    }

    /**
     * All rows.
     *
     * @param source a name for messages
     * @throws InputException if the file is no whole table, or a checksum is another one than the file says
     */
    static List<Row> rows(String source, byte[] file) {
        if (file.length < FOOTER_BYTES) {
            throw broken(source, "it has " + file.length + " bytes, its footer alone would have " + FOOTER_BYTES);
        }
        return new SortedTable(source, file).rows();
    }

    /** The checksum of bytes as these files hold it: CRC-32C, turned and shifted. */
    static int masked(CRC32C checksum) {
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    private List<Row> rows() {
        long magic = file.getLong(file.limit() - Long.BYTES);
        if (magic != MAGIC) {
            throw broken(
                    source,
                    "its last 8 bytes are " + Long.toHexString(magic) + ", expected " + Long.toHexString(MAGIC));
        }
        Handle index;
        try {
            ByteBuffer footer = file.slice(blocksEnd, FOOTER_BYTES - Long.BYTES);
            Handle.read(footer);
            index = Handle.read(footer);
        } catch (DamagedTable e) {
            throw broken(source, "its footer does not hold the places of two blocks: " + e.getMessage());
        }
        requireInFile(index);
        List<Row> rows = new ArrayList<>();
        long end = 0;
        for (Row block : block(index, 0)) {
            Handle handle;
            try {
                handle = Handle.read(ByteBuffer.wrap(block.value()));
            } catch (DamagedTable e) {
                throw broken(block.place(), "it does not hold the place of a block: " + e.getMessage());
            }
            requireInFile(handle);
            if (handle.offset() < end) {
                throw broken(block.place(), "a block at byte " + handle.offset() + " overlaps the one before it");
            }
            rows.addAll(block(handle, rows.size()));
            end = handle.end();
        }
        for (int i = 1; i < rows.size(); i++) {
            requireOrder(rows.get(i - 1).key(), rows.get(i).key(), rows.get(i).place());
        }
        return rows;
    }

    private void requireInFile(Handle handle) {
        if (handle.offset() < 0
                || handle.bytes() < 0
                || handle.offset() > blocksEnd
                || handle.bytes() > blocksEnd - handle.offset() - TRAILER_BYTES) {
            throw broken(
                    source,
                    "a block of " + Long.toUnsignedString(handle.bytes()) + " bytes at byte "
                            + Long.toUnsignedString(handle.offset()) + " does not lie in its " + file.limit()
                            + " bytes");
        }
    }

    /** The rows of a block that lies in the file; {@code before} is the number of rows in the blocks before it. */
    private List<Row> block(Handle handle, int before) {
        String place = source + ", block at byte " + handle.offset();
        int at = (int) handle.offset();
        int bytes = (int) handle.bytes();
        CRC32C checksum = new CRC32C();
        checksum.update(file.slice(at, bytes + 1));
        int expected = file.getInt(at + bytes + 1);
        if (masked(checksum) != expected) {
            throw broken(
                    place,
                    "its checksum is " + Integer.toHexString(masked(checksum)) + ", the file says "
                            + Integer.toHexString(expected));
        }
        int packing = file.get(at + bytes);
        try {
            return switch (packing) {
                case 0 -> parsed(file.slice(at, bytes), before, place);
                case 1 -> parsed(ByteBuffer.wrap(Snappy.unpacked(file.slice(at, bytes))), before, place);
                default -> throw new DamagedTable(
                        "its kind of packing is " + packing + ", expected 0 for none or 1 for Snappy");
            };
        } catch (DamagedTable e) {
            throw broken(place, e.getMessage());
        }
    }

    private static List<Row> parsed(ByteBuffer block, int before, String place) throws DamagedTable {
        block.order(ByteOrder.LITTLE_ENDIAN);
        int restartsAt = block.limit() - Integer.BYTES;
        long restarts = restartsAt < 0 ? -1 : block.getInt(restartsAt) & 0xffffffffL;
        if (restarts < 0 || restarts > restartsAt / Integer.BYTES) {
            throw new DamagedTable("its " + block.limit() + " bytes do not hold its restarts");
        }
        block.limit(restartsAt - (int) restarts * Integer.BYTES);
        List<Row> rows = new ArrayList<>();
        byte[] key = {};
        while (block.hasRemaining()) {
            long shared = Varint.read(block);
            long added = Varint.read(block);
            long value = Varint.read(block);
            String number = "row " + rows.size() + " of it ";
            if (shared < 0 || shared > key.length || added < 0 || added > MOST_KEY_BYTES - shared) {
                throw new DamagedTable(number + "has a key of " + shared + " bytes of the key before it and " + added
                        + " more, expected at most " + key.length + " and " + MOST_KEY_BYTES + " in all");
            }
            if (value < 0 || value > block.remaining() - added) {
                throw new DamagedTable(number + "reaches out of the block");
            }
            byte[] previous = key;
            key = Arrays.copyOf(key, (int) (shared + added));
            block.get(key, (int) shared, (int) added);
            if (!rows.isEmpty()) {
                requireOrder(previous, key, place);
            }
            byte[] content = new byte[(int) value];
            block.get(content);
            rows.add(new Row(key, content, place));
            if (before + rows.size() > MOST_ROWS) {
                throw new DamagedTable("the table has more than " + MOST_ROWS + " rows, the most that are read");
            }
        }
        return rows;
    }

    private static void requireOrder(byte[] earlier, byte[] later, String place) {
        if (Arrays.compareUnsigned(earlier, later) >= 0) {
            throw broken(place, "its keys are not in order");
        }
    }

    private static InputException broken(String place, String what) {
        return new InputException(
                "cannot read " + place + ": " + what + "; the file is damaged or no index of a TensorFlow checkpoint");
    }
}
