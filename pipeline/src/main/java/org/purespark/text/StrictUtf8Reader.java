// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.purespark.InputException;

/**
 * Characters of a UTF-8 file without its byte order mark. Bytes that are not UTF-8 cause an {@link InputException} that
 * names the line; the JDK's readers would put U+FFFD into the text.
 */
final class StrictUtf8Reader extends Reader {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MOST_PART_BYTES = 2 * TextLimits.MOST_CHARACTERS;

    private final String source;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private final CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES).limit(0);
    private long line = 1;
    private long partBytes;
    private long element;
    private boolean afterCarriageReturn;
    private boolean atStart = true;
    private boolean atEnd;

    StrictUtf8Reader(String source, InputStream in) {
        this.source = source;
        this.in = in;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!chars.hasRemaining()) {
            if (atEnd && !bytes.hasRemaining()) {
                return -1;
            }
            decodeMore();
        }
        int count = Math.min(length, chars.remaining());
        chars.get(target, offset, count);
        return count;
    }

    private void decodeMore() throws IOException {
        bytes.compact();
        int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
        atEnd = read < 0;
        bytes.position(bytes.position() + Math.max(read, 0)).flip();
        chars.clear();
        int from = bytes.position();
        CoderResult result = decoder.decode(bytes, chars, atEnd);
        countLines(from, bytes.position());
        if (partBytes > MOST_PART_BYTES) {
            throw tooLong();
        }
        if (result.isError()) {
            int bad = bytes.get(bytes.position()) & 0xFF;
            throw new InputException(RowUnit.LINE.place(source, line) + ": byte "
                    + String.format(Locale.ROOT, "0x%02X", bad) + " is not UTF-8; save the file as UTF-8");
        }
        chars.flip();
        if (atStart && chars.hasRemaining()) {
            atStart = false;
            if (chars.get(0) == '\uFEFF') {
                chars.position(1);
            }
        }
    }

    /**
     * An element of an array begins: from here on its bytes are bounded, and no longer those of a line, for an array
     * may lie on a single one. What is read ahead counts for the element before.
     *
     * @param number from 1
     */
    void beginElement(long number) {
        element = number;
        partBytes = 0;
    }

    private InputException tooLong() {
        return element == 0
                ? new InputException(RowUnit.LINE.place(source, line) + ": the line has more than " + MOST_PART_BYTES
                        + " bytes; is it a file of lines?")
                : new InputException(RowUnit.ROW.place(source, element) + ": the element has more than "
                        + MOST_PART_BYTES + " bytes; is it an array of texts?");
    }

    /** A line ends with LF, CR or CRLF, as in {@link java.io.BufferedReader} and in CSV. */
    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes.get(i);
            partBytes++;
            if (b == '\r' || (b == '\n' && !afterCarriageReturn)) {
                line++;
                partBytes = element == 0 ? 0 : partBytes;
            }
            afterCarriageReturn = b == '\r';
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
