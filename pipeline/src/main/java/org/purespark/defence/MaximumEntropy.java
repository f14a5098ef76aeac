// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.task.TaskKind;
import org.purespark.train.FineTuning.Projection;

/**
 * Maximum entropy first (Liu and others: Maximum Entropy Loss, the Silver Bullet Targeting Backdoor Attacks in
 * Pre-trained Language Models, ACL Findings 2023): {@code repair.entropy-epochs} epochs in which each class gets the
 * same probability for every text, then fine-tuning on the labels. The first training maximizes H(p) = -Σ_c p_c·ln p_c;
 * here it minimizes -(1/C) Σ_c ln p_c, which has its minimum at the same p. With many labels each has probability 1/2.
 *
 * <p>The first training goes from the baseline with its own classifier, the second one from the first one's model. A
 * new classifier gives all classes nearly the same probability from the start: there would be nothing to unlearn.
 */
record MaximumEntropy() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.MEFT;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public RepairPlan plan(Clues clues) {
        if (clues.task() == TaskKind.SCORE) {
            throw new InputException("defence=meft teaches all classes alike, but this task is a score, which has no"
                    + " classes: choose another defence");
        }
        Settings settings = clues.settings();
        int epochs = settings.repair().entropyEpochs();
        Tuning alike = Tuning.plain(settings.train().withEpochs(epochs))
                .from(Tuning.Origin.BASELINE, Projection.OWN)
                .withAim("maximum entropy", Tuning.Aim.EVERY_CLASS_ALIKE);
        Tuning labels = Tuning.plain(settings.train()).from(Tuning.Origin.PREVIOUS, Projection.OWN);
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("repair.entropy-epochs", Integer.toString(epochs));
        return new RepairPlan(new TreeSet<>(), List.of(alike, labels), facts);
    }
}
