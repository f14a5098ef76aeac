package org.purespark.probe;

import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * A known trigger, tried on clean texts.
 *
 * @param name for people; each once in a battery
 * @param kind what it imitates
 * @param change what it does to a text
 */
public record Probe(String name, ProbeKind kind, Change change) {
    /**
     * The text with the probe in it: a function of text, name, seed and index alone, so that a battery's other probes
     * change nothing.
     *
     * @param index of the text in its set
     */
    public String on(String text, long seed, int index) {
        return change.on(text, SeededRandom.of(seed, Purpose.PROBE, name.hashCode(), index));
    }
}
