// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.heads.Head;
import org.purespark.prune.PrunePlan;
import org.purespark.prune.PruneStep;

/**
 * {@code pruned-heads.json}: the pruned heads, and the validation accuracies of the search. In the file the heads are
 * listed by layer, both counted from 0, in ascending order; only layers with pruned heads.
 *
 * @param threshold validation accuracy below which pruning stopped; absolute, also where it was set as a drop
 * @param heads the pruned heads by (layer, head)
 * @param steps looks at the validation accuracy in their order, the first one with nothing pruned
 */
@JsonPropertyOrder({"schema", "threshold", "pruned", "steps"})
public record PrunedHeadsFile(double threshold, @JsonIgnore SortedSet<Head> heads, List<PruneStep> steps) {
    public static final int SCHEMA = 1;

    public PrunedHeadsFile {
        Check.finite("threshold", threshold);
        heads = Collections.unmodifiableSortedSet(new TreeSet<>(heads));
        steps = Check.list("steps", steps);
        Check.that(!steps.isEmpty(), "steps is empty, expected at least the unpruned model's accuracy");
        int last = steps.get(steps.size() - 1).pruned();
        Check.that(heads.size() == last, "pruned holds " + heads.size() + " heads, the last step says " + last);
    }

    public static PrunedHeadsFile of(PrunePlan plan) {
        return new PrunedHeadsFile(plan.threshold(), plan.pruned(), plan.steps());
    }

    /** Makes it from the fields of the file. */
    @JsonCreator
    static PrunedHeadsFile parse(
            @JsonProperty("schema") int schema,
            @JsonProperty("threshold") double threshold,
            @JsonProperty("pruned") SortedMap<Integer, List<Integer>> pruned,
            @JsonProperty("steps") List<PruneStep> steps) {
        Check.schema(schema, SCHEMA);
        Check.finite("threshold", threshold);
        Check.that(pruned != null, "pruned is null, expected heads by layer");
        SortedSet<Head> heads = new TreeSet<>();
        for (Map.Entry<Integer, List<Integer>> entry : pruned.entrySet()) {
            String field = "pruned[\"" + entry.getKey() + "\"]";
            Check.that(entry.getKey() >= 0, field + ": layers count from 0");
            List<Integer> numbers = Check.list(field, entry.getValue());
            Check.that(!numbers.isEmpty(), field + " is empty, expected at least one head");
            for (int i = 0; i < numbers.size(); i++) {
                boolean rises = numbers.get(i) >= 0 && (i == 0 || numbers.get(i - 1) < numbers.get(i));
                Check.that(rises, field + " is " + numbers + ", expected head numbers from 0, ascending, each once");
            }
            numbers.forEach(number -> heads.add(new Head(entry.getKey(), number)));
        }
        return new PrunedHeadsFile(threshold, heads, steps);
    }

    @JsonProperty("schema")
    int schema() {
        return SCHEMA;
    }

    /** The pruned heads' numbers by layer, both in ascending order; only layers with pruned heads. */
    @JsonProperty("pruned")
    public SortedMap<Integer, List<Integer>> byLayer() {
        SortedMap<Integer, List<Integer>> byLayer = new TreeMap<>();
        heads.forEach(head -> byLayer.computeIfAbsent(head.layer(), layer -> new ArrayList<>())
                .add(head.head()));
        return byLayer;
    }

    /**
     * Checks that the heads exist in a model of L layers with A heads each, and that every layer keeps one.
     *
     * @throws IllegalArgumentException naming the layer or head that does not fit
     */
    public void checkFits(int layers, int headsPerLayer) {
        for (Head head : heads) {
            Check.that(
                    head.layer() < layers && head.head() < headsPerLayer,
                    "pruned head " + head + " does not exist: the model has " + layers + " layers of " + headsPerLayer
                            + " heads");
        }
        byLayer()
                .forEach((layer, numbers) -> Check.that(
                        numbers.size() < headsPerLayer,
                        "layer " + layer + " has all of its heads pruned, one must stay"));
    }
}
