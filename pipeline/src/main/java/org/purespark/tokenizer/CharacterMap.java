// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import org.purespark.Shown;

/**
 * SentencePiece's map of characters, the field of a {@code Precompiled} normalizer: the number of bytes of a
 * double-array tree, the tree in 32-bit units, then the results as UTF-8, each with a zero byte at its end. The native
 * code follows the tree without a look at its bounds, which ends the process; so all ways that a text can take through
 * it are walked here. It looks up characters and short clusters of them, of at most 5 bytes.
 *
 * @param growth bytes of a result for each byte of what it stands for, at most
 * @param growthOfDecomposed the same for characters that compatibility decomposition (NFKD) leaves as they are
 */
record CharacterMap(double growth, double growthOfDecomposed) {
    private static final int LONGEST_BASE64 = 2_000_000;
    private static final int LONGEST_KEY = 5;
    private static final int MOST_WAYS = 100_000;
    private static final double MOST_GROWTH = 16;

    static CharacterMap read(JsonPart part) {
        byte[] map = decode(part, part.text(LONGEST_BASE64));
        if (map.length < 8) {
            throw part.refused("is too short for a map of characters");
        }
        ByteBuffer bytes = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        long treeBytes = Integer.toUnsignedLong(bytes.getInt());
        int units = (int) (treeBytes / 4);
        if (units < 1 || treeBytes > bytes.remaining()) {
            throw part.refused("has a tree of " + treeBytes + " bytes, in a map of " + map.length);
        }
        int[] tree = new int[units];
        bytes.asIntBuffer().get(tree);
        bytes.position(4 + 4 * units);
        byte[] results = Arrays.copyOfRange(map, bytes.position(), map.length);
        requireUtf8(part, results);
        Walk walk = new Walk(part, tree, results);
        walk.from(0, 0);
        if (walk.growth > MOST_GROWTH) {
            throw part.refused("makes a text up to " + Math.round(walk.growth) + " times as long; expected is at most "
                    + Math.round(MOST_GROWTH));
        }
        return new CharacterMap(walk.growth, walk.growthOfDecomposed);
    }

    private static byte[] decode(JsonPart part, String text) {
        try {
            byte[] map = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(map).equals(text)) {
                return map;
            }
        } catch (IllegalArgumentException e) {
            throw part.refused("is not base64 (" + e.getMessage() + ")");
        }
        throw part.refused("is not base64 in its usual form");
    }

    private static void requireUtf8(JsonPart part, byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw part.refused("has results that are not UTF-8 (" + e.getMessage() + ")");
        }
    }

    /** All ways through the tree. A unit has a label, a distance to its children, and whether a result stands there. */
    private static final class Walk {
        private final JsonPart part;
        private final int[] tree;
        private final byte[] results;
        private final byte[] key = new byte[LONGEST_KEY];
        private int ways;
        private double growth = 1;
        private double growthOfDecomposed = 1;

        Walk(JsonPart part, int[] tree, byte[] results) {
            this.part = part;
            this.tree = tree;
            this.results = results;
        }

        /** @param place of the unit whose children are walked, reached by {@code length} bytes of the key */
        void from(int place, int length) {
            if (++ways > MOST_WAYS) {
                throw part.refused("has more than " + MOST_WAYS + " entries");
            }
            int children = place ^ offset(tree[place]);
            for (int label = 1; label < 256; label++) {
                int child = children ^ label;
                if (child < 0 || child >= tree.length) {
                    throw part.refused("has a tree that leads out of it at unit " + place);
                }
                if ((tree[child] & 0x800000FF) == label) {
                    key[length] = (byte) label;
                    child(child, length + 1);
                }
            }
        }

        private void child(int place, int length) {
            if ((tree[place] >>> 8 & 1) == 1) {
                int leaf = place ^ offset(tree[place]);
                if (leaf < 0 || leaf >= tree.length) {
                    throw part.refused("has a tree that leads out of it at unit " + place);
                }
                result(tree[leaf] & Integer.MAX_VALUE, length);
            }
            if (length < LONGEST_KEY) {
                from(place, length);
            }
        }

        private static int offset(int unit) {
            return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
        }

        private void result(int from, int length) {
            if (from > results.length || from < results.length && (results[from] & 0xC0) == 0x80) {
                throw part.refused("has an entry whose result is at byte " + from + ", of " + results.length);
            }
            int to = from;
            while (to < results.length && results[to] != 0) {
                to++;
            }
            double factor = (double) (to - from) / length;
            growth = Math.max(growth, factor);
            String source = new String(key, 0, length, StandardCharsets.UTF_8);
            if (factor > growthOfDecomposed && Normalization.isDecomposed(source)) {
                growthOfDecomposed = factor;
            }
            if (Normalization.hasSolid(source)) {
                requireSolid(source, new String(results, from, to - from, StandardCharsets.UTF_8));
            }
        }

        /** An added token that becomes nothing would be found at each byte of a text. */
        private void requireSolid(String source, String result) {
            if (!Normalization.hasSolid(Normalizer.normalize(result, Normalizer.Form.NFD))) {
                throw part.refused("turns \"" + Shown.of(source) + "\" into \"" + Shown.of(result)
                        + "\", which may be removed as a whole");
            }
        }
    }
}
