// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Reads an object up to the length that the store has told. An HTTP answer that breaks before it tells its length looks
 * complete to the client, so an early end counts as an interruption: the rest is requested again.
 */
final class WholeInput extends SeekableInput {
    private static final int MOST_OPENINGS = 7;

    private final FileSystem files;
    private final FileStatus file;
    private FSDataInputStream in;
    private long position;
    private int openings;

    WholeInput(FileSystem files, FileStatus file) throws IOException {
        this.files = files;
        this.file = file;
        open();
    }

    private void open() throws IOException {
        in = FutureIO.awaitFuture(
                files.openFile(file.getPath()).withFileStatus(file).build());
        openings++;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (position < file.getLen()) {
            int read = in.read(bytes, from, count);
            if (read > 0) {
                position += read;
                return read;
            }
            goOn();
        }
        return -1;
    }

    private void goOn() throws IOException {
        if (openings >= MOST_OPENINGS) {
            throw new EOFException(
                    file.getPath() + ": the store's answers end after " + position + " of " + file.getLen() + " bytes");
        }
        in.close();
        open();
        in.seek(position);
    }

    @Override
    public long skip(long count) throws IOException {
        long to = Math.max(position, Math.min(position + count, file.getLen()));
        long skipped = to - position;
        in.seek(to);
        position = to;
        return skipped;
    }

    @Override
    public long length() {
        return file.getLen();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long to) throws IOException {
        if (to < 0 || to > file.getLen()) {
            throw new EOFException("position " + to + " of " + file.getLen() + " bytes of " + file.getPath());
        }
        in.seek(to);
        position = to;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
