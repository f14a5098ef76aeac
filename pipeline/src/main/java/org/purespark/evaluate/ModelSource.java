// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.IOException;
import java.io.Serializable;
import org.purespark.storage.Storage;

/**
 * Where a model is read from.
 *
 * @param directory address of a Hugging Face directory
 * @param classifierFile address of a classifier's safetensors, or null: the directory's own, where it has one
 * @param version changes with the contents, so that a cached model is not taken for another one
 */
public record ModelSource(String directory, String classifierFile, String version) implements Serializable {
    /** The same with absolute addresses: another machine has another working directory. */
    public ModelSource absolute(Storage storage) throws IOException {
        return new ModelSource(
                storage.qualified(directory),
                classifierFile == null ? null : storage.qualified(classifierFile),
                version);
    }
}
