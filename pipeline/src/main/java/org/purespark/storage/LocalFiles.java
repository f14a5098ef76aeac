// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.Seekable;
import org.purespark.InputException;

/**
 * What is special about files of this machine: there are pipes, devices and links, and Hadoop reports a disk that fails
 * as an {@link Error}.
 */
final class LocalFiles {
    private LocalFiles() {}

    /** Refuses what is no regular file: opening a pipe waits for ever, and some devices never end. */
    static void requireRegular(FileSystem files, Path path) {
        if (!(files instanceof RawLocalFileSystem local)) {
            return;
        }
        java.nio.file.Path file = local.pathToFile(path).toPath();
        if (Files.isDirectory(file)) {
            throw new InputException("cannot read " + path + ": it is a directory, expected a file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException("cannot read " + path + ": it is a pipe or a device, expected a regular file");
        }
    }

    /** What a symbolic link names, if there is nothing there. */
    static Optional<String> missingTarget(FileSystem files, Path path) throws IOException {
        if (!(files instanceof RawLocalFileSystem local)) {
            return Optional.empty();
        }
        java.nio.file.Path file = local.pathToFile(path).toPath();
        return Files.isSymbolicLink(file) && !Files.exists(file)
                ? Optional.of(Files.readSymbolicLink(file).toString())
                : Optional.empty();
    }

    /** The stream, with errors of the file system as {@link StorageException}. */
    static InputStream told(Path path, FSDataInputStream in) {
        return new Told(path, in);
    }

    private static final class Told extends FilterInputStream implements Seekable {
        private final Path path;
        private final FSDataInputStream in;

        Told(Path path, FSDataInputStream in) {
            super(in);
            this.path = path;
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            try {
                return in.read(bytes, from, count);
            } catch (FSError e) {
                throw StorageException.of(path, e.getCause());
            }
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public boolean seekToNewSource(long position) throws IOException {
            return in.seekToNewSource(position);
        }
    }
}
