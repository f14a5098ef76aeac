package org.purespark.text;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Puts a mark on a line of its own after the end. The CSV parser takes a quoted field that the file's end cuts off for
 * a whole one; the mark tells the two apart, since it then lies inside the field. U+FFFF is no character of any text.
 */
final class EndMarkingReader extends FilterReader {
    static final String MARK = "\uFFFF";

    private String tail = MARK;
    private boolean ended;

    EndMarkingReader(Reader in) {
        super(in);
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!ended) {
            int count = in.read(target, offset, length);
            if (count >= 0) {
                char last = target[offset + count - 1];
                tail = last == '\n' || last == '\r' ? MARK : "\n" + MARK;
                return count;
            }
            ended = true;
        }
        if (tail.isEmpty()) {
            return -1;
        }
        int count = Math.min(length, tail.length());
        tail.getChars(0, count, target, offset);
        tail = tail.substring(count);
        return count;
    }
}
