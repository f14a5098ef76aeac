package org.purespark.run.artifact;

import java.util.ArrayList;
import java.util.List;
import org.purespark.heads.Head;

/**
 * {@code head-scores.json}: the mean variance of each head's CLS attention over clean texts.
 *
 * @param schema 1
 * @param layers L, at least 1
 * @param heads A, heads of each layer before any pruning, at least 1
 * @param texts number of texts of the means, at least 1
 * @param validationAccuracy of the scored model on these texts, 0 to 1; null where it has no classifier
 * @param variance scores by [layer][head], L lists of A; each finite, at least 0
 */
public record HeadScoresFile(
        int schema, int layers, int heads, long texts, Double validationAccuracy, List<List<Double>> variance) {
    public static final int SCHEMA = 1;

    public HeadScoresFile {
        Check.schema(schema, SCHEMA);
        Check.that(layers >= 1, "layers is " + layers + ", expected at least 1");
        Check.that(heads >= 1, "heads is " + heads + ", expected at least 1");
        Check.that(texts >= 1, "texts is " + texts + ", expected at least 1");
        Check.shareOrNull("validationAccuracy", validationAccuracy);
        List<List<Double>> rows = new ArrayList<>();
        for (List<Double> row : Check.list("variance", variance)) {
            String field = "variance[" + rows.size() + "]";
            rows.add(Check.list(field, row));
            Check.that(row.size() == heads, field + " has " + row.size() + " entries, heads says " + heads);
            for (int head = 0; head < heads; head++) {
                Check.notNegative(field + "[" + head + "]", row.get(head));
            }
        }
        Check.that(rows.size() == layers, "variance has " + rows.size() + " layers, layers says " + layers);
        variance = List.copyOf(rows);
    }

    /** Scores by [layer][head], [L, A]. */
    public static HeadScoresFile of(long texts, Double validationAccuracy, double[][] variance) {
        List<List<Double>> rows = new ArrayList<>();
        for (double[] row : variance) {
            List<Double> values = new ArrayList<>();
            for (double value : row) {
                values.add(value);
            }
            rows.add(values);
        }
        int heads = variance.length == 0 ? 0 : variance[0].length;
        return new HeadScoresFile(SCHEMA, variance.length, heads, texts, validationAccuracy, rows);
    }

    /** A new array of the scores, [L, A]. */
    public double[][] scores() {
        return variance.stream()
                .map(row -> row.stream().mapToDouble(Double::doubleValue).toArray())
                .toArray(double[][]::new);
    }

    public double score(Head head) {
        return variance.get(head.layer()).get(head.head());
    }
}
