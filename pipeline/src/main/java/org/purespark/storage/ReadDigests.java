// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/**
 * Digests of files that are read for another reason as well. What is read through {@link #storage()} from a file's
 * start on is digested on the way; {@link #take} then reads only the rest of the file. A file that is read whole is
 * read once.
 */
public final class ReadDigests {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Storage files;
    private final Storage watched;
    private final Map<String, Begun> begun = new HashMap<>();

    /** The digest of a file's first bytes. */
    private record Begun(MessageDigest digest, long bytes) {}

    public ReadDigests(Storage files) {
        this.files = files;
        this.watched = files.watchedBy((address, in) -> new Watched(address, in));
    }

    /** The same files; what is read here is digested on the way. */
    public Storage storage() {
        return watched;
    }

    /** The digest of the whole file. What was digested on the way serves once: the next call reads the file again. */
    public FileContent take(String address) throws IOException {
        Begun first = taken(address);
        MessageDigest digest = first.digest();
        long bytes = first.bytes();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = files.open(address)) {
            in.skipNBytes(bytes);
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                bytes += count;
            }
        }
        return new FileContent(bytes, Sha256.hex(digest.digest()));
    }

    private synchronized Begun taken(String address) {
        Begun first = begun.remove(address);
        return first == null ? new Begun(Sha256.start(), 0) : first;
    }

    private synchronized void keep(String address, Begun first) {
        begun.merge(address, first, (one, other) -> one.bytes() >= other.bytes() ? one : other);
    }

    /** Digests what is read in order; a leap from the file's very start is a look at another place, not a reading. */
    private final class Watched extends FilterInputStream {
        private final String address;
        private final MessageDigest digest = Sha256.start();
        private long digested;
        private boolean inOrder = true;

        Watched(String address, InputStream in) {
            super(in);
            this.address = address;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = super.read(bytes, from, count);
            if (read > 0 && inOrder) {
                digest.update(bytes, from, read);
                digested += read;
            }
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            if (count > 0 && digested == 0) {
                inOrder = false;
            }
            if (!inOrder || count <= 0) {
                return super.skip(count);
            }
            byte[] buffer = new byte[(int) Math.min(count, BUFFER_BYTES)];
            long skipped = 0;
            while (skipped < count) {
                int read = read(buffer, 0, (int) Math.min(count - skipped, buffer.length));
                if (read < 0) {
                    break;
                }
                skipped += read;
            }
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (digested > 0) {
                keep(address, new Begun(digest, digested));
            }
        }
    }
}
