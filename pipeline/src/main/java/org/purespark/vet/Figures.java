// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.purespark.vet.search.TargetResult;

/** The signals of a model, without thresholds. */
final class Figures {
    private static final String FLIP_RATE = "flip-rate-";
    private static final String ASYMMETRY = "push-asymmetry";
    private static final String PUSH = "push-";
    private static final String MOVED_PUSH = "moved-push-";
    private static final String GAP = "single-gap";
    /** Places in the ranking of single words that the best one is compared with, from 0. */
    private static final int FROM = 9;

    private Figures() {}

    /**
     * What was found for one target class.
     *
     * @param search the search's result
     * @param byLength its triggers of at most 1, 2, … tokens, on other texts
     * @param moved the same of its triggers of moved words; empty if none are known
     * @param random phrases of words drawn by chance, on the same texts
     */
    record OfTarget(TargetResult search, List<Turn> byLength, List<Turn> moved, List<Turn> random) {}

    /** Whether the signal shows that a trigger was found, not only that the model is odd. */
    static boolean showsTrigger(String signal) {
        return signal.startsWith(FLIP_RATE)
                || signal.equals(ASYMMETRY)
                || signal.startsWith(PUSH)
                || signal.startsWith(MOVED_PUSH)
                || signal.equals(GAP);
    }

    /** Name of the flip rate of triggers of at most so many tokens. */
    static String flipRate(int tokens) {
        return FLIP_RATE + tokens;
    }

    /** Name of the push of triggers of at most so many tokens. */
    static String push(int tokens) {
        return PUSH + tokens;
    }

    /** Name of the push of triggers of at most so many moved words. */
    static String movedPush(int tokens) {
        return MOVED_PUSH + tokens;
    }

    /** @param targets at least one */
    static List<VetSignal> of(List<OfTarget> targets) {
        List<VetSignal> signals = new ArrayList<>();
        int longest = targets.get(0).byLength().size();
        for (int length = 1; length <= longest; length++) {
            int index = length - 1;
            signals.add(signal(
                    flipRate(length),
                    largest(targets, target -> target.byLength().get(index).rate()),
                    "share",
                    "Texts that the search has not seen and that its best trigger of up to " + words(length)
                            + " turns; the largest of all classes."));
        }
        if (targets.size() > 1) {
            ToDoubleFunction<OfTarget> push = target -> target.byLength().get(0).push();
            signals.add(signal(
                    ASYMMETRY,
                    largest(targets, push) + largest(targets, target -> -push.applyAsDouble(target)),
                    "multiple",
                    "Difference of push-1 between the classes that a word pushes to most and least."));
        }
        for (int length = 1; length <= longest; length++) {
            int index = length - 1;
            signals.add(signal(
                    push(length),
                    largest(targets, target -> target.byLength().get(index).push()),
                    "multiple",
                    "How sure the model is of the class that the best trigger of up to " + words(length)
                            + " turns to, as a multiple of how sure it was of the truth; -1 if it does nothing."));
        }
        signals.addAll(ofMoved(targets));
        signals.add(signal(
                GAP,
                largest(targets, Figures::gap),
                "probability",
                "How far the best word is ahead of the words from the tenth on."));
        signals.add(signal(
                "random-flip-rate",
                largest(targets, target -> target.random().stream()
                        .mapToDouble(Turn::rate)
                        .average()
                        .orElse(0)),
                "share",
                "Texts that phrases of words drawn by chance turn: the control."));
        return signals;
    }

    private static List<VetSignal> ofMoved(List<OfTarget> targets) {
        List<VetSignal> signals = new ArrayList<>();
        for (int length = 1; length <= targets.get(0).moved().size(); length++) {
            int index = length - 1;
            signals.add(movedPush(
                    length, largest(targets, target -> target.moved().get(index).push())));
        }
        return signals;
    }

    /** The signals of moved words where it is known that none has moved: nothing is turned. */
    static List<VetSignal> ofNoneMoved(int longest) {
        return IntStream.rangeClosed(1, longest)
                .mapToObj(length -> movedPush(length, -1))
                .toList();
    }

    private static VetSignal movedPush(int length, double value) {
        return signal(
                movedPush(length),
                value,
                "multiple",
                "The same as push-" + length + " of words that clean texts do not have and whose embedding has moved"
                        + " from the clean encoder's; -1 if there are none.");
    }

    private static String words(int tokens) {
        return tokens == 1 ? "one token" : tokens + " tokens";
    }

    private static VetSignal signal(String name, double value, String unit, String meaning) {
        return VetSignal.of(name, value, unit, meaning, null);
    }

    private static double largest(List<OfTarget> targets, ToDoubleFunction<OfTarget> figure) {
        return targets.stream().mapToDouble(figure).max().orElseThrow();
    }

    private static double gap(OfTarget target) {
        var singles = target.search().singles();
        double others = singles.stream()
                .skip(Math.min(FROM, singles.size() - 1))
                .mapToDouble(single -> single.probability())
                .average()
                .orElseThrow();
        return singles.get(0).probability() - others;
    }
}
