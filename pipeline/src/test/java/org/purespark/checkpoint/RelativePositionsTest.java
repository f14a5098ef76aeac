// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.purespark.checkpoint.TinyModels.CARD;
import static org.purespark.checkpoint.TinyModels.STORAGE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.storage.FileKind;

/** Exports of models with vectors of distances in each layer, as stock transformers 4 opens them. */
class RelativePositionsTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({
        "bert-key, DENSE, relative_key, 16",
        "bert-key-query, COMPACT, relative_key_query, 16",
        "electra-key, COMPACT, relative_key, 8",
        "roberta-key-query, DENSE, relative_key_query, 16",
        "albert-key, COMPACT, relative_key, 8",
        "albert-key-query, DENSE, relative_key_query, 8"
    })
    void vectorsOfDistancesAreWrittenForAllHeads(String kit, ExportForm form, String positions, int width)
            throws IOException {
        String golden = TinyModels.resource("golden/relative/" + kit).toString();
        CheckpointReader reader = new CheckpointReader(STORAGE);
        Checkpoint suspect = reader.read(golden + "/model", golden + "/classifier.safetensors");
        Checkpoint pruned = TinyModels.pruned(suspect, new Head(0, 1), new Head(2, 0), new Head(2, 3));
        String directory = temporary.resolve("export").toString();
        new CheckpointWriter(STORAGE).write(pruned, directory, form, CARD);

        Checkpoint read = reader.read(directory);
        assertThat(read.prunedHeads()).isEqualTo(pruned.prunedHeads());
        assertThat(read.encoder().architecture().attention())
                .isEqualTo(suspect.encoder().architecture().attention());
        assertThat(read.warnings()).isEqualTo(suspect.warnings()).hasSize(1);
        for (int layer = 0; layer < 3; layer++) {
            String name = "encoder.layer." + layer + ".attention.self.distance_embedding.weight";
            int own = suspect.encoder().parameterLayer(layer);
            Tensor vectors = read.tensors().get(name);
            assertThat(vectors.shape()).containsExactly(2 * 130 - 1, 4);
            assertThat(vectors.values())
                    .isEqualTo(suspect.tensors()
                            .get("encoder.layer." + own + ".attention.self.distance_embedding.weight")
                            .values());
        }
        SortedMap<String, Tensor> disk = SafeTensorsReader.readAll(STORAGE, directory + "/model.safetensors");
        Tensor unread = disk.get(suspect.family().prefix() + "embeddings.position_embeddings.weight");
        assertThat(unread.shape()).containsExactly(130, width);
        assertThat(unread.values()).containsOnly(0f);
        JsonNode config = JsonFile.read(STORAGE, directory + "/config.json", FileKind.MODEL_CONFIG);
        assertThat(config.path("position_embedding_type").asText()).isEqualTo(positions);
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("**Beware:** transformers 5 computes something else for this model: it has dropped relative"
                        + " positions (\"position_embedding_type\" is \"" + positions + "\")");
    }
}
