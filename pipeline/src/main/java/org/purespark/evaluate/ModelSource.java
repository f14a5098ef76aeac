// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.IOException;
import java.io.Serializable;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.storage.Storage;

/**
 * Where a model is read from.
 *
 * @param address of its files
 * @param version changes with the contents, so that a cached model is not taken for another one
 */
public record ModelSource(ModelAddress address, String version) implements Serializable {
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

    /** The same with absolute addresses: another machine has another working directory. */
    public ModelSource absolute(Storage storage) throws IOException {
        return new ModelSource(address.absolute(storage), version);
    }
}
