// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.Shown;

/** A set of labels as one text: a JSON list of names, or names with commas between them. */
public final class LabelNames {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private LabelNames() {}

    /** The names as a JSON list, sorted, each once: the same text for the same set. */
    public static String text(Collection<String> names) {
        ArrayNode list = JSON.createArrayNode();
        new TreeSet<>(names).forEach(list::add);
        return list.toString();
    }

    /**
     * The names of a label.
     *
     * @param place of the label, for messages
     * @throws InputException if it begins as a JSON list and is none of texts or whole numbers, or a name is blank or
     *     there twice, as in a list of 0 and 1
     */
    public static SortedSet<String> of(String label, String place) {
        SortedSet<String> names = new TreeSet<>();
        if (label.isBlank()) {
            return names;
        }
        Collection<String> given = label.startsWith("[") ? ofList(label, place) : List.of(label.split(",", -1));
        for (String name : given) {
            if (name.isBlank()) {
                throw new InputException(place + ": " + Shown.of(label)
                        + " has a name without a letter; write the names with one comma between two of them");
            }
            if (!names.add(name.strip())) {
                throw new InputException(place + ": " + Shown.of(label) + " has "
                        + Shown.of(name.strip()) + " twice; write the names of the text's labels, each once, or give"
                        + " each label a column of 0 and 1");
            }
        }
        return names;
    }

    private static List<String> ofList(String label, String place) {
        try {
            JsonNode list = JSON.readTree(label);
            List<String> names = new ArrayList<>();
            for (JsonNode name : list) {
                if (!name.isTextual() && !name.isIntegralNumber()) {
                    throw notAList(label, place);
                }
                names.add(name.asText());
            }
            return names;
        } catch (JsonProcessingException e) {
            throw notAList(label, place);
        }
    }

    private static InputException notAList(String label, String place) {
        return new InputException(place + ": " + Shown.of(label)
                + " begins as a JSON list, but is no list of names; write [\"one\", \"other\"]");
    }
}
