package org.purespark.train;

import java.util.List;
import java.util.Set;
import org.purespark.heads.Head;
import org.purespark.model.GradientSum;
import org.purespark.model.TextClassifier;

/**
 * One optimizer update from M micro-batches: mean gradient, clipped by its global norm, then AdamW.
 *
 * @param pruned heads that take no part
 * @param penaltyWeights [L] λ·c[l], all 0 without penalty
 * @param clipNorm the gradient is multiplied by min(1, clipNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does
 */
public record OptimizerStep(
        TextClassifier model,
        AdamW optimizer,
        GradientSum gradients,
        Set<Head> pruned,
        double[] penaltyWeights,
        double clipNorm) {
    private static final double NORM_OFFSET = 1e-6;

    /**
     * What one update did.
     *
     * @param crossEntropy mean over the micro-batches
     * @param penalty mean over the micro-batches
     * @param gradientNorm before clipping
     */
    public record Result(double crossEntropy, double penalty, double gradientNorm) implements java.io.Serializable {
        public double loss() {
            return crossEntropy + penalty;
        }
    }

    /** @throws TrainingDivergedException where the loss or the gradient is no finite number; parameters are as before */
    public Result apply(List<TextClassifier.Example> microBatches, double learningRate) {
        gradients.clear();
        double crossEntropy = 0;
        double penalty = 0;
        for (TextClassifier.Example microBatch : microBatches) {
            TextClassifier.Loss loss = model.addGradients(microBatch, pruned, penaltyWeights, gradients);
            crossEntropy += loss.crossEntropy() / microBatches.size();
            penalty += loss.penalty() / microBatches.size();
        }
        gradients.scale(1f / microBatches.size());
        double norm = gradients.norm();
        if (!Double.isFinite(norm) || !Double.isFinite(crossEntropy + penalty)) {
            throw new TrainingDivergedException("loss " + (crossEntropy + penalty) + ", gradient norm " + norm
                    + ": lower train.learning-rate or penalty.lambda");
        }
        gradients.scale((float) Math.min(1, clipNorm / (norm + NORM_OFFSET)));
        optimizer.step(model.parameters(), gradients, learningRate, model.workers());
        return new Result(crossEntropy, penalty, norm);
    }
}
