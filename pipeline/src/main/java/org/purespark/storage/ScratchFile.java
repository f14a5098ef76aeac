// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on this machine's own disk, in {@code java.io.tmpdir}, for what is too large for memory. It has no name from
 * the start on, so nothing is left of it, however the process ends. It is made when something is put into it.
 */
public final class ScratchFile implements AutoCloseable {
    private final Path directory;
    private FileChannel channel;
    private long bytes;

    public ScratchFile() {
        this(Path.of(System.getProperty("java.io.tmpdir")));
    }

    ScratchFile(Path directory) {
        this.directory = directory;
    }

    /**
     * Puts bytes at the end of the file.
     *
     * @return the same bytes, mapped from the file; they can be read after {@link #close} too
     * @throws UncheckedIOException of a {@link StorageException}, if the disk is full or fails
     */
    public synchronized ByteBuffer keep(ByteBuffer content) {
        try {
            if (channel == null) {
                channel = open();
            }
            // Written, then mapped: writing through a map of a full disk would end the process.
            ByteBuffer rest = content.duplicate();
            while (rest.hasRemaining()) {
                channel.write(rest, bytes + rest.position() - content.position());
            }
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, bytes, content.remaining());
            bytes += content.remaining();
            return mapped;
        } catch (IOException e) {
            throw new UncheckedIOException(StorageException.of(directory.toString(), e));
        }
    }

    private FileChannel open() throws IOException {
        Path file = Files.createTempFile(directory, "pure-texts", ".tmp");
        FileChannel opened = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(file);
        return opened;
    }

    /** Ends writing. The disk's space is free when the mapped buffers are. */
    @Override
    public synchronized void close() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(StorageException.of(directory.toString(), e));
        }
    }
}
