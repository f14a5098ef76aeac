// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.config.DefenceChoice;
import org.purespark.train.TrainingMethod;

/**
 * Neural attention distillation (Li and others: Neural Attention Distillation, Erasing Backdoor Triggers from Deep
 * Neural Networks, ICLR 2021, section 3; of text classifiers MBTSAD: Mitigating Backdoors in Language
 * Models Based on Token Splitting and Attention Distillation, ICTAI 2024). The teacher is the suspect fine-tuned on
 * clean texts: the baseline. The student is the suspect, with the loss cross-entropy + {@code repair.teacher-weight} ·
 * (1/B) Σ_l Σ_h Σ_b Σ_k (A[l, h, b, k] - A'[l, h, b, k])², A and A' the CLS attention of student and teacher.
 *
 * <p>The paper compares normalized maps of activations of convolutions. Here they are what a transformer calls
 * attention, of the token that the classifier reads. The student's is the one after attention dropout; the teacher
 * reads without dropout.
 */
record AttentionDistillation() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.NAD;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public RepairPlan plan(Clues clues) throws IOException {
        double weight = clues.settings().repair().teacherWeight();
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("repair.teacher-weight", Double.toString(weight));
        TrainingMethod method = new TrainingMethod.Taught(clues.baseline(), weight);
        return RepairPlan.of(
                Tuning.plain(clues.settings().train()).withMethod("fine-tuning after a teacher", method), facts);
    }
}
