// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Adds one more line with a mark at the end of a file. The CSV parser accepts a quoted field that is never closed. Then
 * the mark is inside this field, and so the mistake is found. No text contains U+FFFF, which is not a character.
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
