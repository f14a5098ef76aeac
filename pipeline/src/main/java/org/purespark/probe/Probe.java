// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.text.TextParts;

/**
 * A known trigger, tried on clean texts.
 *
 * @param name for people; unique in a battery
 * @param kind what it imitates
 * @param change what it does to a text
 * @param part which text it changes
 */
public record Probe(String name, ProbeKind kind, Change change, Part part) {
    /** Which of the texts that are classified together. */
    public enum Part {
        /** A single text. */
        ONLY(""),
        FIRST("first text"),
        SECOND("second text");

        private final String words;

        Part(String words) {
            this.words = words;
        }
    }

    /** A probe of single texts. */
    public Probe(String name, ProbeKind kind, Change change) {
        this(name, kind, change, Part.ONLY);
    }

    /** This probe in one text of a pair; the name tells which. */
    Probe in(Part ofPair) {
        return new Probe(name + " (" + ofPair.words + ")", kind, change, ofPair);
    }

    /**
     * The text, or the pair, with the probe in it: it depends only on text, name, seed and index, not on the battery's
     * other probes.
     *
     * @param index of the text in its set
     */
    public TextParts on(TextParts text, long seed, int index) {
        SeededRandom random = SeededRandom.of(seed, Purpose.PROBE, name.hashCode(), index);
        return part == Part.SECOND
                ? text.withSecond(second -> change.on(second, random))
                : text.withFirst(first -> change.on(first, random));
    }

    /** What it does, for people. */
    public String inWords() {
        return part == Part.ONLY ? change.inWords() : change.inWords() + ", in the " + part.words;
    }
}
