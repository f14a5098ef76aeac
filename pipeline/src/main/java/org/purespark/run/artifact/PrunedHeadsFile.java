package org.purespark.run.artifact;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.heads.Head;

/**
 * {@code pruned-heads.json}: the pruned heads, and the validation accuracies of the search.
 *
 * @param schema 1
 * @param threshold validation accuracy below which pruning stops; absolute, also if the setting is a drop
 * @param pruned heads by layer, both counted from 0, in ascending order; layers without pruned heads are left out
 * @param steps measurements of the validation accuracy in their order, the first one with nothing pruned
 */
public record PrunedHeadsFile(
        int schema, double threshold, SortedMap<Integer, List<Integer>> pruned, List<Step> steps) {
    public static final int SCHEMA = 1;

    /**
     * One measurement of the validation accuracy.
     *
     * @param pruned number of all heads that are pruned at that time
     * @param accuracy validation accuracy with them pruned, 0 to 1
     * @param gaveBack whether a head is given back before this measurement, not more pruned
     */
    public record Step(int pruned, double accuracy, boolean gaveBack) {
        public Step {
            Check.that(pruned >= 0, "steps: pruned is " + pruned + ", expected at least 0");
            Check.share("steps: accuracy", accuracy);
        }
    }

    public PrunedHeadsFile {
        Check.schema(schema, SCHEMA);
        Check.finite("threshold", threshold);
        Check.that(pruned != null, "pruned is null, expected heads by layer");
        TreeMap<Integer, List<Integer>> copy = new TreeMap<>();
        for (Map.Entry<Integer, List<Integer>> entry : pruned.entrySet()) {
            String field = "pruned[\"" + entry.getKey() + "\"]";
            Check.that(entry.getKey() >= 0, field + ": layers count from 0");
            List<Integer> heads = Check.list(field, entry.getValue());
            Check.that(!heads.isEmpty(), field + " is empty, expected at least one head");
            for (int i = 0; i < heads.size(); i++) {
                boolean rises = heads.get(i) >= 0 && (i == 0 || heads.get(i - 1) < heads.get(i));
                Check.that(rises, field + " is " + heads + ", expected head numbers from 0, ascending, each once");
            }
            copy.put(entry.getKey(), heads);
        }
        pruned = Collections.unmodifiableSortedMap(copy);
        steps = Check.list("steps", steps);
        Check.that(!steps.isEmpty(), "steps is empty, expected at least the unpruned model's accuracy");
        int count = copy.values().stream().mapToInt(List::size).sum();
        int last = steps.get(steps.size() - 1).pruned();
        Check.that(count == last, "pruned holds " + count + " heads, the last step says " + last);
    }

    /** The file for a set of heads, in any order. */
    public static PrunedHeadsFile of(double threshold, Collection<Head> heads, List<Step> steps) {
        TreeMap<Integer, List<Integer>> byLayer = new TreeMap<>();
        heads.stream().sorted().forEach(head -> byLayer.computeIfAbsent(head.layer(), layer -> new ArrayList<>())
                .add(head.head()));
        return new PrunedHeadsFile(SCHEMA, threshold, byLayer, steps);
    }

    /** The pruned heads by (layer, head). */
    public List<Head> heads() {
        List<Head> heads = new ArrayList<>();
        pruned.forEach((layer, numbers) -> numbers.forEach(number -> heads.add(new Head(layer, number))));
        return Collections.unmodifiableList(heads);
    }

    /**
     * Checks that the heads exist in a model of L layers with A heads each, and that every layer keeps one.
     *
     * @throws IllegalArgumentException naming the layer or head that does not fit
     */
    public void checkFits(int layers, int headsPerLayer) {
        for (Head head : heads()) {
            Check.that(
                    head.layer() < layers && head.head() < headsPerLayer,
                    "pruned head " + head + " does not exist: the model has " + layers + " layers of " + headsPerLayer
                            + " heads");
        }
        pruned.forEach((layer, numbers) -> Check.that(
                numbers.size() < headsPerLayer, "layer " + layer + " has all of its heads pruned, one must stay"));
    }
}
