// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import org.purespark.storage.Storage;

/**
 * Where a model is.
 *
 * @param directory address of a Hugging Face directory, or of a PEFT adapter's
 * @param classifierFile address of a classifier's safetensors; null for the directory's own, where it has one
 * @param base address of the base model's directory, for an adapter; null otherwise, or where the adapter's own
 *     directory has it ({@link AdapterBase})
 */
public record ModelAddress(String directory, String classifierFile, String base) implements Serializable {
    public ModelAddress {
        Objects.requireNonNull(directory, "directory");
    }

    /** A model with its own classifier, if it has one, and without base. */
    public static ModelAddress of(String directory) {
        return new ModelAddress(directory, null, null);
    }

    /** The same with absolute addresses: another machine has another working directory. */
    public ModelAddress absolute(Storage storage) throws IOException {
        return new ModelAddress(
                storage.qualified(directory),
                classifierFile == null ? null : storage.qualified(classifierFile),
                base == null ? null : storage.qualified(base));
    }
}
