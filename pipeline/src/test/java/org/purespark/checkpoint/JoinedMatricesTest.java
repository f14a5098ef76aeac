// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.DeclaredModel;
import org.purespark.family.ExportForm;
import org.purespark.family.JoinedFamily;
import org.purespark.heads.Head;

/** A family that keeps q, k and v of a layer in one matrix on disk. */
class JoinedMatricesTest {
    private static final String JOINED = "model.layers.1.Wqkv.weight";

    @TempDir
    Path temporary;

    private Checkpoint model;
    private String weights;

    @BeforeEach
    void aModel() {
        Checkpoint bert = TinyModels.classifier(new JoinedFamily(), ClassifierKind.LINEAR);
        model = TinyModels.pruned(bert, new Head(1, 2));
        weights = temporary.resolve("export/model.safetensors").toString();
    }

    private SortedMap<String, Tensor> exported() throws IOException {
        new CheckpointWriter(TinyModels.STORAGE)
                .write(model, temporary.resolve("export").toString(), ExportForm.DENSE, TinyModels.CARD);
        return SafeTensorsReader.readAll(TinyModels.STORAGE, weights);
    }

    private SortedMap<String, Tensor> collected(String address) throws IOException {
        DeclaredModel declared = new DeclaredModel(
                model.family(),
                model.encoder(),
                model.classifierKind(),
                DeclaredModel.Classifier.DECLARED,
                Optional.empty(),
                Optional.empty());
        DeclaredHeads heads = new DeclaredHeads(ExportForm.DENSE, model.prunedHeads());
        TensorCollector collector = new TensorCollector(declared, heads, true);
        try (TensorFile file = SafeTensorsReader.open(TinyModels.STORAGE, address)) {
            collector.announce(file);
            collector.requireComplete(
                    file.entries().stream().map(TensorFile.Entry::name).toList(), "model.safetensors");
            file.readEach(collector::isWanted, collector::accept);
        }
        return collector.tensors();
    }

    @Test
    void theMatrixHoldsTheRowsOfQueryKeyAndValue() throws IOException {
        Tensor joined = exported().get(JOINED);
        assertThat(joined.shape()).containsExactly(18, 6);
        HeadSlices slices = new HeadSlices(model.encoder(), model.prunedHeads());
        SortedMap<String, ParameterSpec> parameters =
                ParameterList.ofEncoder(model.encoder()).byName();
        int row = 0;
        for (String part : new String[] {"query", "key", "value"}) {
            String name = "encoder.layer.1.attention.self." + part + ".weight";
            Tensor alone = slices.zeroed(parameters.get(name), model.tensors().get(name));
            assertThat(Arrays.copyOfRange(joined.values(), row * 6, (row + 6) * 6))
                    .as(part)
                    .isEqualTo(alone.values());
            row += 6;
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        model = TinyModels.classifier(new JoinedFamily(), ClassifierKind.LINEAR);
        exported();
        TinyModels.assertSameTensors(collected(weights), model.tensors());
    }

    @Test
    void aMatrixOfOtherRowsIsRefusedByItsOwnName() throws IOException {
        SortedMap<String, Tensor> disk = new TreeMap<>(exported());
        disk.put(JOINED, Tensor.zeros(12, 6));
        Path file = temporary.resolve("short.safetensors");
        TinyModels.writeSafeTensors(file, disk);
        assertThatThrownBy(() -> collected(file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read tensor " + JOINED + ": shape [12, 6], expected [18, 6] (");
    }

    @Test
    void anAbsentMatrixIsMissedByItsOwnName() throws IOException {
        SortedMap<String, Tensor> disk = new TreeMap<>(exported());
        disk.remove(JOINED);
        Path file = temporary.resolve("without.safetensors");
        TinyModels.writeSafeTensors(file, disk);
        assertThatThrownBy(() -> collected(file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read tensor " + JOINED + ": it is missing; expected [18, 6] (model.safetensors)");
    }

    @Test
    void prunedHeadsThatAreNotZeroInItAreRefused() throws IOException {
        SortedMap<String, Tensor> disk = new TreeMap<>(exported());
        disk.get(JOINED).values()[17 * 6] = 1f;
        Path file = temporary.resolve("regrown.safetensors");
        TinyModels.writeSafeTensors(file, disk);
        assertThatThrownBy(() -> collected(file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read tensor " + JOINED
                        + ": heads that config.json lists under \"pure_pruned_heads\" are not zero in it");
    }

    @Test
    void aFormThatTheFamilyLacksIsRefusedWherePrunedHeadsWouldNeedIt() throws IOException {
        CheckpointWriter writer = new CheckpointWriter(TinyModels.STORAGE);
        String directory = temporary.resolve("compact").toString();
        assertThatThrownBy(() -> writer.write(model, directory, ExportForm.COMPACT, TinyModels.CARD))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot write the compact form: models of type joined with pruned heads have"
                        + " export.form=dense");
        assertThat(Path.of(directory)).doesNotExist();
        writer.write(
                model.with(model.tensors(), model.labels(), new TreeSet<>()),
                directory,
                ExportForm.COMPACT,
                TinyModels.CARD);
        assertThat(Path.of(directory, "config.json")).exists();
    }
}
