// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.function.ToDoubleFunction;
import org.purespark.run.event.Event;

/** A figure that every training step records, in the order of the report. */
enum TrainingQuantity {
    CROSS_ENTROPY("crossEntropy", "Loss without penalty", Event.StepLoss::crossEntropy),
    PENALTY("penalty", "Penalty, before λ", Event.StepLoss::penalty),
    LOSS("loss", "Loss with λ · penalty", Event.StepLoss::loss),
    GRADIENT_NORM("gradientNorm", "Gradient norm before clipping", Event.StepLoss::gradientNorm);

    private final String key;
    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    private final ToDoubleFunction<Event.StepLoss> figure;

    TrainingQuantity(String key, String title, ToDoubleFunction<Event.StepLoss> figure) {
        this.key = key;
        this.title = title;
        this.figure = figure;
    }

    /** Its name in the charts' data. */
    String key() {
        return key;
    }

    /** Its name for the reader. */
    String title() {
        return title;
    }

    ToDoubleFunction<Event.StepLoss> figure() {
        return figure;
    }
}
