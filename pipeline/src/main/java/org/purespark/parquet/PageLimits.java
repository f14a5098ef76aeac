// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Bounds on what a Parquet file may ask for: a column chunk is not larger than its file, and a page is not larger than
 * {@link #MOST_PAGE_BYTES} when it is unpacked. The library believes the sizes in the file.
 */
final class PageLimits implements CompressionCodecFactory, ByteBufferAllocator {
    /** Writers make pages of about 1 MB; one with a single long value is larger. */
    private static final int MOST_PAGE_BYTES = 128_000_000;

    /** What a page may have whatever it is packed into. */
    private static final long LEAST_PAGE_BYTES = 16_000_000;

    /** Gzip packs up to 1032 bytes into one. */
    private static final long MOST_UNPACKED_BYTES_A_BYTE = 1_100;

    /** The library's own buffers, for small files. */
    private static final long LEAST_BUFFER_BYTES = 16_000_000;

    private final CodecFactory codecs;
    private final ByteBufferAllocator heap = new HeapByteBufferAllocator();
    private final long mostBufferBytes;

    PageLimits(CodecFactory codecs, long fileBytes) {
        this.codecs = codecs;
        this.mostBufferBytes = Math.max(fileBytes, LEAST_BUFFER_BYTES);
    }

    @Override
    public ByteBuffer allocate(int size) {
        if (size < 0 || size > mostBufferBytes) {
            throw new IllegalStateException("it asks for a buffer of " + size + " bytes, more than the file has");
        }
        return heap.allocate(size);
    }

    @Override
    public void release(ByteBuffer buffer) {
        heap.release(buffer);
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW -> new Limited(codecs.getDecompressor(codec));
                // LZ4 and LZO are Hadoop's form of them, which takes memory for the lengths that are found in the data;
                // for BROTLI there is no library
            case LZ4, LZO, BROTLI -> throw new IllegalArgumentException(
                    "it is packed by " + codec + "; write it with SNAPPY, GZIP, ZSTD or LZ4_RAW");
        };
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return codecs.getCompressor(codec);
    }

    @Override
    public void release() {
        codecs.release();
    }

    private record Limited(BytesInputDecompressor codec) implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput packed, int bytes) throws IOException {
            requirePage(packed.size(), bytes);
            // copied, so that it can be looked at before it is decoded: some codecs give a stream
            return BytesInput.copy(codec.decompress(packed, bytes));
        }

        @Override
        public void decompress(ByteBuffer packed, int packedBytes, ByteBuffer out, int bytes) throws IOException {
            requirePage(packedBytes, bytes);
            codec.decompress(packed, packedBytes, out, bytes);
        }

        @Override
        public void release() {
            codec.release();
        }

        private static void requirePage(long packed, int bytes) throws IOException {
            long most = Math.min(MOST_PAGE_BYTES, Math.max(LEAST_PAGE_BYTES, packed * MOST_UNPACKED_BYTES_A_BYTE));
            if (bytes < 0 || bytes > most) {
                throw new IOException(
                        "a page of " + packed + " bytes has " + bytes + " when it is unpacked, the most is " + most);
            }
        }
    }
}
