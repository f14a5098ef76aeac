// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.family.ConfigKeys;
import org.purespark.family.Family;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Where the parts of a model are: in its own directory, or for an adapter some in its base model's.
 *
 * @param directory with {@code config.json} and weights
 * @param config {@code config.json}, as the model is to be read
 * @param adapter what changes the weights; empty for a whole model
 * @param tokenizerDirectory with the tokenizer's files
 */
record ModelFiles(String directory, ObjectNode config, Optional<Adapter> adapter, String tokenizerDirectory) {
    private static final List<String> TOKENIZERS = List.of("tokenizer.json", "vocab.txt", "vocab.json");

    /** @throws InputException if the directory has no model, or an adapter whose base model is not known */
    static ModelFiles of(Storage storage, ModelAddress model) throws IOException {
        Optional<String> base = AdapterBase.of(storage, model);
        String directory = base.orElse(model.directory());
        requireDirectory(storage, directory);
        ObjectNode config =
                JsonFile.read(storage, Storage.child(directory, CheckpointReader.CONFIG_FILE), FileKind.MODEL_CONFIG);
        if (base.isEmpty()) {
            return new ModelFiles(directory, config, Optional.empty(), directory);
        }
        Adapter adapter = Adapter.read(storage, model.directory());
        ModelFiles files =
                new ModelFiles(directory, config, Optional.of(adapter), tokenizer(storage, model, directory));
        files.declareHead(adapter);
        return files;
    }

    static void requireDirectory(Storage storage, String directory) throws IOException {
        if (!storage.isDirectory(directory)) {
            throw new InputException("cannot read model " + directory
                    + ": no such directory; expected one with config.json, weights and tokenizer files");
        }
        String config = Storage.child(directory, CheckpointReader.CONFIG_FILE);
        if (!storage.exists(config)) {
            throw new InputException("cannot read model " + directory + ": it has no " + CheckpointReader.CONFIG_FILE
                    + WeightFiles.ifMissingTarget(storage, config));
        }
    }

    /** The adapter's directory if it has a tokenizer, else the base model's. */
    static String tokenizer(Storage storage, ModelAddress model, String base) throws IOException {
        List<String> names = storage.fileNames(model.directory());
        return names.stream().anyMatch(TOKENIZERS::contains) ? model.directory() : base;
    }

    String configAddress() {
        return Storage.child(directory, CheckpointReader.CONFIG_FILE);
    }

    WeightFiles weights(Storage storage) throws IOException {
        return WeightFiles.find(storage, directory);
    }

    /** Names of all tensors in the weights, and of the adapter's own ones. */
    List<String> tensorNames(Storage storage) throws IOException {
        List<String> names = new ArrayList<>(weights(storage).tensorNames(storage));
        adapter.ifPresent(one -> names.addAll(one.whole().keySet()));
        return names;
    }

    /** Makes the configuration that of the adapted model: its class, and no names for other classes than it has. */
    private void declareHead(Adapter one) {
        if (one.config().task() != AdapterConfig.Task.SEQUENCE) {
            return;
        }
        Family family = new ConfigKeys(config, configAddress()).family();
        config.putArray("architectures").add(family.className(ConfigKeys.SEQUENCE_CLASSIFICATION));
        Adapter.Whole projection = one.whole().get(family.sequenceHead().projection() + ".weight");
        JsonNode labels = config.path("id2label");
        boolean isOther = projection != null
                && projection.tensor().shape().length == 2
                && labels.size() != projection.tensor().shape()[0];
        if (isOther) {
            config.remove(List.of("id2label", "label2id", "num_labels"));
        }
    }
}
