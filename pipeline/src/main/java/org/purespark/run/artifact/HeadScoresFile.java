// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Arrays;
import java.util.List;
import org.purespark.heads.HeadOrder;
import org.purespark.heads.HeadScores;
import org.purespark.task.Measure;

/**
 * {@code head-scores.json}: the head scores of a model, and its quality on the same texts. In the file the parts of
 * what was measured are fields of their own: {@code layers}, {@code heads}, {@code texts}, {@code variance}. The
 * variance is the score, unless {@code scorer} and {@code scores} are there.
 *
 * @param measured mean variance of each head's CLS attention over clean texts
 * @param validationAccuracy the measure of the scored model on these texts, 0 to 1; null if it has no classifier
 * @param measure what {@code validationAccuracy} holds; null if it is null, or if the file does not say
 * @param scorer {@code score.scorer}, where it is not {@code cls-variance}; else null, and left out of the file
 * @param scores L × A of that scorer, each finite; null if {@code scorer} is
 */
@JsonPropertyOrder({"schema", "layers", "heads", "texts", "validationAccuracy", "measure", "variance"})
public record HeadScoresFile(
        @JsonIgnore HeadScores measured,
        Double validationAccuracy,
        @MayBeAbsent Measure measure,
        @MayBeAbsent @JsonInclude(JsonInclude.Include.NON_NULL) String scorer,
        @MayBeAbsent @JsonInclude(JsonInclude.Include.NON_NULL) List<List<Double>> scores) {
    public static final int SCHEMA = 1;

    public HeadScoresFile {
        Check.shareOrNull("validationAccuracy", validationAccuracy);
        Check.that(
                (scorer == null) == (scores == null),
                "scorer is " + scorer + ", scores " + (scores == null ? "are absent" : "are there")
                        + ", expected both or none");
        if (scores != null) {
            scores = Check.list("scores", scores);
            Check.that(
                    scores.size() == measured.layers(),
                    "scores has " + scores.size() + " layers, layers says " + measured.layers());
            for (int layer = 0; layer < scores.size(); layer++) {
                String field = "scores[" + layer + "]";
                List<Double> row = Check.list(field, scores.get(layer));
                Check.that(
                        row.size() == measured.heads(),
                        field + " has " + row.size() + " entries, heads says " + measured.heads());
                row.forEach(score -> Check.finite(field, score));
            }
        }
    }

    /** Scores by variance. */
    public HeadScoresFile(HeadScores measured, Double validationAccuracy, Measure measure) {
        this(measured, validationAccuracy, measure, null, null);
    }

    /** The same with the scores of another scorer, L × A. */
    public HeadScoresFile scoredBy(String name, double[][] others) {
        List<List<Double>> rows = Arrays.stream(others)
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList();
        return new HeadScoresFile(measured, validationAccuracy, measure, name, rows);
    }

    /** Makes it from the fields of the file. */
    @JsonCreator
    static HeadScoresFile parse(
            @JsonProperty("schema") int schema,
            @JsonProperty("layers") int layers,
            @JsonProperty("heads") int heads,
            @JsonProperty("texts") long texts,
            @JsonProperty("validationAccuracy") Double validationAccuracy,
            @JsonProperty("measure") Measure measure,
            @JsonProperty("variance") List<List<Double>> variance,
            @JsonProperty("scorer") String scorer,
            @JsonProperty("scores") List<List<Double>> scores) {
        Check.schema(schema, SCHEMA);
        double[][] rows = new double[Check.list("variance", variance).size()][];
        for (int layer = 0; layer < rows.length; layer++) {
            rows[layer] = Check.list("variance[" + layer + "]", variance.get(layer)).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
        return new HeadScoresFile(
                new HeadScores(layers, heads, texts, rows), validationAccuracy, measure, scorer, scores);
    }

    /** What the heads are ordered by, L × A. */
    public double[][] ordering() {
        return scores == null
                ? measured.variance()
                : scores.stream()
                        .map(row ->
                                row.stream().mapToDouble(Double::doubleValue).toArray())
                        .toArray(double[][]::new);
    }

    /** The order in which heads are pruned. */
    public HeadOrder order() {
        return HeadOrder.of(ordering());
    }

    @JsonProperty("schema")
    int schema() {
        return SCHEMA;
    }

    @JsonProperty("layers")
    int layers() {
        return measured.layers();
    }

    @JsonProperty("heads")
    int heads() {
        return measured.heads();
    }

    @JsonProperty("texts")
    long texts() {
        return measured.texts();
    }

    @JsonProperty("variance")
    double[][] variance() {
        return measured.variance();
    }
}
