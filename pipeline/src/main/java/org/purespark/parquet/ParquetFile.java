// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
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
        try (ParquetFileReader reader = ParquetFileReader.open(new Stored(storage, address))) {
            return reader.getFileMetaData().getSchema();
        }
    }

    /**
     * @param projection the columns to read
     * @param rows gets each row in order
     */
    static void read(Storage storage, String address, MessageType projection, Consumer<Group> rows) throws IOException {
        Configuration configuration = new Configuration(false);
        configuration.set(ReadSupport.PARQUET_READ_SCHEMA, projection.toString());
        PageLimits limits = new PageLimits(new CodecFactory(configuration, PAGE_BYTES), storage.size(address));
        try (ParquetReader<Group> reader = new GroupReader(new Stored(storage, address))
                .withConf(configuration)
                .withCodecFactory(limits)
                .withAllocator(limits)
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.accept(row);
            }
        }
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
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String reason =
                Shown.of(String.valueOf(cause.getMessage()).lines().findFirst().orElse(""));
        return new InputException(address + ": cannot be read as Parquet (" + reason + ")", e);
    }

    private static final class GroupReader extends ParquetReader.Builder<Group> {
        GroupReader(InputFile file) {
            super(file);
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
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
