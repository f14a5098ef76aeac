// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.List;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelCard;
import org.purespark.train.FineTuning;
import org.purespark.train.FineTuning.Learnt;
import org.purespark.train.Trainer;

/**
 * One training of an attack.
 *
 * @param name of its directory while it is under way; one attack's trainings have different ones
 * @param label for the display of progress
 * @param texts all labelled
 * @param form of the texts, for the model's card
 * @param classes names of the model's logits
 */
record PlannedTraining(
        String name,
        String label,
        EncodedSplit texts,
        ModelCard.Texts form,
        List<String> classes,
        FineTuning.Start start,
        Learnt learnt,
        Trainer.Objective objective) {}
