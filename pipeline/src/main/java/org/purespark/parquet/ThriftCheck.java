// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.purespark.storage.SeekableInput;

/**
 * Goes through a Parquet file's footer, and the headers of pages, before the library reads them. The library makes
 * lists, texts and buffers as long as the file says, and goes down a schema as deep as it is; here a length is not more
 * than the bytes that are left, and a schema not deeper than {@link #DEEPEST_SCHEMA}. Footer and headers are structs in
 * Thrift's compact protocol.
 */
final class ThriftCheck {
    private static final int DEEPEST_SCHEMA = 32;
    private static final int DEEPEST_STRUCT = 16;
    private static final int MOST_FOOTER_BYTES = 64_000_000;
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    /** Of SchemaElement: how many of the elements behind it are its children. */
    private static final int CHILDREN_FIELD = 5;

    /** Of PageHeader: bytes of the page behind its header. */
    private static final int PAGE_BYTES_FIELD = 3;

    /** Of DataPageHeader and DataPageHeaderV2. */
    private static final int PAGE_VALUES_FIELD = 1;

    private static final int FIRST_HEADER_BYTES = 1 << 12;
    private static final int MOST_HEADER_BYTES = 1 << 24;

    private static final int BOOLEAN_TRUE = 1;
    private static final int BOOLEAN_FALSE = 2;
    private static final int BYTE = 3;
    private static final int I16 = 4;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int SET = 10;
    private static final int MAP = 11;
    private static final int STRUCT = 12;

    /** Structs whose lists the library reads as what they should hold, whatever they say they hold. */
    private enum Part {
        FILE,
        SCHEMA_ELEMENT,
        ROW_GROUP,
        COLUMN,
        COLUMN_DATA,
        SIZES,
        PAGE_HEADER,
        DATA_PAGE,
        OTHER;

        /** What the struct, or the structs of the list, in that field are. */
        Part inner(int field) {
            return switch (this) {
                case FILE -> field == 2 ? SCHEMA_ELEMENT : field == 4 ? ROW_GROUP : OTHER;
                case ROW_GROUP -> field == 1 ? COLUMN : OTHER;
                case COLUMN -> field == 3 ? COLUMN_DATA : OTHER;
                case COLUMN_DATA -> field == 16 ? SIZES : OTHER;
                case PAGE_HEADER -> field == 5 || field == 8 ? DATA_PAGE : OTHER;
                default -> OTHER;
            };
        }

        /** What the list in that field must hold; 0 for what it says. */
        int elements(int field) {
            return switch (this) {
                case FILE -> field == 2 || field == 4 || field == 5 || field == 7 ? STRUCT : 0;
                case ROW_GROUP -> field == 1 || field == 4 ? STRUCT : 0;
                case COLUMN_DATA -> field == 2 ? I32 : field == 3 ? BINARY : field == 8 || field == 13 ? STRUCT : 0;
                case SIZES -> field == 2 || field == 3 ? I64 : 0;
                default -> 0;
            };
        }
    }

    private final ByteBuffer in;
    private final Deque<Long> openGroups = new ArrayDeque<>();
    private long pageBytes;
    private long pageValues;

    private ThriftCheck(ByteBuffer in) {
        this.in = in;
    }

    /**
     * Accepts files that do not end as Parquet does: the library says so.
     *
     * @throws IOException if the footer is damaged or its schema too deep
     */
    static void checkFooter(SeekableInput file) throws IOException {
        int tail = Integer.BYTES + MAGIC.length;
        if (file.length() < tail + MAGIC.length) {
            return;
        }
        file.seek(file.length() - tail);
        ByteBuffer end = ByteBuffer.wrap(file.readNBytes(tail)).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = end.getInt();
        byte[] magic = new byte[MAGIC.length];
        end.get(magic);
        if (!java.util.Arrays.equals(magic, MAGIC) || bytes < 0 || bytes > file.length() - tail - MAGIC.length) {
            return;
        }
        if (bytes > MOST_FOOTER_BYTES) {
            throw new IOException("its footer has " + bytes + " bytes, the most is " + MOST_FOOTER_BYTES);
        }
        file.seek(file.length() - tail - bytes);
        try {
            new ThriftCheck(ByteBuffer.wrap(file.readNBytes((int) bytes))).struct(0, Part.FILE);
        } catch (BufferUnderflowException e) {
            throw new IOException("it is damaged: it ends within a value", e);
        }
    }

    /**
     * Goes through the pages of a column's chunk: the library takes memory for what a page is said to have beyond it.
     *
     * @throws IOException if a page does not lie in the chunk
     */
    static void checkPages(SeekableInput file, ColumnChunkMetaData chunk) throws IOException {
        long at = chunk.getStartingPos();
        long end = at + chunk.getTotalSize();
        for (long values = 0; values < chunk.getValueCount() && at < end; ) {
            ThriftCheck page = pageHeader(file, at, end);
            at += page.in.position() + page.pageBytes;
            values += page.pageValues;
            if (page.pageBytes < 0 || page.pageValues < 0 || at > end) {
                throw new IOException("a page says it has " + page.pageBytes + " bytes and " + page.pageValues
                        + " values; it does not fit into its column");
            }
        }
    }

