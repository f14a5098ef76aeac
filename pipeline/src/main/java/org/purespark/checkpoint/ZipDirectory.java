// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * The table of contents at the end of a zip file. PyTorch leaves the sizes out of the entries' own headers, so that the
 * JDK's streaming reader cannot follow them, and the JDK's other reader wants a local file. Structures and signatures
 * as in PKWARE's APPNOTE.TXT, 4.3 and 4.5.3 (ZIP64).
 */
final class ZipDirectory {
    /**
     * @param stored whether the data is uncompressed
     * @param bytes of the data, uncompressed
     * @param headerOffset where the entry's own header begins in the file
     */
    record Entry(boolean stored, long bytes, long headerOffset) {}

    /** Size of an entry's own header before its name and extra fields. */
    static final int LOCAL_HEADER_BYTES = 30;

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR64_BYTES = 20;
    private static final int END64_BYTES = 56;
    private static final int MAX_COMMENT_BYTES = 65535;
    private static final long IN_ZIP64 = 0xffffffffL;
    private static final int MAX_DIRECTORY_BYTES = 32_000_000;

    private final Storage storage;
    private final String address;
    private final long fileBytes;

    private ZipDirectory(Storage storage, String address) throws IOException {
        this.storage = storage;
        this.address = address;
        this.fileBytes = storage.size(address);
    }

    /**
     * The entries by name.
     *
     * @throws InputException if the file is no whole zip file
     */
    static Map<String, Entry> read(Storage storage, String address) throws IOException {
        return new ZipDirectory(storage, address).read();
    }

    /** Bytes of name and extra fields that follow an entry's own header. */
    static int localTailBytes(byte[] localHeader, String address) {
        if (localHeader.length < LOCAL_HEADER_BYTES || little(localHeader).getInt(0) != LOCAL_SIGNATURE) {
            throw damaged(address, "an entry's header is not where the zip directory says");
        }
        ByteBuffer header = little(localHeader);
        return unsigned(header.getShort(26)) + unsigned(header.getShort(28));
    }

    private Map<String, Entry> read() throws IOException {
        int tailBytes = (int) Math.min(fileBytes, MAX_COMMENT_BYTES + END_BYTES + LOCATOR64_BYTES + END64_BYTES);
        long tailStart = fileBytes - tailBytes;
        ByteBuffer tail = little(bytesAt(tailStart, tailBytes));
        int end = tailBytes - END_BYTES;
        while (end >= 0 && tail.getInt(end) != END_SIGNATURE) {
            end--;
        }
        if (end < 0) {
            throw damaged(address, "it has no zip directory at its end: it is truncated or of another format");
        }
        long bytes = tail.getInt(end + 12) & IN_ZIP64;
        long offset = tail.getInt(end + 16) & IN_ZIP64;
        int locator = end - LOCATOR64_BYTES;
        if (locator >= 0 && tail.getInt(locator) == LOCATOR64_SIGNATURE) {
            ByteBuffer end64 = little(bytesAt(tail.getLong(locator + 8), END64_BYTES));
            if (end64.getInt(0) != END64_SIGNATURE) {
                throw damaged(address, "its ZIP64 record is not where the locator says");
            }
            bytes = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (bytes < 0 || bytes > MAX_DIRECTORY_BYTES) {
            throw damaged(address, "its zip directory has " + Long.toUnsignedString(bytes) + " bytes");
        }
        return entries(little(bytesAt(offset, (int) bytes)));
    }

    private Map<String, Entry> entries(ByteBuffer directory) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        int at = 0;
        while (at < directory.limit()) {
            if (directory.limit() - at < 46 || directory.getInt(at) != ENTRY_SIGNATURE) {
                throw damaged(address, "its zip directory breaks off after " + entries.size() + " entries");
            }
            int nameBytes = unsigned(directory.getShort(at + 28));
            int extraBytes = unsigned(directory.getShort(at + 30));
            int commentBytes = unsigned(directory.getShort(at + 32));
            int next = at + 46 + nameBytes + extraBytes + commentBytes;
            if (next > directory.limit()) {
                throw damaged(address, "its zip directory breaks off after " + entries.size() + " entries");
            }
            String name = new String(directory.array(), at + 46, nameBytes, StandardCharsets.UTF_8);
            if (entries.put(name, entry(directory, at, nameBytes, extraBytes)) != null) {
                throw damaged(address, "its zip directory lists " + Shown.of(name) + " twice");
            }
            at = next;
        }
        return entries;
    }

    private Entry entry(ByteBuffer directory, int at, int nameBytes, int extraBytes) {
        boolean stored = directory.getShort(at + 10) == 0;
        long compressed = directory.getInt(at + 20) & IN_ZIP64;
        long bytes = directory.getInt(at + 24) & IN_ZIP64;
        long offset = directory.getInt(at + 42) & IN_ZIP64;
        int extra = at + 46 + nameBytes;
        int extraEnd = extra + extraBytes;
        while (extra + 4 <= extraEnd) {
            int id = unsigned(directory.getShort(extra));
            int length = unsigned(directory.getShort(extra + 2));
            if (length > extraEnd - extra - 4) {
                throw damaged(address, "an extra field of its zip directory reaches out of its entry");
            }
            int field = extra + 4;
            if (id == 1) {
                // holds only those of the three values that did not fit in their 32 bits, in this order
                if (bytes == IN_ZIP64 && field + 8 <= extraEnd) {
                    bytes = directory.getLong(field);
                    field += 8;
                }
                if (compressed == IN_ZIP64 && field + 8 <= extraEnd) {
                    compressed = directory.getLong(field);
                    field += 8;
                }
                if (offset == IN_ZIP64 && field + 8 <= extraEnd) {
                    offset = directory.getLong(field);
                }
            }
            extra += 4 + length;
        }
        long held = stored ? bytes : compressed;
        if (bytes < 0
                || held < 0
                || offset < 0
                || offset > fileBytes - LOCAL_HEADER_BYTES
                || held > fileBytes - offset) {
            throw damaged(address, "its zip directory points outside of the file: it is truncated");
        }
        return new Entry(stored, bytes, offset);
    }

    private byte[] bytesAt(long offset, int count) throws IOException {
        if (offset < 0 || offset > fileBytes - count) {
            throw damaged(address, "its zip directory points outside of the file: it is truncated");
        }
        try (InputStream in = storage.open(address)) {
            ElementStream stream = new ElementStream(in, 0);
            stream.advanceTo(offset);
            byte[] bytes = stream.readBytes(count);
            if (bytes.length < count) {
                throw damaged(address, "it ends early");
            }
            return bytes;
        }
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int unsigned(short value) {
        return value & 0xffff;
    }

    private static InputException damaged(String address, String what) {
        return new InputException("cannot read " + address + ": " + what + "; copy or save it again");
    }
}
