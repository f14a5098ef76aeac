// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small text file that several processes may want to write at the same time: one of them succeeds. What they write
 * must differ, for example by a random token. A reader may see a file that is being written as a part.
 */
public final class ExclusiveFile {
    private static final int MOST_BYTES = 1 << 16;

    private final Storage storage;
    private final String address;

    ExclusiveFile(Storage storage, String address) {
        this.storage = storage;
        this.address = address;
    }

    public String address() {
        return address;
    }

    /** The file as it is now, at most its first 64 KiB; empty if there is none. */
    public Optional<FileVersion> read() throws IOException {
        try {
            return storage.with(address, (files, path) -> {
                FileStatus status = files.getFileStatus(path);
                String tag = status instanceof EtagSource source ? source.getEtag() : null;
                return Optional.of(new FileVersion(content(files, path), status.getModificationTime(), tag));
            });
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /**
     * Creates the file; parents are made.
     *
     * @return whether this process has created it
     */
    public boolean create(String content) throws IOException {
        return storage.with(address, (files, path) -> {
            if (Storage.isInPlace(files.getUri().getScheme()) && !files.mkdirs(path.getParent())) {
                throw new IOException("cannot make the directory " + path.getParent());
            }
            return ExclusiveWrites.on(files).create(files, path, content);
        });
    }

    /**
     * Replaces the file if it is as it was seen.
     *
     * @return whether this process has replaced it
     */
    public boolean replace(FileVersion seen, String content) throws IOException {
        return storage.with(address, (files, path) -> ExclusiveWrites.on(files).replace(files, path, seen, content));
    }

    /**
     * Deletes the file if it is as it was seen.
     *
     * @return whether this process has deleted it
     */
    public boolean delete(FileVersion seen) throws IOException {
        return storage.with(address, (files, path) -> ExclusiveWrites.on(files).delete(files, path, seen));
    }

    /** The time by the clock that gives the files there their times; in milliseconds since 1970. */
    public long clockMillis() throws IOException {
        return storage.with(address, (files, path) -> {
            Path probe = Addresses.child(path.getParent(), ".clock-" + UUID.randomUUID());
            Storage.write(files, probe, out -> {});
            try {
                return files.getFileStatus(probe).getModificationTime();
            } finally {
                files.delete(probe, false);
            }
        });
    }

    static String content(FileSystem files, Path path) throws IOException {
        try (InputStream in = files.open(path)) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }
}
