// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.purify.Inputs;

/**
 * One row of a manifest.
 *
 * @param place file and row, for messages
 * @param name unique in the manifest, safe as a directory name
 * @param inputs the row's own inputs, addresses resolved against the manifest's directory
 * @param settings key and value of each setting that the row overrides
 * @param seeds of its runs; empty where the sweep's own seed serves
 */
public record Suspect(String place, String name, Inputs inputs, SortedMap<String, String> settings, List<Long> seeds) {
    public Suspect {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        seeds = List.copyOf(seeds);
    }
}
