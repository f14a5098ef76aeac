// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelCard;
import org.purespark.family.ExportForm;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.storage.Storage;

/** An exported model has no gates: zeros in its weights alone give the logits after pruning, within 1e-4 relative. */
class ExportConformanceTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("org.purespark.family.KnownFamilies#goldenModels")
    void zerosInTheWeightsGiveTheLogitsAfterPruning(String family) throws IOException {
        Storage storage = new Storage(new Configuration(false));
        Golden golden = Golden.of(family);
        Checkpoint model = golden.checkpoint();
        Checkpoint pruned = model.with(model.tensors(), model.labels(), new TreeSet<>(golden.prunedHeads()));
        ModelCard card = ModelCard.of("Purified model", "From a test.", 128, Map.of());
        new CheckpointWriter(storage).write(pruned, directory.toString(), ExportForm.DENSE, card);

        Checkpoint read = new CheckpointReader(storage).read(directory.toString());
        assertThat(read.prunedHeads()).isEqualTo(golden.prunedHeads());
        JsonNode expected = golden.expected().get("pruned").get("logits");
        try (TextClassifier classifier =
                new TextClassifier(read.encoder(), read.classifierKind(), 0.1, 2, read.tensors(), new CpuEngine(1))) {
            float[][] logits = classifier
                    .forward(golden.allTexts(), Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            for (int b = 0; b < logits.length; b++) {
                for (int c = 0; c < 2; c++) {
                    double reference = expected.get(b).get(c).asDouble();
                    assertThat((double) logits[b][c])
                            .isCloseTo(reference, within(1e-4 * Math.max(1e-2, Math.abs(reference))));
                }
            }
        }
    }
}
