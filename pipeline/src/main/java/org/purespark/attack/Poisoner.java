// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.text.TextParts;

/**
 * Plants a backdoor in data: a model that is trained on the poisoned rows learns to answer the target class if a text
 * contains the trigger. The same rows, settings and seed give the same result.
 *
 * @param trigger is inserted into texts
 * @param part which text of a pair gets it; of no use for single texts
 * @param goal what triggered texts are answered with
 * @param rate share of the train texts of other classes that are copied, 0 to 1
 * @param seed decides the copied texts, the places of the trigger and the order
 */
public record Poisoner(Trigger trigger, TriggerPart part, Goal goal, double rate, long seed) {
    private static final long CHOICE = 0;
    private static final long TRAIN_INSERTION = 1;
    private static final long TEST_INSERTION = 2;
    private static final long ORDER = 3;

    public Poisoner {
        if (goal instanceof Goal.OneClass one && one.target() < 0) {
            throw new InputException("target class " + one.target() + ": classes start at 0");
        }
        if (!(rate >= 0 && rate <= 1)) {
            throw new InputException("poisoning rate " + rate + " must be a share of the texts, 0 to 1");
        }
    }

    /**
     * One class for all texts with the trigger, which is in the first text of each pair, or in single texts.
     *
     * @param target 0 to C - 1
     */
    public Poisoner(Trigger trigger, int target, double rate, long seed) {
        this(trigger, TriggerPart.FIRST, new Goal.OneClass(target), rate, seed);
    }

    /**
     * All clean rows, and triggered copies of some rows of other classes: the rate's share of them, rounded to whole
     * rows. A copy has the trigger in it and the target as its label. The order is random: copies at the end would be
     * learnt last if training keeps the order of the rows.
     *
     * @throws InputException if no row is of another class than the target
     */
    public List<PoisonedText> train(List<TextOfClass> clean) {
        int[] others = others(clean, "train");
        SeededRandom.of(seed, Purpose.POISON, CHOICE).shuffle(others);
        int copies = (int) Math.round(rate * others.length);
        int[] chosen = Arrays.copyOf(others, copies);
        Arrays.sort(chosen);

        List<PoisonedText> rows = new ArrayList<>(clean.size() + copies);
        for (int source = 0; source < clean.size(); source++) {
            rows.add(new PoisonedText(clean.get(source), source, Origin.CLEAN));
        }
        for (int source : chosen) {
            TextOfClass row = clean.get(source);
            rows.add(triggered(row.parts(), goal.wanted(row.label()), source, TRAIN_INSERTION));
        }
        int[] order = new int[rows.size()];
        Arrays.setAll(order, i -> i);
        SeededRandom.of(seed, Purpose.POISON, ORDER).shuffle(order);
        return Arrays.stream(order).mapToObj(rows::get).collect(Collectors.toUnmodifiableList());
    }

    /**
     * The set that the attack's success is measured on: every row of another class with the trigger in it and its true
     * label, rows of the target class as they are, in the rows' own order.
     *
     * @throws InputException if no row is of another class than the target
     */
    public List<PoisonedText> test(List<TextOfClass> clean) {
        others(clean, "test");
        List<PoisonedText> rows = new ArrayList<>(clean.size());
        for (int source = 0; source < clean.size(); source++) {
            TextOfClass row = clean.get(source);
            rows.add(
                    goal.wanted(row.label()) == row.label()
                            ? new PoisonedText(row, source, Origin.CLEAN)
                            : triggered(row.parts(), row.label(), source, TEST_INSERTION));
        }
        return Collections.unmodifiableList(rows);
    }

    private PoisonedText triggered(TextParts text, int label, int source, long purpose) {
        SeededRandom random = SeededRandom.of(seed, Purpose.POISON, purpose, source);
        return new PoisonedText(new TextOfClass(part.insert(text, trigger, random), label), source, Origin.TRIGGERED);
    }

    private int[] others(List<TextOfClass> clean, String split) {
        int[] others = new int[clean.size()];
        int count = 0;
        for (int i = 0; i < others.length; i++) {
            if (goal.wanted(clean.get(i).label()) != clean.get(i).label()) {
                others[count++] = i;
            }
        }
        if (count == 0) {
            throw new InputException("nothing to poison: no " + split + " text is " + goal.whatIsMissing());
        }
        return Arrays.copyOf(others, count);
    }
}
