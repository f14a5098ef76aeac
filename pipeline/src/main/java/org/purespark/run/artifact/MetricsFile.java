// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code metrics.json}: the figures before and after purification.
 *
 * @param schema 1
 * @param seed of the run
 * @param target number of the attack's target class; null if there is no triggered test set
 * @param suspect its figures, each null if it has no classifier
 * @param baseline figures after plain fine-tuning, each null if there is no baseline
 * @param purified figures after pruning and normalized fine-tuning
 * @param seconds seconds by stage, in the order of the stages
 */
public record MetricsFile(
        int schema,
        long seed,
        Integer target,
        Figures suspect,
        Figures baseline,
        PurifiedFigures purified,
        Map<String, Double> seconds) {
    public static final int SCHEMA = 1;

    /**
     * Figures of one model.
     *
     * @param accuracy on the clean test set, 0 to 1, or null
     * @param labelFlipRate on the triggered test set, 0 to 1, or null
     */
    public record Figures(Double accuracy, Double labelFlipRate) {
        /** Nothing was measured. */
        public static final Figures ABSENT = new Figures(null, null);

        public Figures {
            Check.shareOrNull("accuracy", accuracy);
            Check.shareOrNull("labelFlipRate", labelFlipRate);
        }
    }

    /**
     * Figures of the purified model.
     *
     * @param accuracy on the clean test set, 0 to 1
     * @param labelFlipRate on the triggered test set, 0 to 1; null if there is none
     * @param confusion counts of true and predicted classes
     */
    public record PurifiedFigures(Double accuracy, Double labelFlipRate, ConfusionCounts confusion) {
        public PurifiedFigures {
            Check.that(accuracy != null, "purified: accuracy is null");
            Check.share("purified: accuracy", accuracy);
            Check.shareOrNull("purified: labelFlipRate", labelFlipRate);
            Check.that(confusion != null, "purified: confusion is null");
            Check.that(
                    labelFlipRate == null || confusion.poisoned() != null,
                    "purified: labelFlipRate is given, confusion.poisoned is null");
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
        int classes = purified.confusion().clean().size();
        Check.that(
                target == null || (target >= 0 && target < classes),
                "target is " + target + ", expected a class from 0 to " + (classes - 1));
        Check.that(seconds != null, "seconds is null, expected seconds by stage");
        for (Map.Entry<String, Double> entry : seconds.entrySet()) {
            Check.that(entry.getValue() != null, "seconds." + entry.getKey() + " is null");
            Check.notNegative("seconds." + entry.getKey(), entry.getValue());
        }
        seconds = Collections.unmodifiableMap(new LinkedHashMap<>(seconds));
    }
}
