// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.purespark.InputException;
import org.purespark.Shown;

/** The class names in a {@code config.json}: {@code id2label}, and {@code label2id} in writing. */
final class DeclaredLabels {
    private static final String KEY = "id2label";

    private DeclaredLabels() {}

    /**
     * The names of a classifier's C classes in id order. If the file has none, or only the numbered names that
     * transformers writes for any model, they are {@code LABEL_0} to {@code LABEL_(C-1)}.
     */
    static List<String> forClasses(ObjectNode raw, int classes, String place) {
        List<String> numbered =
                IntStream.range(0, classes).mapToObj(id -> "LABEL_" + id).toList();
        List<String> declared = declared(raw, place).orElse(numbered);
        if (declared.size() == classes) {
            return declared;
        }
        if (declared.stream().allMatch(label -> label.matches("LABEL_[0-9]+"))) {
            return numbered;
        }
        throw new InputException("cannot use " + place + ": \"" + KEY + "\" names " + declared.size()
                + " classes, the classifier has " + classes);
    }

    static void write(ObjectNode raw, List<String> labels) {
        ObjectNode idToLabel = raw.putObject(KEY);
        ObjectNode labelToId = raw.putObject("label2id");
        for (int id = 0; id < labels.size(); id++) {
            idToLabel.put(String.valueOf(id), labels.get(id));
            labelToId.put(labels.get(id), id);
        }
    }

    private static Optional<List<String>> declared(ObjectNode raw, String place) {
        if (!raw.hasNonNull(KEY)) {
            return Optional.empty();
        }
        JsonNode node = raw.get(KEY);
        SortedMap<Integer, String> labels = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (entry.getKey().matches("[0-9]{1,6}")
                    && entry.getValue().isValueNode()
                    && !entry.getValue().isNull()) {
                labels.put(Integer.parseInt(entry.getKey()), entry.getValue().asText());
            }
        }
        boolean ids = !labels.isEmpty() && labels.firstKey() == 0 && labels.lastKey() == labels.size() - 1;
        boolean distinct = labels.values().stream().distinct().count() == node.size();
        if (!node.isObject() || !ids || labels.size() != node.size() || !distinct) {
            throw new InputException("cannot use " + place + ": \"" + KEY + "\" is " + Shown.of(node)
                    + "; expected a distinct name for each id, counted from \"0\"");
        }
        return Optional.of(List.copyOf(labels.values()));
    }
}
