// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.purespark.task.Measure;

/**
 * {@code metrics.json}: the figures before and after purification.
 *
 * @param schema 1
 * @param seed of the run
 * @param measure what the field {@code accuracy} of each model holds; a file without it has accuracies
 * @param target number of the attack's target: a class, or see {@link org.purespark.metrics.FlipTargets}; null if there
 *     is no triggered test set
 * @param targetName its name; null if there is none
 * @param nextClassFlipRate share of the triggered texts that the suspect (or baseline) takes for the class after their
 *     own, 0 to 1, where no target was named and this is far above the label-flip rate to {@code target}; else null
 * @param suspect its figures, each null if it has no classifier
 * @param baseline figures after plain fine-tuning, each null if there is no baseline
 * @param purified figures after pruning and normalized fine-tuning
 * @param seconds seconds by stage, in the order of the stages
 */
public record MetricsFile(
        int schema,
        long seed,
        @MayBeAbsent Measure measure,
        Integer target,
        @MayBeAbsent String targetName,
        @MayBeAbsent @JsonInclude(JsonInclude.Include.NON_NULL) Double nextClassFlipRate,
        Figures suspect,
        Figures baseline,
        PurifiedFigures purified,
        Map<String, Double> seconds) {
    public static final int SCHEMA = 1;

    /**
     * Figures of one model.
     *
     * @param accuracy the measure on the clean test set, 0 to 1, or null
     * @param labelFlipRate on the triggered test set, 0 to 1, or null
     * @param untriggeredFlipRate the same rate on the clean test set: the control; 0 to 1, or null
     */
    public record Figures(Double accuracy, Double labelFlipRate, @MayBeAbsent Double untriggeredFlipRate) {
        /** Nothing was measured. */
        public static final Figures ABSENT = new Figures(null, null, null);

        public Figures {
            Check.shareOrNull("accuracy", accuracy);
            Check.shareOrNull("labelFlipRate", labelFlipRate);
            Check.shareOrNull("untriggeredFlipRate", untriggeredFlipRate);
        }
    }

    /**
     * Figures of the purified model.
     *
     * @param accuracy the measure on the clean test set, 0 to 1
     * @param labelFlipRate on the triggered test set, 0 to 1; null if there is none
     * @param untriggeredFlipRate the same rate on the clean test set: the control; 0 to 1, or null
     * @param confusion counts of true and predicted classes; null where a text has not one class
     * @param labels counts of each label; null where a text has not many labels
     */
    public record PurifiedFigures(
            Double accuracy,
            Double labelFlipRate,
            @MayBeAbsent Double untriggeredFlipRate,
            ConfusionCounts confusion,
            @MayBeAbsent LabelTables labels) {
        public PurifiedFigures {
            Check.that(accuracy != null, "purified: accuracy is null");
            Check.share("purified: accuracy", accuracy);
            Check.shareOrNull("purified: labelFlipRate", labelFlipRate);
            Check.shareOrNull("purified: untriggeredFlipRate", untriggeredFlipRate);
            Check.that(
                    labelFlipRate == null || confusion == null || confusion.poisoned() != null,
                    "purified: labelFlipRate is given, confusion.poisoned is null");
        }
    }

    /**
     * Counts of texts by [label][true 0 or 1][given 0 or 1], C × 2 × 2.
     *
     * @param clean of the clean test set
     * @param poisoned of the triggered test set; null if there is none
     */
    public record LabelTables(List<List<List<Long>>> clean, List<List<List<Long>>> poisoned) {
        public LabelTables {
            clean = tables("clean", clean);
            poisoned = poisoned == null ? null : tables("poisoned", poisoned);
        }

        private static List<List<List<Long>>> tables(String field, List<List<List<Long>>> counts) {
            List<List<List<Long>>> labels = Check.list("labels." + field, counts);
            for (int label = 0; label < labels.size(); label++) {
                String name = "labels." + field + "[" + label + "]";
                Check.that(labels.get(label).size() == 2, name + " has no two rows");
                for (List<Long> row : labels.get(label)) {
                    Check.that(
                            row.size() == 2 && row.stream().allMatch(count -> count >= 0),
                            name + " has the row " + row + ", expected two counts from 0");
                }
            }
            return labels;
        }
    }

    /**
     * Counts of texts by [true class][predicted class], C × C.
     *
     * @param clean of the clean test set
     * @param poisoned of the triggered test set; null if there is none
     */
    public record ConfusionCounts(List<List<Long>> clean, List<List<Long>> poisoned) {
        public ConfusionCounts {
            clean = square("clean", clean);
            poisoned = poisoned == null ? null : square("poisoned", poisoned);
            Check.that(
                    poisoned == null || poisoned.size() == clean.size(),
                    "confusion: clean and poisoned differ in the number of classes");
        }

        private static List<List<Long>> square(String field, List<List<Long>> counts) {
            List<List<Long>> rows = new ArrayList<>();
            for (List<Long> row : Check.list("confusion." + field, counts)) {
                String name = "confusion." + field + "[" + rows.size() + "]";
                rows.add(Check.list(name, row));
                Check.that(
                        row.size() == counts.size(),
                        name + " has " + row.size() + " entries, expected " + counts.size() + ", one per class");
                Check.that(row.stream().allMatch(count -> count >= 0), name + " is " + row + ", counts start at 0");
            }
            Check.that(!rows.isEmpty(), "confusion." + field + " is empty");
            return List.copyOf(rows);
        }
    }

    public MetricsFile {
        Check.schema(schema, SCHEMA);
        Check.that(suspect != null, "suspect is null, expected its figures, which may be null each");
        Check.that(baseline != null, "baseline is null, expected its figures, which may be null each");
        Check.that(purified != null, "purified is null");
        measure = measure == null ? Measure.ACCURACY : measure;
        Check.that(
                (measure == Measure.ACCURACY) == (purified.confusion() != null),
                "purified: confusion is " + (purified.confusion() == null ? "null" : "given") + " with the measure "
                        + measure.text());
        Check.that(
                (measure == Measure.MICRO_F1) == (purified.labels() != null),
                "purified: labels is " + (purified.labels() == null ? "null" : "given") + " with the measure "
                        + measure.text());
        boolean classes = purified.confusion() != null;
        int last = targets(purified) - (classes ? 0 : 1);
        Check.that(
                target == null || (target >= 0 && target <= last),
                "target is " + target + ", expected a "
                        + (classes
                                ? "class from 0 to " + (last - 1) + ", or " + last + ", the next class"
                                : "target from 0 to " + last));
        Check.shareOrNull("nextClassFlipRate", nextClassFlipRate);
        Check.that(seconds != null, "seconds is null, expected seconds by stage");
        for (Map.Entry<String, Double> entry : seconds.entrySet()) {
            Check.that(entry.getValue() != null, "seconds." + entry.getKey() + " is null");
            Check.notNegative("seconds." + entry.getKey(), entry.getValue());
        }
        seconds = Collections.unmodifiableMap(new LinkedHashMap<>(seconds));
    }

    private static int targets(PurifiedFigures purified) {
        if (purified.confusion() != null) {
            return purified.confusion().clean().size();
        }
        return purified.labels() != null ? 2 * purified.labels().clean().size() : 2;
    }
}
