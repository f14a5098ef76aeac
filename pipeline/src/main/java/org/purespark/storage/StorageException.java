// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/**
 * A file system that fails: its disk is full, it is read-only, its device has an error. The message names the file and
 * the way out. The same command goes on when the reason is gone.
 */
public final class StorageException extends IOException {
    private static final long serialVersionUID = 1L;

    private StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param cause of the local file system; Hadoop puts it into an {@link Error} */
    static StorageException of(Path path, Throwable cause) {
        return of(path.toString(), cause);
    }

    static StorageException of(String path, Throwable cause) {
        String reason = String.valueOf(cause.getMessage());
        String advice = reason.contains("No space left") || reason.contains("quota")
                ? "free some space; then the same command goes on from here"
                : "when that is mended, the same command goes on from here";
        return new StorageException("the file system of " + path + " fails (" + reason + "): " + advice, cause);
    }
}
