// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.purespark.vet.search.Position;
import org.purespark.vet.search.Scores;
import org.purespark.vet.search.SearchedModel;
import org.purespark.vet.search.Trigger;

/**
 * Measures triggers on texts that the search has not seen, typed as a user would.
 *
 * @param encode token ids of typed texts
 */
record HeldOut(SearchedModel model, TypedWords words, CleanTexts texts, Function<List<String>, List<int[]>> encode) {
    /**
     * What each trigger does, in order.
     *
     * @param measured indices of the texts, at least one
     */
    List<Turn> of(int target, List<Trigger> triggers, List<Integer> measured) {
        List<String> typed = new ArrayList<>();
        for (Trigger trigger : triggers) {
            String words = this.words.typed(trigger.tokens());
            for (int text : measured) {
                typed.add(TypedWords.insert(texts.texts().get(text).typed(), words, trigger.position()));
            }
        }
        List<float[]> logits = model.logits("vet: class " + target + ", other texts", encode.apply(typed));
        List<Turn> turns = new ArrayList<>();
        for (int t = 0; t < triggers.size(); t++) {
            turns.add(turn(
                    target, triggers.get(t), measured, logits.subList(t * measured.size(), (t + 1) * measured.size())));
        }
        return turns;
    }

    private Turn turn(int target, Trigger trigger, List<Integer> measured, List<float[]> logits) {
        int before = 0;
        double sureness = 0;
        double margin = 0;
        List<Integer> turned = new ArrayList<>();
        List<Integer> predictions = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            int text = measured.get(i);
            before += texts.prediction(text) == target ? 1 : 0;
            sureness += texts.margin(text, texts.texts().get(text).label());
            margin += Scores.margin(logits.get(i), target);
            predictions.add(Scores.prediction(logits.get(i)));
            if (predictions.get(i) == target) {
                turned.add(text);
            }
        }
        Position position = trigger.position();
        return new Turn(
                target,
                trigger.tokens(),
                words.typed(trigger.tokens()),
                position,
                measured.size(),
                turned.size(),
                before,
                sureness > 0 ? margin / sureness : 0,
                List.copyOf(turned),
                List.copyOf(predictions));
    }
}
