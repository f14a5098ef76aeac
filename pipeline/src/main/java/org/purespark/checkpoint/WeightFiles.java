// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * The files that hold a model's weights.
 *
 * @param addresses one, or the shards in name order
 * @param indexed the tensor names that the shards' index lists; empty without index
 */
record WeightFiles(List<String> addresses, Set<String> indexed) {
    static final String SAFETENSORS = "model.safetensors";
    static final String SAFETENSORS_INDEX = "model.safetensors.index.json";
    static final String PICKLE = "pytorch_model.bin";
    static final String PICKLE_INDEX = "pytorch_model.bin.index.json";

    private static final List<String> IN_ORDER_OF_PREFERENCE =
            List.of(SAFETENSORS, SAFETENSORS_INDEX, PICKLE, PICKLE_INDEX);

    /** Whether the directory has a file that weights may be in. */
    static boolean areThere(Storage storage, String directory) throws IOException {
        List<String> names = storage.fileNames(directory);
        return IN_ORDER_OF_PREFERENCE.stream().anyMatch(names::contains);
    }

    static WeightFiles find(Storage storage, String directory) throws IOException {
        for (String name : IN_ORDER_OF_PREFERENCE) {
            String address = Storage.child(directory, name);
            if (storage.exists(address)) {
                return name.endsWith(".index.json")
                        ? shards(storage, directory, address)
                        : new WeightFiles(List.of(address), Set.of());
            }
        }
        for (String name : IN_ORDER_OF_PREFERENCE) {
            String link = ifMissingTarget(storage, Storage.child(directory, name));
            if (!link.isEmpty()) {
                throw new InputException("cannot read model " + directory + ": there is no " + name + link);
            }
        }
        throw new InputException("cannot read model " + directory + ": it has no weights; expected one of "
                + String.join(", ", IN_ORDER_OF_PREFERENCE));
    }

    /** What to say of a file that is missing because it is a link to nothing; else nothing. */
    static String ifMissingTarget(Storage storage, String address) throws IOException {
        return storage.missingTarget(address)
                .map(target -> ": it is a link to " + Shown.of(target)
                        + ", which is not there; copy the directory with the files that its links name (cp -rL)")
                .orElse("");
    }

    /** The names of all tensors, as the files have them. */
    List<String> tensorNames(Storage storage) throws IOException {
        if (!indexed.isEmpty()) {
            return List.copyOf(indexed);
        }
        List<String> names = new ArrayList<>();
        for (String address : addresses) {
            try (TensorFile file = open(storage, address)) {
                file.entries().forEach(entry -> names.add(entry.name()));
            }
        }
        return names;
    }

    static TensorFile open(Storage storage, String address) throws IOException {
        return address.endsWith(".safetensors")
                ? SafeTensorsReader.open(storage, address)
                : StateDictReader.open(storage, address);
    }

    private static WeightFiles shards(Storage storage, String directory, String indexAddress) throws IOException {
        ObjectNode index = JsonFile.read(storage, indexAddress, FileKind.SHARD_INDEX);
        JsonNode map = index.path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new InputException("cannot read " + indexAddress + ": it has no \"weight_map\"");
        }
        SortedSet<String> files = new TreeSet<>();
        SortedSet<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().asText();
            if (!file.matches("[^/\\\\:\\p{Cntrl}]{1,255}") || file.equals(".") || file.equals("..")) {
                throw new InputException("cannot read " + indexAddress + ": \"weight_map\" puts "
                        + Shown.of(entry.getKey()) + " into \"" + Shown.of(file)
                        + "\"; expected the name of a file beside the index");
            }
            files.add(file);
            names.add(entry.getKey());
        }
        for (String file : files) {
            if (!storage.exists(Storage.child(directory, file))) {
                throw new InputException(
                        "cannot read model " + directory + ": shard " + Shown.of(file) + " is missing, which "
                                + indexAddress + " lists" + ifMissingTarget(storage, Storage.child(directory, file)));
            }
        }
        return new WeightFiles(
                files.stream().map(file -> Storage.child(directory, file)).toList(), names);
    }
}
