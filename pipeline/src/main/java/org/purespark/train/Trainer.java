package org.purespark.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Consumer;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.MicroBatch;
import org.purespark.batch.Step;
import org.purespark.config.TrainSettings;
import org.purespark.heads.Head;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.random.DropoutMask;

/** Fine-tunes a model that is in memory, over all epochs, in this process. */
public final class Trainer {
    private Trainer() {}

    /**
     * What is trained for.
     *
     * @param seed of the order of texts and of dropout
     * @param pruned heads that take no part
     * @param penaltyWeights [L] λ·c[l]; empty in plain fine-tuning
     */
    public record Objective(TrainSettings settings, long seed, SortedSet<Head> pruned, double[] penaltyWeights)
            implements Serializable {}

    /**
     * One step.
     *
     * @param epoch from 1
     * @param step over all epochs, from 1
     * @param learningRate that it used
     * @param seconds that it took
     */
    public record StepReport(int epoch, int step, OptimizerStep.Result result, double learningRate, double seconds)
            implements Serializable {}

    /**
     * Trains {@code model} in place.
     *
     * @param texts all labelled
     * @param listener is told each step as it is done
     * @throws TrainingDivergedException where the loss leaves the finite numbers
     */
    public static void train(
            TextClassifier model, EncodedSplit texts, Objective objective, Consumer<StepReport> listener) {
        TrainSettings settings = objective.settings();
        int steps = Math.toIntExact(BatchPlan.totalSteps(
                texts.size(), settings.microBatch(), settings.microBatchesPerStep(), settings.epochs()));
        Schedule schedule =
                new Schedule(settings.learningRate(), (int) Math.round(settings.warmUpShare() * steps), steps);
        AdamW.Constants constants = new AdamW.Constants(
                settings.adamBeta1(), settings.adamBeta2(), settings.adamEpsilon(), settings.weightDecay());
        int size = model.parameters().layout().size();
        OptimizerStep optimizer = new OptimizerStep(
                model,
                new AdamW(constants, size),
                new GradientSum(model.parameters().layout()),
                objective.pruned(),
                objective.penaltyWeights().length == 0
                        ? new double[model.config().layers()]
                        : objective.penaltyWeights(),
                settings.clipNorm());
        int done = 0;
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            for (Step step : plan(texts, objective, epoch).steps(settings.microBatchesPerStep())) {
                long start = System.nanoTime();
                double rate = schedule.rate(done);
                List<TextClassifier.Example> examples = new ArrayList<>();
                for (MicroBatch microBatch : step.microBatches()) {
                    examples.add(example(texts, microBatch, objective.seed(), epoch));
                }
                OptimizerStep.Result result = apply(optimizer, examples, rate, epoch, done);
                done++;
                listener.accept(new StepReport(epoch + 1, done, result, rate, (System.nanoTime() - start) / 1e9));
            }
        }
    }

    private static OptimizerStep.Result apply(
            OptimizerStep optimizer, List<TextClassifier.Example> examples, double rate, int epoch, int done) {
        try {
            return optimizer.apply(examples, rate);
        } catch (TrainingDivergedException e) {
            throw new TrainingDivergedException(
                    "training diverged at step " + (done + 1) + ", epoch " + (epoch + 1) + ": " + e.getMessage());
        }
    }

    private static BatchPlan plan(EncodedSplit texts, Objective objective, int epoch) {
        int microBatch = objective.settings().microBatch();
        return objective.settings().shuffle()
                ? BatchPlan.shuffled(texts.size(), microBatch, objective.seed(), epoch)
                : BatchPlan.inOrder(texts.size(), microBatch);
    }

    private static TextClassifier.Example example(EncodedSplit texts, MicroBatch microBatch, long seed, int epoch) {
        int[] indexes = microBatch.texts();
        long[] keys = new long[indexes.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = DropoutMask.key(seed, epoch, indexes[i]);
        }
        return new TextClassifier.Example(PackedBatch.of(texts.texts(microBatch)), texts.labels(microBatch), keys);
    }
}
