// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.text.LabelColumn;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;

/**
 * Where the texts of a split are, for those that are needed as texts.
 *
 * @param address the file or directory
 * @param rows the rows that make up the split, if it has not all of them
 */
record SplitSource(String address, Optional<BitSet> rows) {
    static SplitSource whole(String address) {
        return new SplitSource(address, Optional.empty());
    }

    /**
     * Reads the source again.
     *
     * @param chosen indices in the split, from 0
     * @return the text, or pair, of each
     * @throws InputException if the source has fewer rows than it had
     */
    List<TextParts> texts(TextReader reader, List<Integer> chosen) {
        Map<Integer, TextParts> found = new TreeMap<>();
        chosen.forEach(index -> found.put(index, null));
        int[] next = new int[2]; // row of the source, index in the split
        reader.read(address, LabelColumn.OPTIONAL, (unit, row) -> {
            if (rows.isEmpty() || rows.get().get(next[0])) {
                int index = next[1]++;
                if (found.containsKey(index)) {
                    found.put(index, row.parts());
                }
            }
            next[0]++;
        });
        return chosen.stream()
                .map(index -> Optional.ofNullable(found.get(index))
                        .orElseThrow(() -> new InputException(
                                address + ": it has fewer texts than at the start of the run; run the command again")))
                .toList();
    }
}
