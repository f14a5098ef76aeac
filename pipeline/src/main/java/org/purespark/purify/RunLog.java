// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.List;
import java.util.function.Consumer;
import org.purespark.run.StageName;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.train.Trainer;

/**
 * The messages and events of a run.
 *
 * @param events the events, which are kept in the run directory
 * @param messages gets each line that a person should read
 */
record RunLog(EventLog events, Consumer<String> messages) {
    void say(String message) {
        messages.accept(message);
    }

    /** Warns the person, and writes the warning into the run directory. */
    void warn(StageName stage, String message) {
        messages.accept(message);
        events.log(new Event.Warning(stage, message));
    }

    /** Writes into the run directory what the person has been told already. */
    void note(StageName stage, String message) {
        events.log(new Event.Warning(stage, message));
    }

    /**
     * Records the steps of a fine-tuning, and each epoch's mean.
     *
     * @param lambda weight of the penalty in the loss; 0 in plain fine-tuning
     */
    void steps(StageName stage, List<Trainer.StepReport> steps, double lambda) {
        double epochLoss = 0;
        double epochSeconds = 0;
        int stepsOfEpoch = 0;
        for (int i = 0; i < steps.size(); i++) {
            Trainer.StepReport step = steps.get(i);
            step(stage, step, lambda);
            epochLoss += step.result().loss();
            epochSeconds += step.seconds();
            stepsOfEpoch++;
            if (i + 1 == steps.size() || steps.get(i + 1).epoch() != step.epoch()) {
                events.log(new Event.EpochFinished(stage, step.epoch(), epochLoss / stepsOfEpoch, null, epochSeconds));
                epochLoss = 0;
                epochSeconds = 0;
                stepsOfEpoch = 0;
            }
        }
    }

    private void step(StageName stage, Trainer.StepReport step, double lambda) {
        events.log(new Event.StepLoss(
                stage,
                step.epoch(),
                step.step(),
                step.result().loss(),
                step.result().crossEntropy(),
                lambda == 0 ? 0 : step.result().penalty() / lambda,
                step.result().gradientNorm(),
                step.learningRate(),
                step.seconds()));
        if (step.exchange() != null) {
            events.log(new Event.ExchangeMeasured(
                    stage,
                    step.step(),
                    step.exchange().tasks(),
                    step.exchange().denseBytes(),
                    step.exchange().wordBytes(),
                    step.exchange().seconds(),
                    step.exchange().waitingSeconds()));
        }
    }
}
