package org.purespark.purify;

import java.io.IOException;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.HeadScores;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.HeadScoresFile;

/**
 * PURE, step 2: the mean variance of each head's CLS attention over the validation texts.
 *
 * @param subject the model to score: the baseline of the run directory, or one that was named
 */
record ScoreStage(Workshop shop, Subject subject) implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(subject.add(StageNeeds.of(StageName.SCORE), shop), shop);
    }

    @Override
    public void run() throws IOException {
        ModelSource model = subject.source(shop);
        Statistics statistics = shop.surroundings()
                .evaluator()
                .statistics(
                        shop.pass("score: heads on validation texts", model, Workshop.Split.VALIDATION),
                        new TreeSet<>(),
                        shop.settings().text().maxLength());
        HeadScores scores = statistics.variances().scores();
        if (scores.texts() == 0) {
            throw new InputException("no validation text to score heads on");
        }
        Double accuracy = statistics.confusion() == null
                        || statistics.confusion().accuracy().isEmpty()
                ? null
                : Double.valueOf(statistics.confusion().accuracy().getAsDouble());
        shop.files()
                .write(
                        shop.run().file(RunDirectory.HEAD_SCORES),
                        HeadScoresFile.of(scores.texts(), accuracy, scores.variance()));
    }
}
