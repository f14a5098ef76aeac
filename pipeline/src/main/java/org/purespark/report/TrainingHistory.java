// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.purespark.report.ReportModel.TrainingCurve;
import org.purespark.run.StageName;
import org.purespark.run.event.Event;
import org.purespark.run.event.TimedEvent;

/** The valid events of a run directory, without those that a later attempt repeats. */
final class TrainingHistory {
    /** A warning; its stage is null if it belongs to none. */
    private record StageWarning(StageName stage, String message) {}

    private static final class Recorded {
        private final TreeMap<Long, Event.StepLoss> steps = new TreeMap<>();
        private final TreeMap<Integer, Event.EpochFinished> epochs = new TreeMap<>();
    }

    private final Map<StageName, Recorded> recorded = new LinkedHashMap<>();
    private final List<StageWarning> warnings = new ArrayList<>();

    private TrainingHistory() {}

    static TrainingHistory of(List<TimedEvent> events) {
        TrainingHistory history = new TrainingHistory();
        events.forEach(timed -> history.add(timed.event()));
        return history;
    }

    private void add(Event event) {
        if (event instanceof Event.StageStarted started) {
            warnings.removeIf(warning -> warning.stage() == started.stage());
        } else if (event instanceof Event.Warning warning) {
            warnings.add(new StageWarning(warning.stage(), warning.message()));
        } else if (event instanceof Event.StepLoss step) {
            // A stage that starts again, or continues from a checkpoint, repeats steps: their old events do not count.
            Recorded stage = of(step.stage());
            stage.steps.tailMap(step.step(), true).clear();
            stage.epochs.tailMap(step.epoch(), true).clear();
            stage.steps.put(step.step(), step);
        } else if (event instanceof Event.EpochFinished epoch) {
            of(epoch.stage()).epochs.put(epoch.epoch(), epoch);
        }
    }

    private Recorded of(StageName stage) {
        return recorded.computeIfAbsent(stage, first -> new Recorded());
    }

    List<TrainingCurve> curves() {
        List<TrainingCurve> curves = new ArrayList<>();
        recorded.forEach((stage, what) -> curves.add(
                new TrainingCurve(stage, new ArrayList<>(what.steps.values()), new ArrayList<>(what.epochs.values()))));
        return curves;
    }

    /** The recorded warnings, then warnings about the figures. */
    List<String> warnings() {
        List<String> messages = new ArrayList<>();
        for (StageWarning warning : warnings) {
            messages.add((warning.stage() == null ? "" : warning.stage().text() + ": ") + warning.message());
        }
        for (TrainingCurve curve : curves()) {
            addNotFinite(curve, "loss", Event.StepLoss::loss, messages);
            addNotFinite(curve, "gradient norm", Event.StepLoss::gradientNorm, messages);
        }
        return messages;
    }

    private static void addNotFinite(
            TrainingCurve curve, String name, ToDoubleFunction<Event.StepLoss> figure, List<String> messages) {
        List<Event.StepLoss> lost = curve.steps().stream()
                .filter(step -> !Double.isFinite(figure.applyAsDouble(step)))
                .toList();
        if (!lost.isEmpty()) {
            messages.add(curve.stage().text() + ": the " + name + " was not a finite number at "
                    + NumberText.count(lost.size(), "step") + ", first at step "
                    + lost.get(0).step());
        }
    }
}
