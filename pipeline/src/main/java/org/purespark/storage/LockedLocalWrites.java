// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * On local files: the operating system creates exclusively. Changes are made in place under a lock on the file, which
 * ends with the process. A file that is deleted is emptied first, so that who waits for its lock sees that it is gone.
 */
final class LockedLocalWrites implements ExclusiveWrites {
    private static final int LOCK_TRIES = 500;
    private static final long MILLIS_BETWEEN_TRIES = 10;
    private static final int MOST_BYTES = 1 << 16;
    private static final Set<OpenOption> BOTH_WAYS = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    /** A change of the locked file. */
    @FunctionalInterface
    private interface Change {
        void of(FileChannel file) throws IOException;
    }

    @Override
    public boolean create(FileSystem files, Path path, String content) throws IOException {
        java.nio.file.Path file = local(files, path);
        try (FileChannel out =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            write(out, content);
            return true;
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            // it is there, or its directory has just been removed
            return false;
        }
    }

    @Override
    public boolean replace(FileSystem files, Path path, FileVersion seen, String content) throws IOException {
        return change(local(files, path), seen, file -> write(file, content));
    }

    @Override
    public boolean delete(FileSystem files, Path path, FileVersion seen) throws IOException {
        java.nio.file.Path file = local(files, path);
        return change(file, seen, open -> {
            open.truncate(0);
            Files.delete(file);
        });
    }

    /** Everything goes through one channel: to close another one on the file would end the lock. */
    private static boolean change(java.nio.file.Path path, FileVersion seen, Change change) throws IOException {
        try (FileChannel file = FileChannel.open(path, BOTH_WAYS);
                FileLock lock = lock(file, path)) {
            boolean same = lock.isValid() && read(file).equals(seen.content());
            if (same) {
                change.of(file);
            }
            return same;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static FileLock lock(FileChannel file, java.nio.file.Path path) throws IOException {
        for (int i = 0; i < LOCK_TRIES; i++) {
            try {
                FileLock lock = file.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // another thread of this process has it
                pause();
                continue;
            }
            pause();
        }
        throw new IOException("another process keeps a lock on " + path);
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(MILLIS_BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a lock");
        }
    }

    private static String read(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MOST_BYTES));
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = file.read(bytes, bytes.position());
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private static void write(FileChannel file, String content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            file.write(bytes, bytes.position());
        }
        file.truncate(bytes.limit());
    }

    private static java.nio.file.Path local(FileSystem files, Path path) {
        return java.nio.file.Path.of(files.makeQualified(path).toUri().getPath());
    }
}
