// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.family.Bert;
import org.purespark.family.ExportForm;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;

/**
 * A BERT encoder out of another program's file.
 *
 * @param tensors those of the encoder's parameter list, by name
 * @param tokenizerFiles content by name
 * @param warnings what the file did not show
 */
record ConvertedEncoder(
        EncoderConfig config,
        SortedMap<String, Tensor> tensors,
        Map<String, byte[]> tokenizerFiles,
        List<String> warnings) {
    /** Writes it as a Hugging Face {@code BertModel} directory. */
    Checkpoint write(Storage storage, String outDirectory, ModelCard card) throws IOException {
        Checkpoint checkpoint = new Checkpoint(
                new Bert(),
                config,
                ClassifierKind.LINEAR,
                tensors,
                List.of(),
                TaskKind.ONE_LABEL,
                new TreeSet<>(),
                tokenizerFiles,
                JsonFile.MAPPER.createObjectNode(),
                warnings);
        new CheckpointWriter(storage).write(checkpoint, outDirectory, ExportForm.DENSE, card);
        return checkpoint;
    }

    /**
     * Checks what was read for a parameter.
     *
     * @param source the file, for messages
     * @throws InputException if the shape is another one, or a value is no finite number
     */
    static void requireUsable(String name, Tensor tensor, int[] shape, String source) {
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InputException("cannot convert " + source + ": tensor " + name + " has shape "
                    + Arrays.toString(tensor.shape()) + ", expected " + Arrays.toString(shape));
        }
        for (float value : tensor.values()) {
            if (!Float.isFinite(value)) {
                throw new InputException("cannot convert " + source + ": tensor " + name + " holds " + value);
            }
        }
    }
}
