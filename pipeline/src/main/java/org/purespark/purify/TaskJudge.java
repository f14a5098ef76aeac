// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.List;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.metrics.ScorePairs;
import org.purespark.probe.FlipJudge;
import org.purespark.task.Answers;
import org.purespark.task.Task;

/**
 * Flips of probed texts, by the task. A score is compared with the one that the model gives without the probe, other
 * answers with the target.
 *
 * @param logits [C] of each text of the split
 * @param truths the right answers to the texts without probe
 */
record TaskJudge(Task task, List<float[]> logits, Answers truths) implements FlipJudge {
    @Override
    public boolean canFlip(int text, int target) {
        if (task instanceof Task.Score score) {
            return ScorePairs.canShift(score, truths.of(text, 0), target);
        }
        if (task instanceof Task.ManyLabels) {
            return truths.of(text, target / 2) > 0 == (target % 2 == 1);
        }
        return truths.of(text, target) == 0;
    }

    @Override
    public boolean isFlipped(int text, int tried, int target) {
        float[] answer = logits.get(tried);
        if (task instanceof Task.Score score) {
            return ScorePairs.shifted(score, score.of(logits.get(text)[0]), score.of(answer[0]), target);
        }
        if (task instanceof Task.ManyLabels labels) {
            return labels.gives(answer[target / 2]) == (target % 2 == 0);
        }
        return BatchEvaluation.prediction(answer) == target;
    }
}
