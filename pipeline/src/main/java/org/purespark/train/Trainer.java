package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * Trains {@code model} in place, from the last checkpoint where there is one.
     *
     * @param texts all labelled
     * @param checkpoints where they are kept, if they are
     * @param listener is told each step as it is done, and first those that a checkpoint holds
     * @throws TrainingDivergedException where the loss leaves the finite numbers
     */
    public static void train(
            TextClassifier model,
            EncodedSplit texts,
            Objective objective,
            Optional<TrainingCheckpoints> checkpoints,
            Consumer<StepReport> listener)
            throws IOException {
        TrainSettings settings = objective.settings();
        int total = Math.toIntExact(BatchPlan.totalSteps(
                texts.size(), settings.microBatch(), settings.microBatchesPerStep(), settings.epochs()));
        Schedule schedule =
                new Schedule(settings.learningRate(), (int) Math.round(settings.warmUpShare() * total), total);
        List<StepReport> reports = new ArrayList<>();
        OptimizerStep optimizer = optimizer(model, objective, resume(model, settings, checkpoints, reports));
        reports.forEach(listener);
        int resumed = reports.size();
        int number = 0;
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            for (Step step : plan(texts, objective, epoch).steps(settings.microBatchesPerStep())) {
                if (number++ < resumed) {
                    continue;
                }
                long start = System.nanoTime();
                double rate = schedule.rate(number - 1);
                OptimizerStep.Result result =
                        apply(optimizer, examples(texts, step, objective.seed(), epoch), rate, epoch, number);
                reports.add(new StepReport(epoch + 1, number, result, rate, (System.nanoTime() - start) / 1e9));
                listener.accept(reports.get(reports.size() - 1));
                if (checkpoints.isPresent() && checkpoints.get().dueAfter(number, total)) {
                    checkpoints.get().save(model.parameters(), optimizer.optimizer(), reports);
                }
            }
        }
    }

    /** The optimizer as the last checkpoint left it, with the model's parameters put back too; else a new one. */
    private static AdamW resume(
            TextClassifier model,
            TrainSettings settings,
            Optional<TrainingCheckpoints> checkpoints,
            List<StepReport> reports)
            throws IOException {
        AdamW.Constants constants = new AdamW.Constants(
                settings.adamBeta1(), settings.adamBeta2(), settings.adamEpsilon(), settings.weightDecay());
        int size = model.parameters().layout().size();
        Optional<TrainingCheckpoints.State> state =
                checkpoints.isPresent() ? checkpoints.get().latest() : Optional.empty();
        if (state.isEmpty()) {
            return new AdamW(constants, size);
        }
        model.parameters().memory().put(0, state.get().parameters(), 0, size);
        reports.addAll(state.get().steps());
        return state.get().optimizer(constants);
    }

    private static OptimizerStep optimizer(TextClassifier model, Objective objective, AdamW adamW) {
        double[] weights = objective.penaltyWeights();
        return new OptimizerStep(
                model,
                adamW,
                new GradientSum(model.parameters().layout()),
                objective.pruned(),
                weights.length == 0 ? new double[model.config().layers()] : weights,
                objective.settings().clipNorm());
    }

    private static List<TextClassifier.Example> examples(EncodedSplit texts, Step step, long seed, int epoch) {
        List<TextClassifier.Example> examples = new ArrayList<>();
        for (MicroBatch microBatch : step.microBatches()) {
            examples.add(example(texts, microBatch, seed, epoch));
        }
        return examples;
    }

    private static OptimizerStep.Result apply(
            OptimizerStep optimizer, List<TextClassifier.Example> examples, double rate, int epoch, int number) {
        try {
            return optimizer.apply(examples, rate);
        } catch (TrainingDivergedException e) {
            throw new TrainingDivergedException(
                    "training diverged at step " + number + ", epoch " + (epoch + 1) + ": " + e.getMessage());
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
