// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * Where a model is read from.
 *
 * @param address of its files
 * @param version changes with the contents, so that a cached model is not taken for another one
 * @param changes made to the weights after they are read, in order; models with other changes are other models
 */
public record ModelSource(ModelAddress address, String version, List<WeightChange> changes) implements Serializable {
    public ModelSource {
        changes = List.copyOf(changes);
    }

    /** A model with the weights of its files. */
    public ModelSource(ModelAddress address, String version) {
        this(address, version, List.of());
    }

    /**
     * A model with a directory of its own.
     *
     * @param directory address of a Hugging Face directory
     * @param classifierFile address of a classifier's safetensors, or null: the directory's own, where it has one
     */
    public ModelSource(String directory, String classifierFile, String version) {
        this(new ModelAddress(directory, classifierFile, null), version);
    }

    /** Address of the model's directory. */
    public String directory() {
        return address.directory();
    }

    /** The same model with one more change of its weights. */
    public ModelSource with(WeightChange change) {
        List<WeightChange> all = new ArrayList<>(changes);
        all.add(change);
        return new ModelSource(address, version, all);
    }

    /** The same with absolute addresses: another machine has another working directory. */
    public ModelSource absolute(Storage storage) throws IOException {
        List<WeightChange> absolute = new ArrayList<>();
        for (WeightChange change : changes) {
            absolute.add(change.absolute(storage));
        }
        return new ModelSource(address.absolute(storage), version, absolute);
    }
}
