// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Where the base model of a PEFT adapter is. The user names it. The adapter's own file may come from anyone, so what
 * it says is followed only to a directory in the adapter's own one, or directly beside that.
 */
public final class AdapterBase {
    /** Of peft. */
    static final String CONFIG_FILE = "adapter_config.json";

    private static final String KEY = "base_model_name_or_path";
    private static final Pattern NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]{1,255}");
    private static final int DEEPEST = 4;

    private AdapterBase() {}

    /**
     * Whether the directory has an adapter and no model of its own. Beside {@code config.json} and weights of a whole
     * model, what peft has written is not read.
     */
    public static boolean isAdapter(Storage storage, String directory) throws IOException {
        return storage.exists(Storage.child(directory, CONFIG_FILE)) && !isWhole(storage, directory);
    }

    private static boolean isWhole(Storage storage, String directory) throws IOException {
        return storage.exists(Storage.child(directory, CheckpointReader.CONFIG_FILE))
                && WeightFiles.areThere(storage, directory);
    }

    /**
     * The base model's directory of an adapter; empty for any other model.
     *
     * @throws InputException if a base is given for a model that is no adapter, or none is found for an adapter
     */
    public static Optional<String> of(Storage storage, ModelAddress model) throws IOException {
        if (!isAdapter(storage, model.directory())) {
            if (model.base() != null && storage.isDirectory(model.directory())) {
                throw new InputException("--base-model " + model.base() + ": the model " + model.directory()
                        + " is no adapter: it has no " + CONFIG_FILE + ", or a whole model beside it; leave"
                        + " --base-model out");
            }
            return Optional.empty();
        }
        if (model.base() != null) {
            requireModel(storage, model.base());
            return Optional.of(model.base());
        }
        String address = Storage.child(model.directory(), CONFIG_FILE);
        ObjectNode config = JsonFile.read(storage, address, FileKind.MODEL_CONFIG);
        String named = config.path(KEY).asText("");
        Optional<String> near = near(storage, model.directory(), named);
        if (near.isEmpty()) {
            throw new InputException("cannot read model " + model.directory() + ": it is an adapter"
                    + (named.isEmpty() ? "" : " of \"" + Shown.of(named) + "\"")
                    + "; name the directory of its base model with --base-model");
        }
        requireModel(storage, near.get());
        return near;
    }

    private static void requireModel(Storage storage, String base) throws IOException {
        if (!storage.isDirectory(base)) {
            throw new InputException("cannot read base model " + base + ": no such directory");
        }
        if (isAdapter(storage, base)) {
            throw new InputException("cannot read base model " + base
                    + ": it is an adapter itself; merge it into its base with peft (merge_and_unload) and name that");
        }
    }

    /** A directory in the adapter's own one, or beside it; its name is not looked for anywhere else. */
    private static Optional<String> near(Storage storage, String directory, String named) throws IOException {
        String adapter = storage.qualified(directory);
        String parent = Storage.beside(adapter, ".");
        String[] parts = named.split("/", -1);
        Optional<String> found = Optional.empty();
        if (named.startsWith("/")) {
            String absolute = storage.qualified(Storage.beside(adapter, named));
            String last = parts[parts.length - 1];
            if (NAME.matcher(last).matches() && absolute.equals(storage.qualified(Storage.child(parent, last)))) {
                found = Optional.of(absolute);
            }
        } else if (parts.length == 2 && parts[0].equals("..") && isName(parts[1])) {
            found = Optional.of(Storage.child(parent, parts[1]));
        } else if (parts.length <= DEEPEST) {
            String within = adapter;
            for (String part : parts) {
                if (!isName(part)) {
                    return Optional.empty();
                }
                within = Storage.child(within, part);
            }
            found = Optional.of(within);
        }
        return found.isPresent() && storage.isDirectory(found.get()) ? found : Optional.empty();
    }

    private static boolean isName(String part) {
        return NAME.matcher(part).matches() && !part.equals(".") && !part.equals("..");
    }
}
