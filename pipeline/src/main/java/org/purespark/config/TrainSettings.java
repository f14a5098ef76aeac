// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Fine-tuning with AdamW, for the baseline and for the normalized model.
 *
 * @param epochs passes over the training texts, [1, 1000]
 * @param learningRate highest learning rate, (0, 1]
 * @param weightDecay decoupled decay of every parameter, times the learning rate, [0, 1]
 * @param clipNorm global L2 norm above which the gradient is scaled down, (0, 1000000]
 * @param warmUpShare share of all steps in which the learning rate rises, [0, 1]
 * @param microBatch texts in a micro-batch (B), [1, 4096]
 * @param microBatchesPerStep micro-batches in a step (M), [1, 65536]
 * @param shuffle whether each epoch takes the texts in a new seeded order
 * @param adamBeta1 decay rate of the gradient's running mean, [0, 1)
 * @param adamBeta2 decay rate of the squared gradient's running mean, [0, 1)
 * @param adamEpsilon added to the root of the squared gradient's running mean, (0, 1]
 * @param classifierDropout dropout before the classifier, [0, 1)
 * @param checkpointIntervalSteps steps between two checkpoints, [1, 1000000000]
 */
public record TrainSettings(
        @Allowed("[1, 1000]") int epochs,
        @Allowed("(0, 1]") double learningRate,
        @Allowed("[0, 1]") double weightDecay,
        @Allowed("(0, 1000000]") double clipNorm,
        @Allowed("[0, 1]") double warmUpShare,
        @Allowed("[1, 4096]") int microBatch,
        @Allowed("[1, 65536]") int microBatchesPerStep,
        boolean shuffle,
        @Allowed("[0, 1)") double adamBeta1,
        @Allowed("[0, 1)") double adamBeta2,
        @Allowed("(0, 1]") double adamEpsilon,
        @Allowed("[0, 1)") double classifierDropout,
        @ResultNeutral @Allowed("[1, 1000000000]") int checkpointIntervalSteps)
        implements Serializable {
    /** The same with another number of epochs. */
    public TrainSettings withEpochs(int count) {
        return with(count, learningRate, classifierDropout);
    }

    /** The same with another rate of dropout before the classifier. */
    public TrainSettings withClassifierDropout(double rate) {
        return with(epochs, learningRate, rate);
    }

    /** The same with another learning rate. */
    public TrainSettings withLearningRate(double rate) {
        return with(epochs, rate, classifierDropout);
    }

    private TrainSettings with(int count, double rate, double dropout) {
        return new TrainSettings(
                count,
                rate,
                weightDecay,
                clipNorm,
                warmUpShare,
                microBatch,
                microBatchesPerStep,
                shuffle,
                adamBeta1,
                adamBeta2,
                adamEpsilon,
                dropout,
                checkpointIntervalSteps);
    }
}
