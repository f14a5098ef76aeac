// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Puts triggers into texts and asks the model. */
final class Trial {
    private final SearchedModel model;
    private final Frame frame;
    private final TokenCount spent;

    Trial(SearchedModel model, Frame frame, TokenCount spent) {
        this.model = model;
        this.frame = frame;
        this.spent = spent;
    }

    /** Scores of all triggers on all texts in one pass, the strongest first; equals keep their order. */
    List<ScoredTrigger> of(String label, Collection<Trigger> triggers, List<int[]> texts, int target) {
        List<int[]> with = new ArrayList<>();
        for (Trigger trigger : triggers) {
            for (int[] text : texts) {
                with.add(frame.with(text, trigger.tokens(), trigger.position()));
            }
        }
        spent.forward(with);
        List<float[]> logits = model.logits(label, with);
        List<ScoredTrigger> scored = new ArrayList<>();
        int at = 0;
        for (Trigger trigger : triggers) {
            double probability = 0;
            double margin = 0;
            int flips = 0;
            for (int i = 0; i < texts.size(); i++) {
                float[] ofText = logits.get(at++);
                probability += Scores.probability(ofText, target);
                margin += Scores.margin(ofText, target);
                flips += Scores.prediction(ofText) == target ? 1 : 0;
            }
            scored.add(new ScoredTrigger(
                    trigger, (double) flips / texts.size(), probability / texts.size(), margin / texts.size()));
        }
        scored.sort(ScoredTrigger.STRONGEST);
        return scored;
    }

    /** [n][W] gradients by the tokens of a trigger at the start of the texts. */
    double[][] gradients(String label, Trigger trigger, List<int[]> texts, int target) {
        List<int[]> with = texts.stream()
                .map(text -> frame.with(text, trigger.tokens(), Position.START))
                .toList();
        spent.forwardAndBackward(with);
        return model.slotGradients(
                label, with, target, frame.before().size(), trigger.tokens().size());
    }
}
