// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.purespark.checkpoint.TinyModels.CARD;
import static org.purespark.checkpoint.TinyModels.STORAGE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.storage.FileKind;

/** Exports of DeBERTa with a convolution beside the first layer. */
class ConvolutionTest {
    @TempDir
    Path temporary;

    @Test
    void theConvolutionIsWrittenAsItWasRead() throws IOException {
        String golden =
                TinyModels.resource("golden/variants/deberta-convolution").toString();
        CheckpointReader reader = new CheckpointReader(STORAGE);
        Checkpoint suspect = reader.read(golden + "/model", golden + "/classifier.safetensors");
        String directory = temporary.resolve("export").toString();
        new CheckpointWriter(STORAGE)
                .write(TinyModels.pruned(suspect, new Head(0, 1)), directory, ExportForm.DENSE, CARD);

        Checkpoint read = reader.read(directory);
        assertThat(read.encoder()).isEqualTo(suspect.encoder());
        assertThat(read.warnings()).isEmpty();
        for (String name : new String[] {"conv.weight", "conv.bias", "LayerNorm.weight", "LayerNorm.bias"}) {
            Tensor before = suspect.tensors().get("encoder.conv." + name);
            Tensor after = read.tensors().get("encoder.conv." + name);
            assertThat(after.shape()).isEqualTo(before.shape());
            assertThat(after.values()).isEqualTo(before.values());
        }
        assertThat(SafeTensorsReader.readAll(STORAGE, directory + "/model.safetensors")
                        .get("deberta.encoder.conv.conv.weight")
                        .shape())
                .containsExactly(16, 16, 3);
        JsonNode config = JsonFile.read(STORAGE, directory + "/config.json", FileKind.MODEL_CONFIG);
        assertThat(config.path("conv_kernel_size").asInt()).isEqualTo(3);
        assertThat(config.path("conv_act").asText()).isEqualTo("gelu");
    }
}
