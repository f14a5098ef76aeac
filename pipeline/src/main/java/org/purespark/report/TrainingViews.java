// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.List;
import org.purespark.report.ReportModel.TrainingCurve;
import org.purespark.run.event.Event;

/** The section on training: its charts, and the same in tables. */
final class TrainingViews {
    /**
     * @param figure its name in the charts' data
     * @param title for the reader
     */
    record Panel(String figure, String title) {}

    /**
     * @param start mean over the first tenth of the steps
     * @param end mean over the last tenth
     */
    record FigureRow(String stage, String figure, int steps, String start, String end) {}

    record EpochRow(String stage, int epoch, String loss, String validationAccuracy, String seconds) {}

    /** @param averaging a sentence if points of the charts are means of several steps, else empty */
    record TrainingView(List<Panel> panels, List<FigureRow> rows, List<EpochRow> epochs, String averaging) {
        boolean hasPanels() {
            return !panels.isEmpty();
        }

        boolean hasEpochs() {
            return !epochs.isEmpty();
        }
    }

    private TrainingViews() {}

    static TrainingView training(List<TrainingCurve> curves) {
        List<Panel> panels = new ArrayList<>();
        if (curves.stream().anyMatch(curve -> !curve.steps().isEmpty())) {
            for (TrainingQuantity quantity : TrainingQuantity.values()) {
                panels.add(new Panel(quantity.key(), quantity.title()));
            }
        }
        List<FigureRow> rows = new ArrayList<>();
        List<EpochRow> epochs = new ArrayList<>();
        for (TrainingCurve curve : curves) {
            if (!curve.steps().isEmpty()) {
                addFigures(curve, rows);
            }
            curve.epochs().forEach(epoch -> epochs.add(row(epoch)));
        }
        return new TrainingView(panels, rows, epochs, averaging(curves));
    }

    private static void addFigures(TrainingCurve curve, List<FigureRow> rows) {
        int count = curve.steps().size();
        int tenth = Math.max(1, count / 10);
        for (TrainingQuantity quantity : TrainingQuantity.values()) {
            rows.add(new FigureRow(
                    curve.stage().text(),
                    quantity.title(),
                    count,
                    mean(curve.steps().subList(0, tenth), quantity),
                    mean(curve.steps().subList(count - tenth, count), quantity)));
        }
    }

    private static EpochRow row(Event.EpochFinished epoch) {
        return new EpochRow(
                epoch.stage().text(),
                epoch.epoch(),
                NumberText.plain(epoch.loss()),
                epoch.validationAccuracy() == null ? NumberText.MISSING : NumberText.share(epoch.validationAccuracy()),
                NumberText.seconds(epoch.seconds()));
    }

    private static String mean(List<Event.StepLoss> steps, TrainingQuantity quantity) {
        return NumberText.plain(
                steps.stream().mapToDouble(quantity.figure()).average().orElseThrow());
    }

    private static String averaging(List<TrainingCurve> curves) {
        int most = curves.stream().mapToInt(ChartData::stepsPerPoint).max().orElse(1);
        return most == 1 ? "" : "Each point of a long curve is the mean of up to " + most + " steps.";
    }
}
