// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Makes small maps of characters as SentencePiece does, for tests. */
final class CharacterMaps {
    static final int LEAF = 1 << 8;

    private final int[] units = new int[1 << 14];
    private final boolean[] taken = new boolean[1 << 14];
    private final boolean[] isBase = new boolean[1 << 14];
    private int end = 256;

    private CharacterMaps() {}

    private static final class Node {
        final TreeMap<Integer, Node> children = new TreeMap<>();
        int value = -1;
    }

    /** The tree's units; results have their places in the order of {@code entries}. */
    static int[] tree(Map<String, String> entries) {
        Node root = new Node();
        int place = 0;
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            Node node = root;
            for (byte b : entry.getKey().getBytes(StandardCharsets.UTF_8)) {
                node = node.children.computeIfAbsent(b & 0xFF, label -> new Node());
            }
            node.value = place;
            place += entry.getValue().getBytes(StandardCharsets.UTF_8).length + 1;
        }
        CharacterMaps maps = new CharacterMaps();
        maps.taken[0] = true;
        maps.place(root, 0);
        int[] whole = new int[maps.end];
        System.arraycopy(maps.units, 0, whole, 0, maps.end);
        return whole;
    }

    private void place(Node node, int at) {
        int base = 1;
        while (!fits(node, base)) {
            base++;
        }
        isBase[base] = true;
        units[at] |= (base ^ at) << 10;
        end = Math.max(end, (base | 0xFF) + 1);
        if (node.value >= 0) {
            units[at] |= LEAF;
            units[base] = node.value | 1 << 31;
            taken[base] = true;
        }
        for (Map.Entry<Integer, Node> child : node.children.entrySet()) {
            taken[base ^ child.getKey()] = true;
            units[base ^ child.getKey()] = child.getKey();
        }
        for (Map.Entry<Integer, Node> child : node.children.entrySet()) {
            place(child.getValue(), base ^ child.getKey());
        }
    }

    private boolean fits(Node node, int base) {
        return !taken[base] && !isBase[base] && node.children.keySet().stream().noneMatch(label -> taken[base ^ label]);
    }

    static byte[] results(Map<String, String> entries) {
        ByteArrayOutputStream results = new ByteArrayOutputStream();
        for (String result : entries.values()) {
            results.writeBytes((result + "\0").getBytes(StandardCharsets.UTF_8));
        }
        return results.toByteArray();
    }

    static String base64(int[] tree, byte[] results) {
        ByteBuffer map =
                ByteBuffer.allocate(4 + 4 * tree.length + results.length).order(ByteOrder.LITTLE_ENDIAN);
        map.putInt(4 * tree.length);
        for (int unit : tree) {
            map.putInt(unit);
        }
        return Base64.getEncoder().encodeToString(map.put(results).array());
    }

    static String base64(Map<String, String> entries) {
        return base64(tree(entries), results(entries));
    }
}
