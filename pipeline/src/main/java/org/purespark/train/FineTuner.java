// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.util.List;
import org.purespark.batch.EncodedSplit;

/** Does a fine-tuning, in this process or on a cluster. */
public interface FineTuner {
    /**
     * @param label name of the work, for the display of progress
     * @return every step, in order
     */
    List<Trainer.StepReport> fineTune(String label, FineTuning fineTuning, EncodedSplit texts);
}
