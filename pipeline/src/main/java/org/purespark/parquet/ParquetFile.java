// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.SeekableInput;
import org.purespark.storage.Storage;

/**
 * Parquet without Spark, which tasks on executors cannot call. When a file is read, only the needed columns of one row
 * group are in memory; a file that is written is in memory as a whole. Addresses go through {@link Storage}.
 */
final class ParquetFile {
    /** Of the codecs' buffers. */
    private static final int PAGE_BYTES = 1 << 20;

    private ParquetFile() {}

    /**
     * The files that make a Parquet source: the file itself, or those in and below a directory, by name, without those
     * that Spark writes for itself ({@code _SUCCESS}, {@code .part.crc}).
     *
     * @throws IOException if there is none
     */
    static List<String> addresses(Storage storage, String address) throws IOException {
        if (!storage.isDirectory(address)) {
            return List.of(address);
        }
        List<String> found = new ArrayList<>();
        for (String name : storage.fileNamesBelow(address)) {
            if (!name.matches("(.*/)?[._][^/]*") && !name.matches("(.*/)?[._][^/]*/.*")) {
                found.add(Storage.child(address, name));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("the directory holds no Parquet file");
        }
        return found;
    }

    static MessageType schema(Storage storage, String address) throws IOException {
        try (ParquetFileReader reader = open(storage, address, null)) {
            return reader.getFileMetaData().getSchema();
        }
    }

    /**
     * @param projection the columns to read
     * @param rows gets each row in order
     */
    static void read(Storage storage, String address, MessageType projection, Consumer<Group> rows) throws IOException {
        PageLimits limits =
                new PageLimits(new CodecFactory(new Configuration(false), PAGE_BYTES), storage.size(address));
        try (ParquetFileReader reader = open(storage, address, limits)) {
            MessageColumnIO columns = new ColumnIOFactory(
                            reader.getFileMetaData().getCreatedBy())
                    .getColumnIO(projection, reader.getFileMetaData().getSchema());
            reader.setRequestedSchema(projection);
            checkChunks(storage, address, projection, reader);
            for (PageReadStore group = reader.readNextRowGroup(); group != null; group = reader.readNextRowGroup()) {
                RecordReader<Group> records =
                        columns.getRecordReader(new CheckedPages(group), new GroupRecordConverter(projection));
                for (long row = 0; row < group.getRowCount(); row++) {
                    rows.accept(records.read());
                }
            }
        } finally {
            limits.release();
        }
    }

    /**
     * The library takes memory for the chunks of columns as long as they are said to be, and reads on behind a row
     * group's last chunk, for as many bytes as its last page is said to have.
     */
    private static void checkChunks(Storage storage, String address, MessageType projection, ParquetFileReader reader)
            throws IOException {
        Set<ColumnPath> read = new HashSet<>();
        projection.getColumns().forEach(column -> read.add(ColumnPath.get(column.getPath())));
        try (SeekableInput in = storage.openSeekable(address)) {
            for (BlockMetaData group : reader.getRowGroups()) {
                List<ColumnChunkMetaData> chunks = group.getColumns().stream()
                        .filter(chunk -> read.contains(chunk.getPath()))
                        .sorted(Comparator.comparingLong(ColumnChunkMetaData::getStartingPos))
                        .toList();
                for (ColumnChunkMetaData chunk : chunks) {
                    requireInside(chunk, in.length());
                }
                if (!chunks.isEmpty()) {
                    ThriftCheck.checkPages(in, chunks.get(chunks.size() - 1));
                }
            }
        }
    }

    private static void requireInside(ColumnChunkMetaData chunk, long fileBytes) throws IOException {
        long start = chunk.getStartingPos();
        long size = chunk.getTotalSize();
        if (start < 0 || size < 0 || start > fileBytes - size) {
            throw new IOException(
                    "a column has " + size + " bytes from byte " + start + " on, the file has " + fileBytes);
        }
    }

    /** @param limits of pages; null if only the footer is read */
    private static ParquetFileReader open(Storage storage, String address, PageLimits limits) throws IOException {
        try (SeekableInput in = storage.openSeekable(address)) {
            ThriftCheck.checkFooter(in);
        }
        ParquetReadOptions.Builder options = ParquetReadOptions.builder(new PlainParquetConfiguration());
        if (limits != null) {
            options.withCodecFactory(limits).withAllocator(limits);
        }
        return ParquetFileReader.open(new Stored(storage, address), options.build());
    }

    /** Fills one row. */
    interface Fill<T> {
        void into(Group row, T from);
    }

    /** A file with one row for each element of {@code from}. */
    static <T> byte[] write(MessageType schema, Iterator<T> from, Fill<T> fill) throws IOException {
        Bytes bytes = new Bytes();
        SimpleGroupFactory rows = new SimpleGroupFactory(schema);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(bytes)
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .build()) {
            while (from.hasNext()) {
                Group row = rows.newGroup();
                fill.into(row, from.next());
                writer.write(row);
            }
        }
        return bytes.content.toByteArray();
    }

    /** The reader's message about a file that is not Parquet, in one line. */
    static InputException unreadable(String address, Exception e) {
        String message = "it is damaged";
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            boolean says = cause.getMessage() != null && !(cause instanceof UncheckedIOException);
            message = says ? cause.getMessage() : message;
        }
        String reason = Shown.of(message.lines().findFirst().orElse("it is damaged"));
        return new InputException(address + ": cannot be read as Parquet (" + reason + ")", e);
    }

    private record Stored(Storage storage, String address) implements InputFile {
        @Override
        public long getLength() throws IOException {
            return storage.size(address);
        }

        @Override
        public SeekableInputStream newStream() throws IOException {
            SeekableInput in = storage.openSeekable(address);
            return new DelegatingSeekableInputStream(in) {
                @Override
                public long getPos() {
                    return in.position();
                }

                @Override
                public void seek(long position) throws IOException {
                    in.seek(position);
                }
            };
        }

        /** The name of the file in the reader's messages. */
        @Override
        public String toString() {
            return address;
        }
    }

    private static final class Bytes implements OutputFile {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return content.size();
                }

                @Override
                public void write(int b) {
                    content.write(b);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    content.write(bytes, offset, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
