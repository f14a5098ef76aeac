// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.TextClassifier;

/** The loss of one micro-batch, as a training's method defines it. */
interface MicroBatchLoss {
    /**
     * Adds its gradients to {@code sum}.
     *
     * @param clean the micro-batch's texts without trigger; null if these are all, none, or not asked for
     * @return what the method adds to the loss is part of the penalty
     */
    TextClassifier.Loss addGradients(Example microBatch, Example clean, GradientSum sum);

    /** The loss of a method. */
    static MicroBatchLoss of(TrainingMethod method, TextClassifier model, OptimizerStep.StepObjective objective) {
        if (method instanceof TrainingMethod.InnerProduct product) {
            return new RestrictedInnerProduct(model, objective, product.weight());
        }
        return (microBatch, clean, sum) ->
                model.addGradients(microBatch, objective.pruned(), objective.penaltyWeights(), sum);
    }
}
