// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.purespark.run.StageName;

/** Something that happened in a run, one line of {@code events.jsonl}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Event.StageStarted.class, name = "stage-started"),
    @JsonSubTypes.Type(value = Event.StageFinished.class, name = "stage-finished"),
    @JsonSubTypes.Type(value = Event.StageSkipped.class, name = "stage-skipped"),
    @JsonSubTypes.Type(value = Event.StageFailed.class, name = "stage-failed"),
    @JsonSubTypes.Type(value = Event.StepLoss.class, name = "step-loss"),
    @JsonSubTypes.Type(value = Event.ExchangeMeasured.class, name = "step-exchange"),
    @JsonSubTypes.Type(value = Event.EpochFinished.class, name = "epoch-finished"),
    @JsonSubTypes.Type(value = Event.Warning.class, name = "warning")
})
public sealed interface Event {
    /** To which it belongs; null for a warning that belongs to none. */
    StageName stage();

    /**
     * A stage begins.
     *
     * @param attempt number of the attempt in this run directory, from 1
     * @param reasons why it runs, in words
     */
    record StageStarted(StageName stage, int attempt, List<String> reasons) implements Event {}

    /**
     * A stage is complete.
     *
     * @param seconds that it took
     */
    record StageFinished(StageName stage, double seconds) implements Event {}

    /** A stage is complete from an earlier run with the same settings and inputs. */
    record StageSkipped(StageName stage) implements Event {}

    /** The stage ended with an error and left no entry in the stage table. */
    record StageFailed(StageName stage) implements Event {}

    /**
     * One optimizer step.
     *
     * @param epoch from 1
     * @param step over all epochs, from 1
     * @param loss mean over the step's micro-batches: cross-entropy + λ · penalty
     * @param crossEntropy the loss without penalty, mean over the step's micro-batches; of the task's kind
     * @param penalty mean over the step's micro-batches, not yet times λ; 0 in plain fine-tuning
     * @param gradientNorm global L2 norm before clipping
     * @param learningRate of the step
     * @param seconds of the step
     */
    record StepLoss(
            StageName stage,
            int epoch,
            long step,
            double loss,
            double crossEntropy,
            double penalty,
            double gradientNorm,
            double learningRate,
            double seconds)
            implements Event {}

    /**
     * What the tasks of a training exchange in a step, seen from the first task.
     *
     * @param step over all epochs, from 1
     * @param tasks number of tasks that train together
     * @param denseBytes bytes of received gradients and parameters, without the word embedding's
     * @param wordBytes bytes of received rows of the word embedding's gradient
     * @param exchangeSeconds of fetching, summing and sending
     * @param waitingSeconds in which the others have nothing ready yet
     */
    record ExchangeMeasured(
            StageName stage,
            long step,
            int tasks,
            long denseBytes,
            long wordBytes,
            double exchangeSeconds,
            double waitingSeconds)
            implements Event {}

    /**
     * One pass over the training texts.
     *
     * @param epoch from 1
     * @param loss mean over the epoch's steps
     * @param validationAccuracy 0 to 1, or null if it was not measured
     * @param seconds that the epoch took
     */
    record EpochFinished(StageName stage, int epoch, double loss, Double validationAccuracy, double seconds)
            implements Event {}

    /**
     * Something that a person should know, and that does not stop the run.
     *
     * @param stage to which it belongs, or null
     */
    record Warning(StageName stage, String message) implements Event {}
}
