// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
import org.purespark.model.Example;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.random.DropoutMask;
import org.purespark.storage.Storage;

/**
 * Fine-tunes a model in memory over all epochs, as the only task or as one of several. Each of these has a copy of the
 * model and computes some of each step's micro-batches.
 */
public final class Trainer {
    private Trainer() {}

    /**
     * The aim of a training.
     *
     * @param seed of the order of texts and of dropout
     * @param pruned heads that are not used
     * @param penaltyWeights [L] λ·c[l]; empty without penalty
     * @param method how it differs from plain fine-tuning
     */
    public record Objective(
            TrainSettings settings, long seed, SortedSet<Head> pruned, double[] penaltyWeights, TrainingMethod method)
            implements Serializable {
        /** Plain fine-tuning, under the penalty if weights are given. */
        public Objective(TrainSettings settings, long seed, SortedSet<Head> pruned, double[] penaltyWeights) {
            this(settings, seed, pruned, penaltyWeights, new TrainingMethod.Plain());
        }

        /** The same with other pruned heads. */
        Objective withPruned(SortedSet<Head> heads) {
            return new Objective(settings, seed, heads, penaltyWeights, method);
        }

        Objective absolute(Storage storage) throws IOException {
            return new Objective(settings, seed, pruned, penaltyWeights, method.absolute(storage));
        }

        OptimizerStep.StepObjective ofSteps(int layers) {
            return new OptimizerStep.StepObjective(
                    pruned, penaltyWeights.length == 0 ? new double[layers] : penaltyWeights, settings.clipNorm());
        }
    }

    /**
     * One step.
     *
     * @param epoch from 1
     * @param step over all epochs, from 1
     * @param learningRate of the step
     * @param seconds of the step, with exchange and waiting
     * @param exchange null if one task trains alone
     */
    public record StepReport(
            int epoch,
            int step,
            OptimizerStep.Result result,
            double learningRate,
            double seconds,
            ExchangeReport exchange)
            implements Serializable {}

    /**
     * The exchange of a step, seen from the task that reports it.
     *
     * @param tasks N
     * @param denseBytes bytes of gradients and parameters from the others, without the word embedding's
     * @param wordBytes bytes of touched rows of the word embedding's gradient from the others
     * @param seconds of fetching, summing and sending
     * @param waitingSeconds in which the others have nothing ready yet
     */
    public record ExchangeReport(int tasks, long denseBytes, long wordBytes, double seconds, double waitingSeconds)
            implements Serializable {}

    /** A model that is trained, and whom its attention is compared with. */
    record Pupil(TextClassifier model, Teacher teacher) {}

    /** Trains a model without a teacher. */
    public static void train(
            TextClassifier model,
            EncodedSplit texts,
            Objective objective,
            Optional<TrainingCheckpoints> checkpoints,
            Exchange exchange,
            Consumer<StepReport> listener)
            throws IOException {
        train(new Pupil(model, Teacher.none()), texts, objective, checkpoints, exchange, listener);
    }

