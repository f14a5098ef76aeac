// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.TreeSet;
import org.purespark.config.ScorerChoice;
import org.purespark.config.Settings;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.HeadScorers;
import org.purespark.heads.HeadScores;
import org.purespark.random.DropoutSamples;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.storage.Storage;

/**
 * PURE, step 2: the mean variance of each head's CLS attention over the validation texts; and the scores of another
 * scorer, where the settings name one.
 *
 * @param subject the model to score: the baseline of the run directory, or another one that the user gives
 */
record ScoreStage(
        Inputs given, Subject subject, Settings settings, ModelPasses passes, Storage storage, RunDirectory directory)
        implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(subject.add(StageNeeds.of(StageName.SCORE)), given);
    }

    @Override
    public void run() throws IOException {
        ModelSource model = subject.source();
        Statistics statistics = passes.statistics("score: heads on validation texts", model, new TreeSet<>());
        HeadScores variance = statistics.variances().scores();
        Double quality =
                statistics.tally() == null || statistics.tally().quality().isEmpty()
                        ? null
                        : Double.valueOf(statistics.tally().quality().getAsDouble());
        HeadScoresFile file = new HeadScoresFile(
                variance,
                quality,
                quality == null ? null : passes.texts().task().measure());
        ScorerChoice scorer = settings.score().scorer();
        if (scorer != ScorerChoice.CLS_VARIANCE) {
            DropoutSamples samples = new DropoutSamples(settings.score().samples(), settings.seed());
            double[][] scores = HeadScorers.of(scorer, settings.seed())
                    .scores(new MeasuredHeads(variance, model, passes, samples, storage));
            file = file.scoredBy(scorer.text(), scores);
        }
        directory.write(RunDirectory.HEAD_SCORES, file);
    }
}
