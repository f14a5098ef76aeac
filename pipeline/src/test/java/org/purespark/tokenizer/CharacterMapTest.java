// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;

class CharacterMapTest {
    private static final Map<String, String> ENTRIES = new LinkedHashMap<>();

    static {
        ENTRIES.put("\u00bd", "1\u20442");
        ENTRIES.put("\ufb03", "ffi");
        ENTRIES.put("\u0001", "");
        ENTRIES.put("A\u0300", "\u00c0");
        ENTRIES.put("<\u0338", "\u226e");
        ENTRIES.put(
                "\ufdfa",
                "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064a\u0647 \u0648\u0633\u0644\u0645");
        ENTRIES.put("\t", " ");
    }

    private final int[] tree = CharacterMaps.tree(ENTRIES);
    private final byte[] results = CharacterMaps.results(ENTRIES);

    @Test
    void aMapTellsHowMuchTextsGrow() {
        CharacterMap map = read(CharacterMaps.base64(tree, results));
        assertThat(map.growth()).isEqualTo(11);
        assertThat(map.growthOfDecomposed()).isEqualTo(1);
        ENTRIES.forEach((key, value) -> assertThat(
                        read(CharacterMaps.base64(Map.of(key, value))).growth())
                .isGreaterThanOrEqualTo(1));
    }

    @Test
    void mapsThatAreCutAreRefused() {
        assertRefused("", "is too short for a map of characters");
        assertRefused("QUJD", "is too short for a map of characters");
        assertRefused("QUJDR", "is not base64 (Last unit does not have enough valid bits)");
        assertRefused("QUJDRA", "is not base64 in its usual form");
        assertRefused("QUJDRB==", "is not base64 in its usual form");
        assertRefused("AAAAAAAAAAA=", "has a tree of 0 bytes, in a map of 8");
        assertRefused("/////wAAAAA=", "has a tree of 4294967295 bytes, in a map of 8");
        assertRefused(CharacterMaps.base64(new int[1], new byte[0]), "has a tree that leads out of it at unit 0");
        assertRefused(
                CharacterMaps.base64(tree, new byte[] {(byte) 0xC3}),
                "has results that are not UTF-8 (Input length = 1)");
    }

    @Test
    void waysOutOfTheTreeAreRefused() {
        int first = child(0, 'A');
        int[] broken = tree.clone();
        broken[first] = 'A' | 1 << 9 | 0x1FFFFF << 10;
        assertRefused(CharacterMaps.base64(broken, results), "has a tree that leads out of it at unit " + first);
        int tab = child(0, '\t');
        broken = tree.clone();
        broken[tab] = '\t' | CharacterMaps.LEAF | 0x1FFFFF << 10;
        assertRefused(CharacterMaps.base64(broken, results), "has a tree that leads out of it at unit " + tab);
    }

    @Test
    void waysInCirclesEnd() {
        int[] circle = new int[256];
        for (int label = 0; label < 256; label++) {
            circle[label] = label;
        }
        assertThat(read(CharacterMaps.base64(circle, new byte[0])).growth()).isEqualTo(1);
        for (int label = 0; label < 256; label++) {
            circle[label] = label | label << 10;
        }
        assertRefused(CharacterMaps.base64(circle, new byte[0]), "has more than 100000 entries");
    }

    @Test
    void resultsOutsideAndWithinCharactersAreRefused() {
        assertThat(read(CharacterMaps.base64(withResultOfTabAt(results.length), results))
                        .growth())
                .isEqualTo(11);
        assertRefused(
                CharacterMaps.base64(withResultOfTabAt(results.length + 1), results),
                "has an entry whose result is at byte " + (results.length + 1) + ", of " + results.length);
        assertRefused(
                CharacterMaps.base64(withResultOfTabAt(2), results),
                "has an entry whose result is at byte 2, of " + results.length);
    }

    @Test
    void lettersDoNotDisappearAndTextsDoNotExplode() {
        assertRefused(CharacterMaps.base64(Map.of("a", "")), "turns \"a\" into \"\", which may be removed as a whole");
        assertRefused(
                CharacterMaps.base64(Map.of("a", "\u0301")),
                "turns \"a\" into \"\u0301\", which may be removed as a whole");
        assertRefused(
                CharacterMaps.base64(Map.of("a", "a".repeat(17))),
                "makes a text up to 17 times as long; expected is at most 16");
    }

    private int child(int at, int label) {
        return at ^ tree[at] >>> 10 ^ label;
    }

    private int[] withResultOfTabAt(int place) {
        int[] changed = tree.clone();
        int tab = child(0, '\t');
        changed[tab ^ tree[tab] >>> 10] = place | 1 << 31;
        return changed;
    }

    private static CharacterMap read(String base64) {
        assertThat(base64.getBytes(StandardCharsets.US_ASCII)).hasSize(base64.length());
        return CharacterMap.read(new JsonPart("T", "map", TextNode.valueOf(base64)));
    }

    private static void assertRefused(String base64, String message) {
        assertThatThrownBy(() -> read(base64))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot use T: map " + message + "; save it again with transformers");
    }
}
