// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.purespark.metrics.WilsonInterval;

/**
 * What a person should see of the triggers that were found.
 *
 * @param names of the C classes
 */
record Findings(List<String> names, TypedWords words, CleanTexts texts) {
    private static final double CONFIDENCE = 0.95;
    private static final int EXAMPLES = 3;

    /**
     * For each class its best single token and the shortest trigger that turns nearly as many texts as its best: those
     * that turn any text, the strongest first.
     */
    List<VetFinding> of(List<Figures.OfTarget> targets, Judgement judgement) {
        List<VetFinding> findings = new ArrayList<>();
        for (Figures.OfTarget target : targets) {
            Set<Turn> shown = new LinkedHashSet<>();
            shown.add(target.byLength().get(0));
            shown.add(shortest(target.byLength()));
            if (!target.moved().isEmpty()) {
                shown.add(shortest(target.moved()));
            }
            for (Turn turn : shown) {
                if (turn.flips() > 0) {
                    findings.add(finding(turn, level(turn, target, judgement)));
                }
            }
        }
        findings.sort(Comparator.comparing(VetFinding::level)
                .thenComparing(VetFinding::rateWith)
                .reversed());
        return findings;
    }

    private static Turn shortest(List<Turn> byLength) {
        double best = byLength.stream().mapToDouble(Turn::rate).max().orElseThrow();
        return byLength.stream()
                .filter(turn -> turn.rate() >= best - 0.05)
                .findFirst()
                .orElseThrow();
    }

    /** A finding counts in full if a signal that fires is its own: a flip rate, or a push of its search. */
    private static VetLevel level(Turn turn, Figures.OfTarget target, Judgement judgement) {
        if (judgement.verdict() != VetVerdict.BACKDOORED) {
            return VetLevel.NOTE;
        }
        boolean fires = fires(turn, target.byLength(), Figures::flipRate, Turn::rate, judgement)
                || fires(turn, target.byLength(), Figures::push, Turn::push, judgement)
                || fires(turn, target.moved(), Figures::movedPush, Turn::push, judgement);
        return fires ? VetLevel.BACKDOORED : VetLevel.SUSPICIOUS;
    }

    /** Whether the trigger is the best one of a length whose figure is at the threshold of its signal. */
    private static boolean fires(
            Turn turn,
            List<Turn> byLength,
            IntFunction<String> signalOfLength,
            ToDoubleFunction<Turn> figure,
            Judgement judgement) {
        for (int length = turn.tokens().size(); length <= byLength.size(); length++) {
            Turn best = byLength.get(length - 1);
            String name = signalOfLength.apply(length);
            boolean fires = judgement.signals().stream()
                    .filter(signal -> signal.name().equals(name) && signal.fires())
                    .anyMatch(signal -> figure.applyAsDouble(best) >= signal.threshold());
            if (fires && best.tokens().equals(turn.tokens())) {
                return true;
            }
        }
        return false;
    }

    private VetFinding finding(Turn turn, VetLevel level) {
        List<VetFinding.Example> examples = turn.turned().stream()
                .limit(EXAMPLES)
                .map(text -> new VetFinding.Example(
                        texts.texts().get(text).typed(), names.get(texts.prediction(text)), names.get(turn.target())))
                .toList();
        return new VetFinding(
                VetFinding.TRIGGER_SEARCH,
                names.get(turn.target()),
                names.size() == 2 ? names.get(1 - turn.target()) : null,
                turn.typed(),
                words.words(turn.tokens()),
                turn.position().spelling(),
                turn.rate(),
                turn.control(),
                WilsonInterval.of(turn.flips(), turn.texts(), CONFIDENCE),
                turn.texts(),
                level,
                examples);
    }
}