    private static ThriftCheck pageHeader(SeekableInput file, long at, long end) throws IOException {
        for (int most = FIRST_HEADER_BYTES; ; most *= 16) {
            file.seek(at);
            ThriftCheck page = new ThriftCheck(ByteBuffer.wrap(file.readNBytes((int) Math.min(most, end - at))));
            try {
                page.struct(0, Part.PAGE_HEADER);
                return page;
            } catch (BufferUnderflowException | LengthException e) {
                if (most >= MOST_HEADER_BYTES || most >= end - at) {
                    throw new IOException(
                            "it is damaged: the header of a page is longer than its column, or than "
                                    + MOST_HEADER_BYTES + " bytes",
                            e);
                }
            }
        }
    }

    /** A length beyond the bytes at hand. */
    private static final class LengthException extends IOException {
        private static final long serialVersionUID = 1L;

        LengthException(String message) {
            super(message);
        }
    }

    /** Goes through a struct; the value of its field {@link #CHILDREN_FIELD} if that is a number, or 0. */
    private long struct(int depth, Part part) throws IOException {
        if (depth > DEEPEST_STRUCT) {
            throw new IOException("it is damaged: it is nested deeper than " + DEEPEST_STRUCT + " levels");
        }
        long children = 0;
        int field = 0;
        for (int header = in.get() & 0xff; header != 0; header = in.get() & 0xff) {
            int type = header & 0xf;
            int step = header >> 4;
            field = step == 0 ? (int) zigzag(varint()) : field + step;
            if (type == I32) {
                long number = zigzag(varint());
                children = field == CHILDREN_FIELD ? number : children;
                pageBytes = part == Part.PAGE_HEADER && field == PAGE_BYTES_FIELD ? number : pageBytes;
                pageValues = part == Part.DATA_PAGE && field == PAGE_VALUES_FIELD ? number : pageValues;
            } else if (type != BOOLEAN_TRUE && type != BOOLEAN_FALSE) {
                value(type, depth, part.inner(field), part.elements(field));
            }
        }
        return children;
    }

    /** @param elements the type that a list must hold; 0 for any */
    private void value(int type, int depth, Part inner, int elements) throws IOException {
        switch (type) {
            case BOOLEAN_TRUE, BOOLEAN_FALSE, BYTE -> in.get();
            case I16, I32, I64 -> varint();
            case DOUBLE -> in.getDouble();
            case BINARY -> {
                int bytes = length(varint(), 1);
                in.position(in.position() + bytes);
            }
            case LIST, SET -> list(depth, inner, elements);
            case MAP -> map(depth);
            case STRUCT -> {
                long children = struct(depth + 1, inner);
                if (inner == Part.SCHEMA_ELEMENT) {
                    requireNotDeep(children);
                }
            }
            default -> throw new IOException("it is damaged: it has a value of type " + type);
        }
    }

    private void list(int depth, Part inner, int elements) throws IOException {
        int header = in.get() & 0xff;
        if (elements != 0 && elements != (header & 0xf)) {
            throw new IOException(
                    "it is damaged: it has a list of type " + (header & 0xf) + " in the place of " + elements);
        }
        int size = length(header >> 4 == 0xf ? varint() : header >> 4, 1);
        for (int i = 0; i < size; i++) {
            value(header & 0xf, depth + 1, inner, 0);
        }
    }

    private void map(int depth) throws IOException {
        int size = length(varint(), 2);
        int types = size == 0 ? 0 : in.get() & 0xff;
        for (int i = 0; i < size; i++) {
            value(types >> 4, depth + 1, Part.OTHER, 0);
            value(types & 0xf, depth + 1, Part.OTHER, 0);
        }
    }

    /** Elements of a schema come in the order of a walk; each says how many children follow. */
    private void requireNotDeep(long children) throws IOException {
        while (!openGroups.isEmpty() && openGroups.peek() == 0) {
            openGroups.pop();
        }
        if (!openGroups.isEmpty()) {
            openGroups.push(openGroups.pop() - 1);
        }
        if (children > 0) {
            openGroups.push(children);
        }
        if (openGroups.size() > DEEPEST_SCHEMA) {
            throw new IOException("its schema is nested deeper than " + DEEPEST_SCHEMA + " levels");
        }
    }

    private int length(long claimed, int leastBytesEach) throws IOException {
        if (claimed < 0 || claimed > in.remaining() / leastBytesEach) {
            throw new LengthException("it is damaged: a length in it is " + Long.toUnsignedString(claimed) + ", with "
                    + in.remaining() + " bytes left");
        }
        return (int) claimed;
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte part = in.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IOException("it is damaged: a number in it has more than 64 bits");
    }

    private static long zigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }
}
