// SPDX-License-Identifier: Apache-2.0
package org.purespark.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Real files with a few changes, as a hand with a hex editor or a text editor would make them. */
final class ChangedFiles {
    private static final int MOST_CHANGES = 3;
    private static final int MOST_REPEATED = 200;

    /** What readers take for numbers, ends, sizes and structure. */
    private static final List<byte[]> PIECES = List.of(
            text("-1"),
            text("0"),
            text("2147483647"),
            text("9223372036854775808"),
            text("1e999"),
            text("NaN"),
            text("null"),
            text("true"),
            text("\"\""),
            text("[]"),
            text("{}"),
            text("[["),
            text("{\"a\":"),
            text("\n"),
            text("\r\n"),
            text("\t"),
            text("\""),
            text("\\"),
            text("${a}"),
            text("*a"),
            text("&a "),
            text("\u0000"),
            text("\u001b[2J"),
            text("\u202e"),
            text("\uFEFF"),
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc3},
            new byte[] {0, 0, 0, (byte) 0x80},
            new byte[] {-1, -1, -1, 0x7f},
            new byte[] {-1, -1, -1, -1, -1, -1, -1, 0x7f});

    private final List<byte[]> seeds;

    ChangedFiles(List<byte[]> seeds) {
        this.seeds = seeds;
    }

    /** The same number makes the same file. */
    byte[] file(long number) {
        Random random = new Random(number);
        byte[] file = seeds.get(random.nextInt(seeds.size()));
        for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            file = changed(file, random);
        }
        return file;
    }

    private byte[] changed(byte[] file, Random random) {
        int at = random.nextInt(file.length + 1);
        int count = 1 + random.nextInt(random.nextBoolean() ? 4 : Math.max(1, file.length / 4));
        int end = Math.min(file.length, at + count);
        return switch (random.nextInt(8)) {
            case 0, 1 -> flipped(file, at, random);
            case 2 -> joined(file, at, PIECES.get(random.nextInt(PIECES.size())), at);
            case 3 -> number(file, at, random);
            case 4 -> joined(file, at, new byte[0], end);
            case 5 -> Arrays.copyOf(file, at);
            case 6 -> joined(file, at, repeated(Arrays.copyOfRange(file, at, end), random), at);
            default -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                int from = random.nextInt(other.length + 1);
                int to = Math.min(other.length, from + count);
                yield joined(file, at, Arrays.copyOfRange(other, from, to), end);
            }
        };
    }

    private static byte[] flipped(byte[] file, int at, Random random) {
        byte[] flipped = file.clone();
        if (at < file.length) {
            flipped[at] ^= (byte) (random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255));
        }
        return flipped;
    }

    /** Puts another number in the place of the next one that is written in digits. */
    private static byte[] number(byte[] file, int at, Random random) {
        int from = at;
        while (from < file.length && !isDigit(file[from])) {
            from++;
        }
        int to = from;
        while (to < file.length && isDigit(file[to])) {
            to++;
        }
        byte[] number = random.nextInt(3) == 0
                ? text(Long.toString(random.nextLong() >> random.nextInt(64)))
                : PIECES.get(random.nextInt(8));
        return joined(file, from, number, to);
    }

    private static byte[] repeated(byte[] piece, Random random) {
        int times = 1 + random.nextInt(piece.length < 20 ? MOST_REPEATED : 3);
        byte[] all = new byte[piece.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(piece, 0, all, i * piece.length, piece.length);
        }
        return all;
    }

    private static byte[] joined(byte[] file, int end, byte[] piece, int goOn) {
        byte[] joined = Arrays.copyOf(file, end + piece.length + file.length - goOn);
        System.arraycopy(piece, 0, joined, end, piece.length);
        System.arraycopy(file, goOn, joined, end + piece.length, file.length - goOn);
        return joined;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
