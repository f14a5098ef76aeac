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
 * @param inputs the row's own inputs, addresses resolved against the manifest's directory; null if the row does not
 *     name them
 * @param settings the settings of the row, by key
 * @param seeds of its runs; empty for the sweep's own seed
 */
public record Suspect(String place, String name, Inputs inputs, SortedMap<String, String> settings, List<Long> seeds) {
    public Suspect {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        seeds = List.copyOf(seeds);
    }
}
