// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.List;
import org.purespark.config.TrainSettings;
import org.purespark.train.FineTuning.Projection;
import org.purespark.train.TrainingMethod;
import org.purespark.train.WeightChange;

/**
 * One training of a repair, on all clean train texts.
 *
 * @param name of its work, for the display of progress, such as {@code fine-tuning with attention penalty}
 * @param origin the model that it starts from
 * @param projection whether it keeps that model's last projection
 * @param changes made to the weights before the first step
 * @param settings of the training
 * @param penaltyWeights [L] λ·c[l]; empty without penalty
 * @param method how it differs from plain fine-tuning
 * @param aim what it teaches
 */
public record Tuning(
        String name,
        Origin origin,
        Projection projection,
        List<WeightChange> changes,
        TrainSettings settings,
        double[] penaltyWeights,
        TrainingMethod method,
        Aim aim) {
    /** The model that a training starts from. */
    public enum Origin {
        /** As the user gives it. */
        SUSPECT,
        /** The fine-tuned suspect. */
        BASELINE,
        /** The model that the training before has made. */
        PREVIOUS
    }

    /** What a training teaches. */
    public enum Aim {
        /** The texts' own labels. */
        LABELS,
        /** Each class with the same probability, whatever the text: the largest entropy. */
        EVERY_CLASS_ALIKE
    }

    public Tuning {
        changes = List.copyOf(changes);
        penaltyWeights = penaltyWeights.clone();
    }

    /** Plain fine-tuning of the suspect with a new classifier. */
    public static Tuning plain(TrainSettings settings) {
        return new Tuning(
                "fine-tuning",
                Origin.SUSPECT,
                Projection.NEW,
                List.of(),
                settings,
                new double[0],
                new TrainingMethod.Plain(),
                Aim.LABELS);
    }

    /** The same with these changes of the weights. */
    public Tuning withChanges(List<WeightChange> made) {
        return new Tuning(name, origin, projection, made, settings, penaltyWeights, method, aim);
    }

    /** The same with another method. */
    public Tuning withMethod(String inWords, TrainingMethod other) {
        return new Tuning(inWords, origin, projection, changes, settings, penaltyWeights, other, aim);
    }

    /** The same from another model. */
    public Tuning from(Origin other, Projection keptOrNew) {
        return new Tuning(name, other, keptOrNew, changes, settings, penaltyWeights, method, aim);
    }

    /** The same with another aim. */
    public Tuning withAim(String inWords, Aim other) {
        return new Tuning(inWords, origin, projection, changes, settings, penaltyWeights, method, other);
    }

    /** The same under a penalty. */
    public Tuning withPenalty(String inWords, double[] weights) {
        return new Tuning(inWords, origin, projection, changes, settings, weights, method, aim);
    }
}