    /**
     * Trains a model in place, from the last checkpoint if there is one. All tasks call it with the same
     * arguments, except for the exchange.
     *
     * @param texts all labelled
     * @param checkpoints where training checkpoints are kept, if any
     * @param listener gets the steps of the checkpoint first, then each step when it is done
     * @throws TrainingDivergedException if the loss is not a finite number
     */
    static void train(
            Pupil pupil,
            EncodedSplit texts,
            Objective objective,
            Optional<TrainingCheckpoints> checkpoints,
            Exchange exchange,
            Consumer<StepReport> listener)
            throws IOException {
        TextClassifier model = pupil.model();
        TrainSettings settings = objective.settings();
        int total = Math.toIntExact(BatchPlan.totalSteps(
                texts.size(), settings.microBatch(), settings.microBatchesPerStep(), settings.epochs()));
        Schedule schedule =
                new Schedule(settings.learningRate(), (int) Math.round(settings.warmUpShare() * total), total);
        List<StepReport> reports = new ArrayList<>();
        Movement movement = new Movement(objective.method(), model.parameters());
        AdamW adamW = resume(model, settings, checkpoints, exchange, reports);
        OptimizerStep.StepObjective ofSteps = objective.ofSteps(model.config().layers());
        MicroBatchLoss loss = MicroBatchLoss.of(objective.method(), model, ofSteps);
        OptimizerStep optimizer = new OptimizerStep(model, adamW, ofSteps, exchange, movement, loss);
        reports.forEach(listener);
        int resumed = reports.size();
        agree(exchange, resumed);
        int number = 0;
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            for (Step step : plan(texts, objective, epoch).steps(settings.microBatchesPerStep())) {
                if (number++ < resumed) {
                    continue;
                }
                long start = System.nanoTime();
                double rate = schedule.rate(number - 1);
                OptimizerStep.Share share = share(
                        new Read(texts, pupil.teacher(), objective.seed(), epoch), step, exchange, objective.method());
                OptimizerStep.Result result = apply(optimizer, share, rate, epoch, number);
                reports.add(new StepReport(
                        epoch + 1,
                        number,
                        result,
                        rate,
                        (System.nanoTime() - start) / 1e9,
                        report(exchange, optimizer.takeTraffic())));
                listener.accept(reports.get(reports.size() - 1));
                if (checkpoints.isPresent() && checkpoints.get().dueAfter(number, total)) {
                    checkpoints.get().save(model.parameters(), adamW, exchange, reports);
                }
            }
        }
    }

    private static ExchangeReport report(Exchange exchange, StepExchange.Traffic traffic) {
        return exchange.tasks() == 1
                ? null
                : new ExchangeReport(
                        exchange.tasks(),
                        traffic.denseBytes(),
                        traffic.wordBytes(),
                        traffic.exchangeSeconds(),
                        traffic.waitingSeconds());
    }

    /** The optimizer of the last checkpoint, with the model's parameters restored too; else a new one. */
    private static AdamW resume(
            TextClassifier model,
            TrainSettings settings,
            Optional<TrainingCheckpoints> checkpoints,
            Exchange exchange,
            List<StepReport> reports)
            throws IOException {
        AdamW.Constants constants = new AdamW.Constants(
                settings.adamBeta1(), settings.adamBeta2(), settings.adamEpsilon(), settings.weightDecay());
        AdamW.Owned owned = AdamW.Owned.of(Shards.of(model.parameters().layout(), exchange.tasks()), exchange.rank());
        AdamW optimizer = new AdamW(constants, owned, model.engine());
        if (checkpoints.isPresent()) {
            reports.addAll(checkpoints.get().restore(model.parameters(), optimizer));
        }
        return optimizer;
    }

    /** Each task reads the checkpoint itself; all must find the same one. */
    private static void agree(Exchange exchange, int resumed) {
        Exchange.Round round = new Exchange.Round(0, Exchange.PartKind.START);
        ByteBuffer note = ByteBuffer.allocate(Integer.BYTES);
        note.putInt(0, resumed);
        exchange.offerAll(round, note, List.of());
        for (int task = 0; task < exchange.tasks(); task++) {
            if (task == exchange.rank()) {
                continue;
            }
            ByteBuffer other = exchange.expect(round, task, 0).take().note();
            int steps = other.getInt(other.position());
            if (steps != resumed) {
                throw new IllegalStateException("task " + task + " goes on from step " + steps + ", task "
                        + exchange.rank() + " from step " + resumed
                        + ": they do not see the same checkpoint; the run directory must be on a file system that all"
                        + " executors share");
            }
        }
    }

    /** The micro-batches of a step that this task computes. */
    private static OptimizerStep.Share share(Read read, Step step, Exchange exchange, TrainingMethod method) {
        List<Example> examples = new ArrayList<>();
        List<Example> clean = new ArrayList<>();
        for (MicroBatch microBatch :
                BatchPlan.deal(step, exchange.tasks(), read.texts()::tokens).get(exchange.rank())) {
            examples.add(read.example(microBatch));
            if (method instanceof TrainingMethod.InnerProduct product) {
                clean.add(without(product.triggered(), microBatch)
                        .map(read::example)
                        .orElse(null));
            }
        }
        int all = step.microBatches().size();
        return new OptimizerStep.Share(examples, clean, all, Math.min(all, exchange.tasks()));
    }

    /** The texts of a micro-batch without trigger; empty if these are all or none of them. */
    private static Optional<MicroBatch> without(BitSet triggered, MicroBatch microBatch) {
        int[] clean = Arrays.stream(microBatch.texts())
                .filter(text -> !triggered.get(text))
                .toArray();
        return clean.length == 0 || clean.length == microBatch.size()
                ? Optional.empty()
                : Optional.of(new MicroBatch(microBatch.index(), clean));
    }

    private static OptimizerStep.Result apply(
            OptimizerStep optimizer, OptimizerStep.Share share, double rate, int epoch, int number) {
        try {
            return optimizer.apply(number, share, rate);
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

    /** One reading of all texts. */
    private record Read(EncodedSplit texts, Teacher teacher, long seed, int epoch) {
        Example example(MicroBatch microBatch) {
            int[] indexes = microBatch.texts();
            long[] keys = new long[indexes.length];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = DropoutMask.key(seed, epoch, indexes[i]);
            }
            PackedBatch packed = PackedBatch.of(texts.texts(microBatch), texts.seconds(microBatch));
            return new Example(packed, texts.answers(microBatch), keys, teacher.attention(packed));
        }
    }
}
