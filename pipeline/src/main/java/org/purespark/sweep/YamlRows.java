// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A YAML manifest: a list of mappings, or a mapping whose one key {@code suspects} holds it. Scalars stay as they are
 * written, so the name {@code 007} does not become a number.
 */
final class YamlRows {
    private static final String SUSPECTS = "suspects";
    private static final int DEEPEST = 8;

    /** A mapping with the list, the list, the suspect's mapping. */
    private static final int LEVELS_ABOVE_A_SUSPECT = 3;

    private final String address;

    private YamlRows(String address) {
        this.address = address;
    }

    static List<ManifestRow> of(String address, String text) {
        return new YamlRows(address).rows(parse(address, text));
    }

    private static Optional<Node> parse(String address, String text) {
        LoadSettings settings = LoadSettings.builder().setLabel(address).build();
        try {
            refuseDeep(address, new Parse(settings).parseString(text));
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> ", line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw new InputException(address + line + ": not valid YAML (" + e.getProblem() + ")", e);
        } catch (YamlEngineException e) {
            throw new InputException(address + ": not valid YAML (" + e.getMessage() + ")", e);
        }
    }

    /** The library goes down a tree by recursion, but not to list its events. */
    private static void refuseDeep(String address, Iterable<Event> events) {
        int depth = 0;
        for (Event event : events) {
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > DEEPEST + LEVELS_ABOVE_A_SUSPECT) {
                throw tooDeep(place(address, event.getStartMark()));
            }
        }
    }

    private static InputException tooDeep(String place) {
        return new InputException(place + ": nested deeper than " + DEEPEST + " levels");
    }

    private List<ManifestRow> rows(Optional<Node> root) {
        if (root.isEmpty()) {
            return List.of();
        }
        Node list = root.get();
        if (list instanceof MappingNode map) {
            list = suspects(map);
        }
        if (!(list instanceof SequenceNode sequence)) {
            throw new InputException(place(list) + ": a list of suspects is expected, each beginning with '- name: …'");
        }
        List<ManifestRow> rows = new ArrayList<>();
        for (Node node : sequence.getValue()) {
            if (!(node instanceof MappingNode)) {
                throw new InputException(place(node) + ": a suspect is expected, as '- name: …' with its keys below");
            }
            rows.add(new ManifestRow(place(node), (ObjectNode) tree(node, 0)));
        }
        return rows;
    }

    private Node suspects(MappingNode map) {
        for (NodeTuple entry : map.getValue()) {
            if (!key(entry).equals(SUSPECTS)) {
                throw new InputException(place(entry.getKeyNode()) + ": unknown key " + key(entry)
                        + "; the manifest is a list, or has the one key " + SUSPECTS);
            }
        }
        if (map.getValue().size() != 1) {
            throw new InputException(place(map) + ": the key " + SUSPECTS + " is expected once");
        }
        return map.getValue().get(0).getValueNode();
    }

    private JsonNode tree(Node node, int depth) {
        if (depth > DEEPEST) {
            throw tooDeep(place(node));
        }
        if (node instanceof ScalarNode scalar) {
            return Tag.NULL.equals(scalar.getTag()) ? NullNode.getInstance() : TextNode.valueOf(scalar.getValue());
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            sequence.getValue().forEach(item -> array.add(tree(item, depth + 1)));
            return array;
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple entry : ((MappingNode) node).getValue()) {
            String key = key(entry);
            if (object.has(key)) {
                throw new InputException(place(entry.getKeyNode()) + ": the key " + key + " is given twice");
            }
            object.set(key, tree(entry.getValueNode(), depth + 1));
        }
        return object;
    }

    private String key(NodeTuple entry) {
        if (entry.getKeyNode() instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new InputException(place(entry.getKeyNode()) + ": a key must be a single word");
    }

    private String place(Node node) {
        return place(address, node.getStartMark());
    }

    private static String place(String address, Optional<Mark> start) {
        return address + start.map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
    }
}
