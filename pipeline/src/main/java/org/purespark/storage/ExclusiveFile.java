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
    private static final int READ_TRIES = 20;

    private final Storage storage;
    private final String address;

    ExclusiveFile(Storage storage, String address) {
        this.storage = storage;
        this.address = address;
    }

    public String address() {
        return address;
    }

    /** The file as it is now, at most its first 64 KiB; content, time and tag are of the same moment. */
    public Optional<FileVersion> read() throws IOException {
        try {
            return storage.with(address, (files, path) -> {
                for (int i = 0; i < READ_TRIES; i++) {
                    FileVersion before = version(files.getFileStatus(path), content(files, path));
                    FileVersion after = version(files.getFileStatus(path), before.content());
                    if (before.equals(after)) {
                        return Optional.of(before);
                    }
                }
                throw new IOException(address + " changes all the time while it is read");
            });
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private static FileVersion version(FileStatus status, String content) {
        String tag = status instanceof EtagSource source ? source.getEtag() : null;
        return new FileVersion(content, status.getModificationTime(), tag);
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

    /** A file that is replaced while it is read is read again from its beginning. */
    static String content(FileSystem files, Path path) throws IOException {
        LocalFiles.requireRegular(files, path);
        for (int tries = 1; ; tries++) {
            try (InputStream in = files.open(path)) {
                return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
            } catch (IOException e) {
                // An answer that breaks off is asked for again from there, and only of the same version.
                if (tries == READ_TRIES || !ConditionalWrites.isOfAnotherVersion(e)) {
                    throw e;
                }
            }
        }
    }
}
