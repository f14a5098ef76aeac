// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.purespark.metrics.Confusion;
import org.purespark.metrics.LabelCounts;
import org.purespark.metrics.WilsonInterval;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.task.Measure;

/**
 * The figures of one model of a run, with intervals. A rate and the number of its texts give the count that it comes
 * from; all models of a run are measured on the same texts, so the counts of the purified one tell the numbers.
 */
final class MeasuredModel {
    static final String LABEL_FLIP_RATE = "label-flip-rate";
    static final String WITHOUT_TRIGGER = "label-flip-rate-without-trigger";
    static final double CONFIDENCE = 0.95;

    private final MetricsFile metrics;

    private MeasuredModel(MetricsFile metrics) {
        this.metrics = metrics;
    }

    /** Of the suspect; none if it has no classifier. */
    static List<Figure> suspect(MetricsFile metrics) {
        MetricsFile.Figures suspect = metrics.suspect();
        return new MeasuredModel(metrics)
                .figures(suspect.accuracy(), suspect.labelFlipRate(), suspect.untriggeredFlipRate());
    }

    /** Of the purified model: its quality and, with triggered texts, its label-flip rate. */
    static List<Figure> purified(MetricsFile metrics) {
        MetricsFile.PurifiedFigures purified = metrics.purified();
        return new MeasuredModel(metrics)
                .figures(purified.accuracy(), purified.labelFlipRate(), purified.untriggeredFlipRate());
    }

    private List<Figure> figures(Double quality, Double flipped, Double control) {
        List<Figure> figures = new ArrayList<>();
        Measure measure = metrics.measure();
        if (quality != null) {
            OptionalLong texts = measure == Measure.ACCURACY
                    ? OptionalLong.of(
                            Confusion.ofRows(metrics.purified().confusion().clean())
                                    .texts())
                    : OptionalLong.empty();
            figures.add(figure(measure.text(), measure.words(), quality, Figure.Texts.CLEAN, texts));
        }
        String target = metrics.targetName() == null ? "" : " to " + metrics.targetName();
        if (flipped != null) {
            figures.add(figure(
                    LABEL_FLIP_RATE,
                    "label-flip rate" + target,
                    flipped,
                    Figure.Texts.TRIGGERED,
                    others(Figure.Texts.TRIGGERED)));
        }
        if (control != null) {
            figures.add(figure(
                    WITHOUT_TRIGGER,
                    "label-flip rate" + target + " without trigger",
                    control,
                    Figure.Texts.CLEAN,
                    others(Figure.Texts.CLEAN)));
        }
        return figures;
    }

    private static Figure figure(String type, String words, double value, Figure.Texts where, OptionalLong texts) {
        Optional<WilsonInterval> interval = texts.isEmpty() || texts.getAsLong() == 0
                ? Optional.empty()
                : Optional.of(WilsonInterval.of(
                        Math.toIntExact(Math.round(value * texts.getAsLong())),
                        Math.toIntExact(texts.getAsLong()),
                        CONFIDENCE));
        return new Figure(type, words, value, where, interval);
    }

    /** Number of texts that can be flipped to the target; empty where answers are scores. */
    private OptionalLong others(Figure.Texts texts) {
        MetricsFile.PurifiedFigures purified = metrics.purified();
        int target = metrics.target();
        if (purified.confusion() != null) {
            Confusion counts = Confusion.ofRows(
                    texts == Figure.Texts.CLEAN
                            ? purified.confusion().clean()
                            : purified.confusion().poisoned());
            return OptionalLong.of(counts.flippable(target));
        }
        if (purified.labels() != null) {
            LabelCounts counts = labels(
                    texts == Figure.Texts.CLEAN
                            ? purified.labels().clean()
                            : purified.labels().poisoned());
            long[] given = counts.counts()[target / 2][target % 2];
            return OptionalLong.of(given[0] + given[1]);
        }
        return OptionalLong.empty();
    }

    private static LabelCounts labels(List<List<List<Long>>> tables) {
        return new LabelCounts(tables.stream().map(MeasuredModel::counts).toArray(long[][][]::new));
    }

    private static long[][] counts(List<List<Long>> rows) {
        return rows.stream()
                .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                .toArray(long[][]::new);
    }
}
