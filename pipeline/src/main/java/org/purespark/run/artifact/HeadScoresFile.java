// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.purespark.heads.HeadScores;
import org.purespark.task.Measure;

/**
 * {@code head-scores.json}: the head scores of a model, and its quality on the same texts. In the file the parts of
 * the scores are fields of their own: {@code layers}, {@code heads}, {@code texts}, {@code variance}.
 *
 * @param scores mean variance of each head's CLS attention over clean texts
 * @param validationAccuracy the measure of the scored model on these texts, 0 to 1; null if it has no classifier
 * @param measure what {@code validationAccuracy} holds; null if it is null, or if the file does not say
 */
@JsonPropertyOrder({"schema", "layers", "heads", "texts", "validationAccuracy", "measure", "variance"})
public record HeadScoresFile(@JsonIgnore HeadScores scores, Double validationAccuracy, @MayBeAbsent Measure measure) {
    public static final int SCHEMA = 1;

    public HeadScoresFile {
        Check.shareOrNull("validationAccuracy", validationAccuracy);
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
            @JsonProperty("variance") List<List<Double>> variance) {
        Check.schema(schema, SCHEMA);
        double[][] rows = new double[Check.list("variance", variance).size()][];
        for (int layer = 0; layer < rows.length; layer++) {
            rows[layer] = Check.list("variance[" + layer + "]", variance.get(layer)).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
        return new HeadScoresFile(new HeadScores(layers, heads, texts, rows), validationAccuracy, measure);
    }

    @JsonProperty("schema")
    int schema() {
        return SCHEMA;
    }

    @JsonProperty("layers")
    int layers() {
        return scores.layers();
    }

    @JsonProperty("heads")
    int heads() {
        return scores.heads();
    }

    @JsonProperty("texts")
    long texts() {
        return scores.texts();
    }

    @JsonProperty("variance")
    double[][] variance() {
        return scores.variance();
    }
}
