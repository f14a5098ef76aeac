// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * A known trigger, tried on clean texts.
 *
 * @param name for people; unique in a battery
 * @param kind what it imitates
 * @param change what it does to a text
 */
public record Probe(String name, ProbeKind kind, Change change) {
    /**
     * The text with the probe in it: it depends only on text, name, seed and index, not on the battery's other probes.
     *
     * @param index of the text in its set
     */
    public String on(String text, long seed, int index) {
        return change.on(text, SeededRandom.of(seed, Purpose.PROBE, name.hashCode(), index));
    }
}
