// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.TreeSet;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.HeadScores;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.HeadScoresFile;

/**
 * PURE, step 2: the mean variance of each head's CLS attention over the validation texts.
 *
 * @param subject the model to score: the baseline of the run directory, or another one that the user gives
 */
record ScoreStage(Inputs given, Subject subject, ModelPasses passes, RunDirectory directory) implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(subject.add(StageNeeds.of(StageName.SCORE)), given);
    }

    @Override
    public void run() throws IOException {
        Statistics statistics =
                passes.statistics("score: heads on validation texts", subject.source(), new TreeSet<>());
        HeadScores scores = statistics.variances().scores();
        Double quality =
                statistics.tally() == null || statistics.tally().quality().isEmpty()
                        ? null
                        : Double.valueOf(statistics.tally().quality().getAsDouble());
        directory.write(
                RunDirectory.HEAD_SCORES,
                new HeadScoresFile(
                        scores,
                        quality,
                        quality == null ? null : passes.texts().task().measure()));
    }
}
