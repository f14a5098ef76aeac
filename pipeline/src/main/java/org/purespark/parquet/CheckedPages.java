// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * The pages of a row group, each looked at before it is decoded: the library makes arrays for as many values as a page
 * says it has.
 */
record CheckedPages(PageReadStore rowGroup) implements PageReadStore {
    /** Values of a page whose encoding needs an array for them; writers make pages of some ten thousand. */
    private static final int MOST_VALUES = 4_000_000;

    private static final int MOST_BLOCK_VALUES = 1 << 16;

    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
        return new Checked(column, rowGroup.getPageReader(column));
    }

    @Override
    public long getRowCount() {
        return rowGroup.getRowCount();
    }

    @Override
    public Optional<Long> getRowIndexOffset() {
        return rowGroup.getRowIndexOffset();
    }

    private record Checked(ColumnDescriptor column, PageReader pages) implements PageReader {
        @Override
        public DictionaryPage readDictionaryPage() {
            DictionaryPage page = pages.readDictionaryPage();
            if (page != null) {
                try {
                    requireWhole(page);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return page;
        }

        private void requireWhole(DictionaryPage page) throws IOException {
            ByteBufferInputStream in = page.getBytes().toInputStream();
            int values = page.getDictionarySize();
            if (values < 0 || values > in.available()) {
                throw new IOException("a dictionary says it has " + values + " values in " + in.available() + " bytes");
            }
            boolean texts = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
            for (int value = 0; texts && value < values; value++) {
                int bytes = BytesUtils.readIntLittleEndian(in);
                if (bytes < 0 || bytes > in.available()) {
                    throw new IOException(
                            "a dictionary has a value of " + bytes + " bytes, with " + in.available() + " left");
                }
                in.skipFully(bytes);
            }
        }

        @Override
        public long getTotalValueCount() {
            return pages.getTotalValueCount();
        }

        @Override
        public DataPage readPage() {
            DataPage page = pages.readPage();
            try {
                if (page instanceof DataPageV1 first && isDelta(first.getValueEncoding())) {
                    ByteBufferInputStream in = first.getBytes().toInputStream();
                    skipLevels(in, first.getRlEncoding(), column.getMaxRepetitionLevel());
                    skipLevels(in, first.getDlEncoding(), column.getMaxDefinitionLevel());
                    requireFewValues(first.getValueEncoding(), in, first.getValueCount());
                } else if (page instanceof DataPageV2 second && isDelta(second.getDataEncoding())) {
                    BytesInput data = second.getData();
                    requireFewValues(second.getDataEncoding(), data.toInputStream(), second.getValueCount());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return page;
        }

        private static boolean isDelta(Encoding encoding) {
            return encoding == Encoding.DELTA_BINARY_PACKED
                    || encoding == Encoding.DELTA_LENGTH_BYTE_ARRAY
                    || encoding == Encoding.DELTA_BYTE_ARRAY;
        }

        private static void skipLevels(ByteBufferInputStream in, Encoding encoding, int most) throws IOException {
            if (most == 0) {
                return;
            }
            if (encoding != Encoding.RLE) {
                throw new IOException("a page has levels encoded as " + encoding + " before delta-encoded values");
            }
            int bytes = BytesUtils.readIntLittleEndian(in);
            if (bytes < 0 || bytes > in.available()) {
                throw new IOException("a page has " + bytes + " bytes of levels in " + in.available());
            }
            in.skipFully(bytes);
        }

        private static void requireFewValues(Encoding encoding, ByteBufferInputStream in, int most) throws IOException {
            requireFewValues(in, most);
            if (encoding == Encoding.DELTA_BYTE_ARRAY) {
                requireFewValues(in, most);
            }
        }

        /** Goes through the numbers of a delta-encoded block sequence, and leaves the stream behind it. */
        private static void requireFewValues(ByteBufferInputStream in, int most) throws IOException {
            int blockValues = BytesUtils.readUnsignedVarInt(in);
            int parts = BytesUtils.readUnsignedVarInt(in);
            int values = BytesUtils.readUnsignedVarInt(in);
            if (blockValues < 8 || blockValues > MOST_BLOCK_VALUES || parts < 1 || blockValues % (8L * parts) != 0) {
                throw new IOException("a page has blocks of " + blockValues + " values in " + parts + " parts");
            }
            if (values < 0 || values > Math.min(most, MOST_VALUES)) {
                throw new IOException("a page of " + most + " values says it has " + values
                        + " delta-encoded ones; the most is " + MOST_VALUES);
            }
            BytesUtils.readZigZagVarLong(in);
            int partValues = blockValues / parts;
            for (long left = values - 1L; left > 0; left -= blockValues) {
                BytesUtils.readZigZagVarLong(in);
                byte[] widths = new byte[parts];
                if (in.read(widths) < parts) {
                    throw new IOException("a page ends within a block of values");
                }
                for (int part = 0; part < parts && (long) part * partValues < left; part++) {
                    in.skipFully((long) (widths[part] & 0xff) * partValues / Byte.SIZE);
                }
            }
        }
    }
}
