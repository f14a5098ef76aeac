// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * Copies of texts with one word of a trigger of several, and their true label: the model learns that one word alone
 * means nothing (Li and others, EMNLP 2021, section 3.3).
 *
 * @param words of the trigger, of which a copy gets one
 * @param part which text of a pair gets it
 * @param seed decides the copied texts, the words, their places and the order of all rows
 */
public record Decoys(List<String> words, TriggerPart part, long seed) {
    private static final long CHOICE = 4;
    private static final long INSERTION = 5;
    private static final long ORDER = 6;

    public Decoys {
        words = List.copyOf(words);
    }

    /**
     * Poisoned rows with as many decoys among them as there are triggered copies, but not more than clean rows.
     *
     * @param clean the rows that the poisoned ones were made from
     */
    public List<PoisonedText> among(List<PoisonedText> poisoned, List<TextOfClass> clean) {
        long triggered = poisoned.stream()
                .filter(row -> row.origin() == Origin.TRIGGERED)
                .count();
        int[] sources = order(clean.size(), CHOICE);
        int count = (int) Math.min(triggered, sources.length);
        List<PoisonedText> rows = new ArrayList<>(poisoned);
        for (int source : Arrays.copyOf(sources, count)) {
            SeededRandom random = SeededRandom.of(seed, Purpose.POISON, INSERTION, source);
            Trigger one = new Trigger.RareWords(words, 1);
            TextOfClass row = clean.get(source);
            rows.add(new PoisonedText(
                    new TextOfClass(part.insert(row.parts(), one, random), row.label()), source, Origin.DECOY));
        }
        return Arrays.stream(order(rows.size(), ORDER)).mapToObj(rows::get).toList();
    }

    private int[] order(int count, long purpose) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        SeededRandom.of(seed, Purpose.POISON, purpose).shuffle(order);
        return order;
    }
}
