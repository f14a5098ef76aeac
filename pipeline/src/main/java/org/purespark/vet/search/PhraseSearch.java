// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Grows phrases from single words: a beam, with candidates for every place of a phrase by its gradient. */
final class PhraseSearch {
    private static final int BEAM = 3;
    /** From this mean probability of the target on a longer phrase tells nothing more. */
    private static final double ENOUGH = 0.995;
    /** Candidates that are tried in all texts. */
    private static final int FINALISTS = 8;
    /** Of the candidates so many parts of three are for the new word, the others for the words before it. */
    private static final int PARTS_FOR_THE_NEW_WORD = 2;

    private final Trial trial;
    private final Words words;
    private final String name;
    private final int target;
    private final List<int[]> texts;
    private final List<int[]> some;

    /**
     * @param name of the search, for the display of progress
     * @param texts all texts of the search
     * @param some of them, for the first trial of each candidate
     */
    PhraseSearch(Trial trial, Words words, String name, int target, List<int[]> texts, List<int[]> some) {
        this.trial = trial;
        this.words = words;
        this.name = name;
        this.target = target;
        this.texts = texts;
        this.some = some;
    }

    /**
     * The strongest phrase of at most 2, 3, … words; once a phrase turns nearly all texts, longer ones are not looked
     * for, and it stands for them.
     *
     * @param singles the strongest words first, at least one
     * @param neutral a word that holds the place of the next one
     * @param tokens that may be spent
     */
    List<ScoredTrigger> grow(List<ScoredTrigger> singles, int neutral, int longest, long tokens) {
        List<ScoredTrigger> found = new ArrayList<>();
        List<ScoredTrigger> beam = TriggerSearch.first(singles, BEAM);
        ScoredTrigger best = singles.get(0);
        for (int length = 2; length <= longest; length++) {
            if (best.probability() < ENOUGH) {
                beam = longer(beam, singles, neutral, length, tokens / (longest - 1));
                if (beam.get(0).probability() > best.probability()) {
                    best = beam.get(0);
                }
            }
            found.add(best);
        }
        return found;
    }

    private List<ScoredTrigger> longer(
            List<ScoredTrigger> beam, List<ScoredTrigger> singles, int neutral, int length, long tokens) {
        int affordable = TriggerSearch.count(tokens * 0.6, some, length);
        int each = Math.max(2, affordable / beam.size());
        int forNew = Math.max(1, each * PARTS_FOR_THE_NEW_WORD / 3);
        int forOld = Math.max(1, (each - forNew) / (length - 1));
        Set<Trigger> tried = new LinkedHashSet<>();
        for (ScoredTrigger start : beam) {
            Trigger open = start.trigger().with(neutral);
            double[][] gradients = trial.gradients(name + ", gradient of " + length + " words", open, some, target);
            for (int word : words.best(gradients[length - 1], Math.max(1, forNew * 3 / 4))) {
                tried.add(start.trigger().with(word));
            }
            for (ScoredTrigger single : TriggerSearch.first(singles, Math.max(1, forNew / 4))) {
                tried.add(start.trigger().with(single.trigger().tokens().get(0)));
            }
            int strongest = singles.get(0).trigger().tokens().get(0);
            for (int place = 0; place < length - 1; place++) {
                for (int word : words.best(gradients[place], forOld)) {
                    tried.add(start.trigger().with(strongest).with(place, word));
                }
            }
        }
        List<ScoredTrigger> scored = trial.of(name + ", phrases of " + length + " words", tried, some, target);
        int finalists = Math.min(FINALISTS, TriggerSearch.count(tokens * 0.3, texts, length));
        List<ScoredTrigger> measured = trial.of(
                name + ", best phrases of " + length + " words",
                TriggerSearch.triggers(scored, finalists),
                texts,
                target);
        return TriggerSearch.first(measured, BEAM);
    }
}
