// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.config.ExportSettings;
import org.purespark.mlflow.RegisteredModel;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;

/** Suspects that are versions in an MLflow registry: what lies behind its server is fetched to a place of a command. */
final class RegistryModels {
    private final Storage storage;
    private final String place;
    private final Consumer<String> messages;
    private final Map<String, String> fetched = new HashMap<>();

    /** @param place address of the directory to fetch into; null if the command has none */
    private RegistryModels(Storage storage, String place, Consumer<String> messages) {
        this.storage = storage;
        this.place = place;
        this.messages = messages;
    }

    /**
     * Into a directory beside the command's own.
     *
     * @param directory that the command writes, or null
     * @param suffix of the name of the directory beside it
     */
    static RegistryModels beside(String directory, String suffix, Storage storage, Consumer<String> messages) {
        String place = directory == null ? null : directory.replaceAll("/+$", "") + suffix;
        return new RegistryModels(storage, place, messages);
    }

    /** The inputs with the address of the model's files in place of {@code models:/NAME/VERSION}. */
    Inputs fetched(Inputs inputs, ExportSettings settings) throws IOException {
        String model = inputs.model().orElse("");
        if (!RegisteredModel.isNamedBy(model)) {
            return inputs;
        }
        String files = address(model, settings);
        return inputs.withAddresses(address -> address.equals(model) ? files : address);
    }

    /**
     * The address of the model's files; an address that names no registry stays.
     *
     * @throws InputException if the registry has no such version, or there is no place for its files
     */
    String address(String model, ExportSettings settings) throws IOException {
        if (!RegisteredModel.isNamedBy(model)) {
            return model;
        }
        RegisteredModel version = RegisteredModel.of(model);
        if (place == null) {
            throw new InputException("--model " + model + " is of an MLflow registry, and its files are fetched to a"
                    + " directory beside that of --run: give --run DIR");
        }
        String key = settings.mlflowUrl() + " " + model;
        if (!fetched.containsKey(key)) {
            fetched.put(key, version.fetch(storage, settings, System.getenv(), place, messages));
        }
        return fetched.get(key);
    }
}
