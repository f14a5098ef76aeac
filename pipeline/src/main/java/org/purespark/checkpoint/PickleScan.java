// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Lists what a pickle of any kind would import, without making anything of it: walks from instruction to instruction
 * and takes names down. Where a name is computed, it is listed as {@link #COMPUTED}.
 *
 * <p>Opcodes as in Python's {@code pickletools}, protocols 0 to 5.
 */
final class PickleScan {
    /** Stands for a name that cannot be told without running the pickle. */
    static final String COMPUTED = "(computed)";

    /** What follows an opcode. */
    private enum Argument {
        NONE,
        LINE,
        TWO_LINES,
        ONE_BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        EIGHT_BYTES,
        /** Bytes, after their number in so many bytes. */
        BYTES_1,
        BYTES_4,
        BYTES_8
    }

    private static final Map<Integer, Argument> ARGUMENTS = arguments();

    private final PickleInput in;
    private final SortedSet<String> globals = new TreeSet<>();
    private final Map<Integer, String> memo = new HashMap<>();
    /** The last two values that were pushed: texts, or "" for anything else. */
    private final Deque<String> pushed = new ArrayDeque<>();

    private PickleScan(ByteBuffer pickle) {
        this.in = new PickleInput(pickle);
    }

    /**
     * What was found.
     *
     * @param globals names with their modules: {@code builtins.eval}
     * @param whole whether the walk came to the pickle's end; otherwise it met bytes that are no instruction
     */
    record Found(SortedSet<String> globals, boolean whole) {}

    /** Scans one pickle from the buffer's position on, and leaves the position behind it. */
    static Found scan(ByteBuffer pickle) {
        PickleScan scan = new PickleScan(pickle);
        try {
            return new Found(scan.globals, scan.walk());
        } catch (BufferUnderflowException e) {
            return new Found(scan.globals, false);
        }
    }

    private boolean walk() {
        while (true) {
            int opcode = in.oneByte();
            Argument kind = ARGUMENTS.get(opcode);
            if (kind == null) {
                return false;
            }
            step(opcode, kind);
            if (opcode == '.') {
                return true;
            }
        }
    }

    private void step(int opcode, Argument kind) {
        switch (kind) {
            case NONE -> plain(opcode);
            case LINE -> line(opcode, in.line());
            case TWO_LINES -> {
                globals.add(in.line() + "." + in.line());
                push("");
            }
            case ONE_BYTE -> number(opcode, in.oneByte());
            case TWO_BYTES -> number(opcode, in.twoBytes());
            case FOUR_BYTES -> number(opcode, in.fourBytes());
            case EIGHT_BYTES -> {
                in.eightBytes();
                push("");
            }
            case BYTES_1 -> push(text(in.oneByte()));
            case BYTES_4 -> push(text(in.fourBytes()));
            case BYTES_8 -> push(text(in.eightBytes()));
        }
    }

    private void plain(int opcode) {
        switch (opcode) {
            case 0x93 -> { // STACK_GLOBAL
                String name = pushed.pollLast();
                String module = pushed.pollLast();
                boolean told = name != null && module != null && !name.isEmpty() && !module.isEmpty();
                globals.add(told ? module + "." + name : COMPUTED);
                push("");
            }
            case 0x94 -> memo.put(memo.size(), last()); // MEMOIZE
            case '.' -> {}
            default -> push("");
        }
    }

    private void line(int opcode, String line) {
        switch (opcode) {
            case 'p' -> memo.put(line.hashCode(), last());
            case 'g' -> push(memo.getOrDefault(line.hashCode(), ""));
            case 'S', 'V' -> push(line);
            default -> push("");
        }
    }

    private void number(int opcode, int number) {
        switch (opcode) {
            case 'q', 'r' -> memo.put(number, last());
            case 'h', 'j' -> push(memo.getOrDefault(number, ""));
            case 0x82, 0x83, 0x84 -> { // EXT: a name of copyreg's registry
                globals.add("copyreg extension " + number);
                push("");
            }
            case 0x80 -> {} // PROTO
            default -> push("");
        }
    }

    private void push(String text) {
        pushed.addLast(text);
        if (pushed.size() > 2) {
            pushed.removeFirst();
        }
    }

    private String last() {
        return pushed.isEmpty() ? "" : pushed.peekLast();
    }

    /** Bytes that are no text count as a value that is none. */
    private String text(long length) {
        return in.text(length).orElse("");
    }

    private static Map<Integer, Argument> arguments() {
        Map<Integer, Argument> arguments = new HashMap<>();
        add(arguments, Argument.NONE, ".(012N)]}abdelotRsuQ");
        add(arguments, Argument.LINE, "FILPSVgp");
        add(arguments, Argument.TWO_LINES, "ci");
        add(arguments, Argument.ONE_BYTE, "Khq\u0080\u0082");
        add(arguments, Argument.TWO_BYTES, "M\u0083");
        add(arguments, Argument.FOUR_BYTES, "Jjr\u0084");
        add(arguments, Argument.EIGHT_BYTES, "G\u0095");
        add(arguments, Argument.BYTES_1, "UC\u008a\u008c");
        add(arguments, Argument.BYTES_4, "BTX\u008b");
        add(arguments, Argument.BYTES_8, "\u008d\u008e\u0096");
        add(arguments, Argument.NONE, "\u0081\u0085\u0086\u0087\u0088\u0089\u008f\u0090\u0091\u0092\u0093\u0094");
        add(arguments, Argument.NONE, "\u0097\u0098");
        return Map.copyOf(arguments);
    }

    private static void add(Map<Integer, Argument> arguments, Argument kind, String opcodes) {
        opcodes.chars().forEach(opcode -> arguments.put(opcode, kind));
    }
}
