// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * On HDFS, which creates and renames exclusively. Who replaces a file first creates a marker with the digest of the
 * content that it has seen: one process has the marker, and looks at the file again.
 */
final class MarkedWrites implements ExclusiveWrites {
    /** A marker of this age belongs to a process that died. */
    private static final long DEAD_MILLIS = Duration.ofMinutes(2).toMillis();

    private static final int DIGITS = 16;

    @Override
    public boolean create(FileSystem files, Path path, String content) throws IOException {
        try (OutputStream out = files.create(path, false)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    @Override
    public boolean replace(FileSystem files, Path path, FileVersion seen, String content) throws IOException {
        return marked(files, path, seen, () -> {
            Path aside = beside(path, "." + path.getName() + "." + digest(content));
            try (OutputStream out = files.create(aside, true)) {
                out.write(content.getBytes(StandardCharsets.UTF_8));
            }
            FileContext.getFileContext(aside.toUri(), files.getConf())
                    .rename(files.makeQualified(aside), files.makeQualified(path), Options.Rename.OVERWRITE);
        });
    }

    @Override
    public boolean delete(FileSystem files, Path path, FileVersion seen) throws IOException {
        return marked(files, path, seen, () -> files.delete(path, false));
    }

    private interface Change {
        void make() throws IOException;
    }

    private boolean marked(FileSystem files, Path path, FileVersion seen, Change change) throws IOException {
        Path marker = beside(path, "." + path.getName() + "." + digest(seen.content()) + ".taken");
        if (!create(files, marker, "")) {
            removeIfDead(files, marker);
            return false;
        }
        try {
            if (!ExclusiveFile.content(files, path).equals(seen.content())) {
                return false;
            }
            change.make();
            return true;
        } catch (FileNotFoundException e) {
            return false;
        } finally {
            files.delete(marker, false);
        }
    }

    /** The next try then finds no marker. */
    private void removeIfDead(FileSystem files, Path marker) throws IOException {
        Path clock = beside(marker, marker.getName() + ".clock");
        try {
            create(files, clock, "");
            long now = files.getFileStatus(clock).getModificationTime();
            if (now - files.getFileStatus(marker).getModificationTime() > DEAD_MILLIS) {
                files.delete(marker, false);
            }
        } catch (FileNotFoundException e) {
            // its process is done
            return;
        } finally {
            files.delete(clock, false);
        }
    }

    private static String digest(String content) {
        return Sha256.of(content.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
    }

    private static Path beside(Path path, String name) {
        return Addresses.child(path.getParent(), name);
    }
}
