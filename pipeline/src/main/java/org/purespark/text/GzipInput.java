// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.purespark.InputException;

/**
 * The content of a gzip file (RFC 1952) of one or more members, one after the other. The JDK's stream ends in silence
 * where a member is followed by something else, or by a member if the stream below does not say that it has more bytes;
 * here each byte is read, and what is no member is refused. Zeros at the end are padding.
 */
final class GzipInput extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int FIRST_MAGIC = 0x1f;
    private static final int SECOND_MAGIC = 0x8b;
    private static final int DEFLATE = 8;
    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;
    /** Time (4 bytes), kind of compression and file system. */
    private static final int UNUSED_BYTES = 6;

    private final String source;
    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] packed = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private Where where = Where.BEFORE_THE_FIRST_MEMBER;

    private enum Where {
        BEFORE_THE_FIRST_MEMBER,
        IN_A_MEMBER,
        BETWEEN_MEMBERS,
        AT_THE_END
    }

    /** @param source the file's address, for messages */
    GzipInput(String source, InputStream in) {
        this.source = source;
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** @throws InputException if the file is damaged or cut short */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (where != Where.AT_THE_END) {
            if (where != Where.IN_A_MEMBER) {
                startMember();
                continue;
            }
            int count = inflate(target, offset, length);
            if (count > 0) {
                checksum.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsDictionary()) {
                throw damaged("it needs a dictionary");
            } else {
                giveMore();
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException e) {
            throw damaged(e.getMessage());
        }
    }

    private void giveMore() throws IOException {
        if (!fill()) {
            throw cutShort();
        }
        inflater.setInput(packed, 0, limit);
    }

    private void startMember() throws IOException {
        int first = nextOrEnd();
        while (first == 0 && where == Where.BETWEEN_MEMBERS) {
            first = nextOrEnd();
        }
        if (first < 0) {
            if (where == Where.BEFORE_THE_FIRST_MEMBER) {
                throw cutShort();
            }
            where = Where.AT_THE_END;
            return;
        }
        if (first != FIRST_MAGIC || next() != SECOND_MAGIC) {
            throw where == Where.BETWEEN_MEMBERS
                    ? damaged("something else follows the packed content")
                    : new InputException(source + ": not a gzip file; pack it, or take .gz from its name");
        }
        readHeader();
        inflater.reset();
        inflater.setInput(packed, position, limit - position);
        checksum.reset();
        where = Where.IN_A_MEMBER;
    }

    private void readHeader() throws IOException {
        int method = next();
        int flags = next();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw damaged("its header is not known");
        }
        skip(UNUSED_BYTES);
        if ((flags & HAS_EXTRA) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            skip(2);
        }
    }

    private void endMember() throws IOException {
        position = limit - inflater.getRemaining();
        if (nextNumber() != (int) checksum.getValue()) {
            throw damaged("its checksum is that of another content");
        }
        if (nextNumber() != (int) inflater.getBytesWritten()) {
            throw damaged("its length is that of another content");
        }
        where = Where.BETWEEN_MEMBERS;
    }

    private int nextNumber() throws IOException {
        return next() | next() << 8 | next() << 16 | next() << 24;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        int character = next();
        while (character != 0) {
            character = next();
        }
    }

    private int next() throws IOException {
        int next = nextOrEnd();
        if (next < 0) {
            throw cutShort();
        }
        return next;
    }

    private int nextOrEnd() throws IOException {
        return position < limit || fill() ? packed[position++] & 0xff : -1;
    }

    /** Whether there is more. */
    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(in.read(packed, 0, packed.length), 0);
        return limit > 0;
    }

    private InputException damaged(String reason) {
        return new InputException(
                source + ": the gzip file is damaged (" + reason + "); copy it again, or pack the texts again");
    }

    private InputException cutShort() {
        return new InputException(source + ": the gzip file ends too early; copy it again, or pack the texts again");
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
