// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * On object stores: writes with a condition that the store holds (If-None-Match, If-Match), where Hadoop's client and
 * the store have them. Whether the store has them is tried: the same write must be refused the second time. Without
 * conditions the last writer wins. It is found by reading the file back when everybody who saw the same as this
 * process has written.
 */
final class ConditionalWrites implements ExclusiveWrites {
    /** Longer than a look at a small file and its writing take together. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** Hadoop's names of the conditions; since Hadoop 3.4.2. */
    private static final String IF_ABSENT = "fs.option.create.conditional.overwrite";

    private static final String IF_TAG = "fs.option.create.conditional.overwrite.etag";

    /** Refusals, by the simple names of exceptions: a cluster may have its own client. */
    private static final Set<String> REFUSALS = Set.of("RemoteFileChangedException", "FileAlreadyExistsException");

    private static final Set<String> REFUSED_STATUS =
            Set.of("PreconditionFailed", "ConditionalRequestConflict", "Status Code: 412", "Status Code: 409");

    private final Duration settling;

    ConditionalWrites() {
        this(SETTLING);
    }

    ConditionalWrites(Duration settling) {
        this.settling = settling;
    }

    /** A condition of a write. */
    @FunctionalInterface
    private interface Condition {
        void addTo(FSDataOutputStreamBuilder<?, ?> builder);
    }

    @Override
    public boolean create(FileSystem files, Path path, String content) throws IOException {
        if (files.hasPathCapability(path, IF_ABSENT)) {
            return write(files, path, content, builder -> builder.must(IF_ABSENT, true));
        }
        return put(files, path, content, builder -> builder.overwrite(false)) && isLast(files, path, content);
    }

    @Override
    public boolean replace(FileSystem files, Path path, FileVersion seen, String content) throws IOException {
        if (seen.tag() != null && files.hasPathCapability(path, IF_TAG)) {
            return write(files, path, content, builder -> builder.must(IF_TAG, seen.tag()));
        }
        return holds(files, path, seen.content())
                && put(files, path, content, builder -> builder.overwrite(true))
                && isLast(files, path, content);
    }

    @Override
    public boolean delete(FileSystem files, Path path, FileVersion seen) throws IOException {
        return holds(files, path, seen.content()) && files.delete(path, false);
    }

    private boolean write(FileSystem files, Path path, String content, Condition condition) throws IOException {
        if (!put(files, path, content, condition)) {
            // If the answer to a request is lost, the client sends it again and meets its own file.
            return holds(files, path, content);
        }
        boolean storeKnowsConditions = !put(files, path, content, condition);
        return storeKnowsConditions || isLast(files, path, content);
    }

    /** Whether the store took it. */
    private static boolean put(FileSystem files, Path path, String content, Condition condition) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = files.createFile(path);
        builder.recursive();
        builder.overwrite(true);
        condition.addTo(builder);
        try (FSDataOutputStream out = builder.build()) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (isRefusal(e)) {
                return false;
            }
            throw e;
        }
        return true;
    }

    private static boolean isRefusal(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileNotFoundException) {
                return true;
            }
        }
        return isOfAnotherVersion(failure);
    }

    /** Whether the store has refused because it holds another version of the file, or one where none should be. */
    static boolean isOfAnotherVersion(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (REFUSALS.contains(cause.getClass().getSimpleName())
                    || REFUSED_STATUS.stream().anyMatch(message::contains)) {
                return true;
            }
        }
        return false;
    }

    private boolean isLast(FileSystem files, Path path, String content) throws IOException {
        try {
            Thread.sleep(settling.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for other writers of " + path);
        }
        return holds(files, path, content);
    }

    private static boolean holds(FileSystem files, Path path, String content) throws IOException {
        try {
            return ExclusiveFile.content(files, path).equals(content);
        } catch (FileNotFoundException e) {
            return false;
        }
    }
}
