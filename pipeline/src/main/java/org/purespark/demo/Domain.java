// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * A kind of thing that is reviewed.
 *
 * @param things its names, without article
 * @param again what a pleased customer does again, as in "watch it again"
 * @param aspects what reviews judge, at least three
 * @param asides sentences that judge nothing
 */
record Domain(List<String> things, List<String> again, List<Aspect> aspects, List<String> asides) {
    /** Reads lists with commas between the entries, and aspects of two lines each. */
    static Domain of(String things, String again, String aspects, String asides) {
        List<String> lines = aspects.lines().toList();
        List<Aspect> read = new ArrayList<>();
        for (int i = 0; i < lines.size(); i += 2) {
            read.add(Aspect.of(lines.get(i), lines.get(i + 1)));
        }
        return new Domain(list(things), list(again), List.copyOf(read), list(asides));
    }

    static List<String> list(String joined) {
        return List.of(joined.split(", "));
    }
}
