// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes of a small file that succeed for one process alone. Each kind of file system has its own way. The contents of
 * different processes differ.
 */
interface ExclusiveWrites {
    /** @return whether the file was absent and has this content now */
    boolean create(FileSystem files, Path path, String content) throws IOException;

    /** @return whether the file was {@code seen} still and has this content now */
    boolean replace(FileSystem files, Path path, FileVersion seen, String content) throws IOException;

    /** @return whether the file was {@code seen} still and is gone now */
    boolean delete(FileSystem files, Path path, FileVersion seen) throws IOException;

    /** The way of a file system. */
    static ExclusiveWrites on(FileSystem files) {
        return switch (files.getUri().getScheme()) {
            case "file" -> new LockedLocalWrites();
            case "hdfs" -> new MarkedWrites();
            default -> new ConditionalWrites();
        };
    }
}
