// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.util.List;
import java.util.Set;
import org.purespark.heads.Head;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;

/**
 * One optimizer update from M micro-batches: mean gradient, clipped by its global norm, then AdamW. If several tasks
 * train together, each computes the gradients of its share of the micro-batches, and sums and updates its own range of
 * the parameters. In the end all have the same parameters.
 */
public final class OptimizerStep {
    private static final double NORM_OFFSET = 1e-6;

    private final TextClassifier model;
    private final AdamW optimizer;
    private final StepObjective objective;
    private final GradientSum gradients;
    private final StepExchange exchange;
    private final Movement movement;
    private final MicroBatchLoss loss;

    /**
     * @param pruned heads that are not used
     * @param penaltyWeights [L] λ·c[l], all 0 without penalty
     * @param clipNorm the gradient is multiplied by min(1, clipNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does
     */
    public record StepObjective(Set<Head> pruned, double[] penaltyWeights, double clipNorm) {}

    /**
     * The figures of one update.
     *
     * @param crossEntropy the loss without penalty, mean over the micro-batches; of the task's kind
     * @param penalty mean over the micro-batches
     * @param gradientNorm before clipping
     */
    public record Result(double crossEntropy, double penalty, double gradientNorm) implements java.io.Serializable {
        public double loss() {
            return crossEntropy + penalty;
        }
    }

    /**
     * The micro-batches of a step that this task computes.
     *
     * @param microBatches of this task, in order
     * @param clean the texts of each micro-batch without trigger, or null where its loss asks for none; empty if no
     *     loss does
     * @param ofStep number of micro-batches of the step, over all tasks
     * @param contributors number of tasks with micro-batches; these are the first ones
     */
    public record Share(List<Example> microBatches, List<Example> clean, int ofStep, int contributors) {
        /** Of losses that ask for no clean texts. */
        public Share(List<Example> microBatches, int ofStep, int contributors) {
            this(microBatches, List.of(), ofStep, contributors);
        }

        /** All micro-batches of a step. */
        public static Share all(List<Example> microBatches) {
            return new Share(microBatches, microBatches.size(), 1);
        }
    }

    /** @param optimizer for the parameters that the exchange's task owns */
    public OptimizerStep(TextClassifier model, AdamW optimizer, StepObjective objective, Exchange exchange) {
        this(model, optimizer, objective, exchange, new TrainingMethod.Plain());
    }

    private OptimizerStep(
            TextClassifier model, AdamW optimizer, StepObjective objective, Exchange exchange, TrainingMethod method) {
        this(
                model,
                optimizer,
                objective,
                exchange,
                new Movement(method, model.parameters()),
                MicroBatchLoss.of(method, model, objective));
    }

    OptimizerStep(
            TextClassifier model,
            AdamW optimizer,
            StepObjective objective,
            Exchange exchange,
            Movement movement,
            MicroBatchLoss loss) {
        this.movement = movement;
        this.loss = loss;
        ParameterLayout layout = model.parameters().layout();
        this.model = model;
        this.optimizer = optimizer;
        this.objective = objective;
        this.gradients = new GradientSum(layout, model.engine());
        this.exchange = new StepExchange(exchange, Shards.of(layout, exchange.tasks()), gradients, model.engine());
    }

    /**
     * Makes one update.
     *
     * @param step over all epochs, from 1
     * @throws TrainingDivergedException if the loss or the gradient is not a finite number, in all tasks; parameters do
     *     not change
     */
    public Result apply(int step, Share share, double learningRate) {
        gradients.clear();
        double crossEntropy = 0;
        double penalty = 0;
        for (int i = 0; i < share.microBatches().size(); i++) {
            Example clean = share.clean().isEmpty() ? null : share.clean().get(i);
            TextClassifier.Loss ofMicroBatch =
                    loss.addGradients(share.microBatches().get(i), clean, gradients);
            crossEntropy += ofMicroBatch.answers() / share.ofStep();
            penalty += ofMicroBatch.penalty() / share.ofStep();
        }
        exchange.reduce(step, share.contributors());
        movement.restrict(gradients);
        int end = movement.denseEnd();
        int to = Math.min(exchange.to(), end);
        double squares = to <= exchange.from() ? 0 : gradients.denseSquares(exchange.from(), to);
        double[] sums = exchange.sum(step, crossEntropy, penalty, squares);
        double norm = Math.sqrt(sums[2] + gradients.wordSquares()) / share.ofStep();
        Result result = new Result(sums[0], sums[1], norm);
        if (!Double.isFinite(result.gradientNorm()) || !Double.isFinite(result.loss())) {
            throw new TrainingDivergedException("loss " + result.loss() + ", gradient norm " + result.gradientNorm()
                    + ": lower train.learning-rate or penalty.lambda");
        }
        double clip = Math.min(1, objective.clipNorm() / (norm + NORM_OFFSET));
        AdamUpdate update = optimizer.next(learningRate, clip / share.ofStep());
        optimizer.stepDense(update, model.parameters(), gradients, end);
        StepExchange.Incoming others = exchange.gather(step, model.parameters());
        // Meanwhile the ranges of the other tasks arrive.
        optimizer.stepWords(movement.ofWords(update), model.parameters(), gradients);
        movement.restoreNorms(model.parameters());
        others.into(model.parameters());
        return result;
    }

    /** What this task has received from the others since the last call. */
    StepExchange.Traffic takeTraffic() {
        return exchange.takeTraffic();
    }

    AdamW optimizer() {
        return optimizer;
    }
}
