// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import org.purespark.evaluate.ModelSource;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;

/** The model that a stage measures. */
sealed interface Subject {
    /** Adds to {@code needs} what a stage needs for this model. */
    StageNeeds add(StageNeeds needs);

    /** @throws org.purespark.InputException if it is not in the run directory */
    ModelSource source() throws IOException;

    static Subject baseline(RunDirectory run) {
        return new Made(run, StageName.BASELINE, RunDirectory.BASELINE);
    }

    static Subject purified(RunDirectory run) {
        return new Made(run, StageName.NORMALIZE, RunDirectory.PURIFIED);
    }

    /**
     * The model that an earlier stage has written.
     *
     * @param directory its name in the run directory
     */
    record Made(RunDirectory run, StageName stage, String directory) implements Subject {
        @Override
        public StageNeeds add(StageNeeds needs) {
            return needs;
        }

        @Override
        public ModelSource source() throws IOException {
            return new ModelSource(run.file(directory), null, run.upstream(stage));
        }
    }

    /** The model of {@code --model}; the stage baseline is not needed. */
    record Named(CheckedInputs inputs) implements Subject {
        @Override
        public StageNeeds add(StageNeeds needs) {
            StageName[] others = needs.upstream().stream()
                    .filter(stage -> stage != StageName.BASELINE)
                    .toArray(StageName[]::new);
            return Needs.ofSuspect(needs.withUpstream(others), inputs.given());
        }

        @Override
        public ModelSource source() {
            return inputs.suspect();
        }
    }
}
