// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.storage.Storage;

/** Converts the model of a jar, whatever its form. */
public final class ArtifactConverter {
    private final Storage storage;

    public ArtifactConverter(Storage storage) {
        this.storage = storage;
    }

    /**
     * Converts the ONNX export of a jar that has one, else its TensorFlow SavedModel.
     *
     * @return what was written, with warnings
     * @throws org.purespark.InputException if the jar has neither, or what it has is no BERT encoder
     */
    public Checkpoint convertJar(String jarAddress, String outDirectory) throws IOException {
        boolean hasOnnx =
                ZipDirectory.read(storage, jarAddress).keySet().stream().anyMatch(name -> name.endsWith(".onnx"));
        return hasOnnx
                ? new OnnxConverter(storage).convertJar(jarAddress, outDirectory)
                : new SavedModelConverter(storage).convertJar(jarAddress, outDirectory);
    }
}
