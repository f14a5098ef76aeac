// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.purespark.Shown;

/** What a message advises where labels are not matched to classes. */
final class LabelSuggestion {
    private final List<String> classes;
    private final List<String> names;
    private final List<String> ids;
    /** The class of each label. */
    private final Map<String, Integer> means = new TreeMap<>();

    private final Set<Integer> taken = new HashSet<>();

    private LabelSuggestion(List<String> classes) {
        this.classes = classes;
        this.names = LabelMatch.stripped(classes);
        this.ids = LabelMatch.ids(classes.size());
    }

    /**
     * To give {@code --labels}: first each label that is the name, the id or another spelling of a class, then the rest
     * in their order.
     *
     * @param sortedLabels not more than classes
     */
    static String of(List<String> classes, List<String> sortedLabels) {
        LabelSuggestion suggestion = new LabelSuggestion(classes);
        suggestion.match(sortedLabels);
        List<String> pairs = new ArrayList<>();
        for (String label : sortedLabels) {
            String meant = pairName(classes, suggestion.means.get(label));
            if (meant == null || !fitsIntoPair(label)) {
                return "write them in the data as the classes' names, or all as their numbers 0 to "
                        + (classes.size() - 1) + " (--labels takes no label with a comma)";
            }
            pairs.add(label.replace("'", "'\\''") + "=" + meant);
        }
        return "say which means which, such as --labels '" + String.join(",", pairs) + "'";
    }

    /** How a pair names a class: by its name, or by its number where the name cannot stand there; null if neither. */
    static String pairName(List<String> classes, int index) {
        List<String> names = LabelMatch.stripped(classes);
        String name = names.get(index);
        boolean clear = names.indexOf(name) == names.lastIndexOf(name);
        if (clear && fitsIntoPair(name) && name.indexOf('=') < 0 && name.indexOf('\'') < 0) {
            return name;
        }
        String number = Integer.toString(index);
        return names.contains(number) ? null : number;
    }

    private static boolean fitsIntoPair(String text) {
        return !text.isBlank() && text.indexOf(',') < 0 && Shown.of(text).equals(text);
    }

    private void match(List<String> labels) {
        take(labels, label -> unique(names, label));
        // numbers alone, not all of them ids, are another count: from 1, or of stars
        boolean numbers =
                labels.stream().allMatch(label -> LabelMatch.whole(label).matches("-?[0-9]+"));
        if (!numbers) {
            take(labels, label -> ids.indexOf(LabelMatch.whole(label)));
        }
        List<String> folded = names.stream().map(LabelMatch::folded).toList();
        take(labels, label -> unique(folded, LabelMatch.folded(label)));
        take(labels, label -> firstFree());
    }

    private void take(List<String> labels, ToIntFunction<String> classOf) {
        for (String label : labels) {
            if (!means.containsKey(label)) {
                int index = classOf.applyAsInt(label);
                if (index >= 0 && taken.add(index)) {
                    means.put(label, index);
                }
            }
        }
    }

    private static int unique(List<String> names, String name) {
        int index = names.indexOf(name);
        return index == names.lastIndexOf(name) ? index : -1;
    }

    private int firstFree() {
        int index = 0;
        while (index < classes.size() && taken.contains(index)) {
            index++;
        }
        return index;
    }
}
