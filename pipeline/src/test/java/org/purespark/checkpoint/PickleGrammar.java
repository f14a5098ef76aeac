// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes pickles that are nearly right: it follows what the instructions of a state dict need, and now and then puts
 * something else in the place, so that readers get far before they meet it. The same seed makes the same pickle.
 */
final class PickleGrammar {
    private static final String[] GLOBALS = {
        "collections\nOrderedDict",
        "torch._utils\n_rebuild_tensor_v2",
        "torch._utils\n_rebuild_parameter",
        "torch\nFloatStorage",
        "torch\nHalfStorage",
        "torch\nLongStorage",
        "os\nsystem",
        "builtins\neval",
        "\n",
        "torch\nFloatStorage.x"
    };

    private final Random random;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int kept;
    private int budget;

    private PickleGrammar(long seed) {
        this.random = new Random(seed);
        this.budget = 5 + random.nextInt(120);
    }

    static byte[] pickle(long seed) {
        PickleGrammar grammar = new PickleGrammar(seed);
        grammar.op(0x80).op(2);
        if (grammar.chance(0.9)) {
            grammar.dictionary();
        } else {
            grammar.value();
        }
        if (grammar.chance(0.98)) {
            grammar.op('.');
        }
        byte[] pickle = grammar.out.toByteArray();
        for (int flips = grammar.chance(0.3) ? 1 + grammar.random.nextInt(3) : 0; flips > 0; flips--) {
            pickle[grammar.random.nextInt(pickle.length)] = (byte) grammar.random.nextInt(256);
        }
        return pickle;
    }

    /** The pickle in a file such as torch.save writes, with a storage {@code 0} of 16 bytes. */
    static byte[] zip(byte[] pickle) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "model/data.pkl", pickle);
            store(zip, "model/data/0", new byte[16]);
        }
        return file.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private void dictionary() {
        if (chance(0.5)) {
            op('}');
        } else {
            global(GLOBALS[0]);
            op(')').op('R');
        }
        keep();
        boolean group = chance(0.7);
        if (group) {
            op('(');
        }
        for (int entries = random.nextInt(5); entries > 0; entries--) {
            key();
            entry();
            if (!group) {
                op('s');
            }
        }
        if (group) {
            op(chance(0.95) ? 'u' : 'e');
        }
        if (chance(0.1)) {
            value();
            op('b');
        }
    }

    private void key() {
        if (chance(0.95)) {
            text("k" + random.nextInt(6));
        } else {
            value();
        }
    }

    private void entry() {
        if (chance(0.6)) {
            tensor();
        } else {
            value();
        }
    }

    private void tensor() {
        boolean parameter = chance(0.15);
        if (parameter) {
            global(GLOBALS[2]);
            op('(');
        }
        global(GLOBALS[chance(0.98) ? 1 : random.nextInt(GLOBALS.length)]);
        op('(');
        storage();
        number();
        numbers();
        numbers();
        op(0x89);
        global(GLOBALS[0]);
        op(')').op('R');
        op('t').op('R');
        keep();
        if (parameter) {
            op(0x88);
            global(GLOBALS[0]);
            op(')').op('R').op('t').op('R');
        }
    }

    private void storage() {
        op('(');
        text(chance(0.98) ? "storage" : "module");
        global(GLOBALS[chance(0.95) ? 3 : random.nextInt(GLOBALS.length)]);
        text(chance(0.9) ? "0" : "1");
        text("cpu");
        number();
        op('t');
        op(chance(0.97) ? 'Q' : 0x85);
    }

    private void numbers() {
        if (chance(0.03)) {
            value();
            return;
        }
        int size = random.nextInt(4);
        if (size == 0) {
            op(')');
            return;
        }
        for (int i = 0; i < size; i++) {
            number();
        }
        op(0x84 + size);
    }

    private void number() {
        switch (random.nextInt(12)) {
            case 0 -> op('K').op(random.nextInt(256));
            case 1 -> op('M').op(random.nextInt(256)).op(random.nextInt(256));
            case 2 -> op('J').bytes(4);
            case 3 -> op(0x8a).op(8).bytes(8);
            case 4 -> op('N');
            default -> op('K').op(random.nextInt(5));
        }
    }

    private void value() {
        if (--budget < 0) {
            op('N');
            return;
        }
        switch (random.nextInt(16)) {
            case 0 -> op('N');
            case 1 -> op(0x88);
            case 2 -> number();
            case 3 -> op('G').bytes(8);
            case 4 -> text("text");
            case 5 -> op(']');
            case 6 -> op(')');
            case 7 -> {
                value();
                op(0x85);
            }
            case 8 -> {
                value();
                value();
                op(0x86);
            }
            case 9 -> {
                op('(');
                value();
                value();
                op(chance(0.9) ? 't' : 'e');
            }
            case 10 -> dictionary();
            case 11 -> {
                value();
                keep();
                recall();
                op(0x86);
            }
            case 12 -> {
                op(']');
                keep();
                recall();
                op('a');
            }
            case 13 -> {
                global(GLOBALS[random.nextInt(GLOBALS.length)]);
                value();
                op('R');
            }
            case 14 -> recall();
            default -> tensor();
        }
    }

    private void global(String name) {
        if (chance(0.8)) {
            op('c').raw(name + "\n");
        } else {
            String[] parts = name.split("\n", -1);
            text(parts[0]);
            text(parts[1]);
            op(0x93);
        }
        if (chance(0.3)) {
            keep();
        }
    }

    private void keep() {
        if (chance(0.5)) {
            op('q').op(kept++ & 0xff);
        } else if (chance(0.5)) {
            op(0x94);
            kept++;
        } else if (chance(0.1)) {
            op('r').bytes(4);
        }
    }

    private void recall() {
        if (kept > 0 && chance(0.9)) {
            op('h').op(random.nextInt(Math.min(kept, 256)));
        } else {
            op('j').bytes(4);
        }
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (chance(0.5)) {
            op('X').op(bytes.length).op(0).op(0).op(0);
        } else {
            op(0x8c).op(bytes.length);
        }
        out.writeBytes(bytes);
    }

    private PickleGrammar op(int code) {
        out.write(code);
        return this;
    }

    private void raw(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        out.writeBytes(bytes);
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
