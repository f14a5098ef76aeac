package org.purespark.purify;

import java.io.IOException;
import org.purespark.evaluate.ModelSource;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;

/** The model that scoring and the prune search work on. */
enum Subject {
    /** The baseline of the run directory. */
    BASELINE {
        @Override
        StageNeeds add(StageNeeds needs, Workshop shop) {
            return needs;
        }

        @Override
        ModelSource source(Workshop shop) throws IOException {
            return shop.ofStage(StageName.BASELINE, RunDirectory.BASELINE);
        }
    },
    /** The model given with {@code --model}. */
    GIVEN {
        @Override
        StageNeeds add(StageNeeds needs, Workshop shop) {
            StageName[] others = needs.upstream().stream()
                    .filter(stage -> stage != StageName.BASELINE)
                    .toArray(StageName[]::new);
            return Needs.ofSuspect(needs.withUpstream(others), shop);
        }

        @Override
        ModelSource source(Workshop shop) {
            return shop.suspect();
        }
    };

    abstract StageNeeds add(StageNeeds needs, Workshop shop);

    abstract ModelSource source(Workshop shop) throws IOException;
}
