package org.purespark.train;

import java.util.List;
import org.purespark.batch.EncodedSplit;

/** Carries out a fine-tuning, wherever it is computed. */
public interface FineTuner {
    /**
     * @param label what a person is told is being done
     * @return every step, in order
     */
    List<Trainer.StepReport> fineTune(String label, FineTuning fineTuning, EncodedSplit texts);
}
