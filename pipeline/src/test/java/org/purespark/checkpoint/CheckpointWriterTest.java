// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.purespark.checkpoint.TinyModels.CARD;
import static org.purespark.checkpoint.TinyModels.STORAGE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.family.Albert;
import org.purespark.family.Bert;
import org.purespark.family.ConfigKeys;
import org.purespark.family.DebertaV2;
import org.purespark.family.Electra;
import org.purespark.family.ExportForm;
import org.purespark.family.Family;
import org.purespark.family.ModernBert;
import org.purespark.family.Mpnet;
import org.purespark.family.Roberta;
import org.purespark.heads.Head;
import org.purespark.storage.FileKind;

class CheckpointWriterTest {
    private static final Head FIRST = new Head(0, 1);
    private static final Head SECOND = new Head(1, 0);
    private static final Head THIRD = new Head(1, 2);

    @TempDir
    Path temporary;

    private final CheckpointWriter writer = new CheckpointWriter(STORAGE);
    private final CheckpointReader reader = new CheckpointReader(STORAGE);

    static Stream<Arguments> familiesAndForms() {
        return TinyModels.families()
                .flatMap(family -> family.getPayload().exportForms().stream().map(form -> Arguments.of(family, form)));
    }

    @ParameterizedTest
    @MethodSource("familiesAndForms")
    void whatIsWrittenIsReadBackWithPrunedHeadsAsZeros(Family family, ExportForm form) throws IOException {
        for (Checkpoint model : new Checkpoint[] {
            TinyModels.classifier(family, ClassifierKind.LINEAR),
            TinyModels.classifier(family, TinyModels.sequenceKind(family)),
            TinyModels.encoder(family)
        }) {
            Checkpoint asked = TinyModels.pruned(model, FIRST, SECOND, THIRD);
            String directory = temporary.resolve("export").toString();
            writer.write(asked, directory, form, CARD);
            Checkpoint read = reader.read(directory);

            Checkpoint pruned = LayersApart.isNeeded(asked) ? LayersApart.of(asked) : asked;
            HeadSlices slices = new HeadSlices(pruned.encoder(), pruned.prunedHeads());
            SortedMap<String, Tensor> expected = new TreeMap<>();
            ParameterList.of(
                            pruned.encoder(),
                            pruned.classifierKind(),
                            pruned.labels().size())
                    .byName()
                    .forEach((name, parameter) -> expected.put(
                            name, slices.zeroed(parameter, pruned.tensors().get(name))));
            TinyModels.assertSameTensors(read.tensors(), expected);
            assertThat(read.prunedHeads()).containsExactly(FIRST, SECOND, THIRD);
            assertThat(read.labels()).isEqualTo(pruned.labels());
            assertThat(read.encoder()).isEqualTo(pruned.encoder());
            assertThat(read.classifierKind()).isEqualTo(pruned.classifierKind());
            assertThat(read.warnings()).isEmpty();
            assertThat(read.tokenizerFiles().get("vocab.txt"))
                    .isEqualTo("[PAD]\n[UNK]\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void theDenseFormZeroesTheHeadsRowsAndColumnsAndNothingElse() throws IOException {
        Checkpoint model = TinyModels.pruned(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR), FIRST);
        SortedMap<String, Tensor> disk = exported(model, ExportForm.DENSE);
        String layer = "bert.encoder.layer.0.attention.";
        for (String part : new String[] {"query", "key", "value"}) {
            Tensor original = model.tensors().get("encoder.layer.0.attention.self." + part + ".weight");
            Tensor weight = disk.get(layer + "self." + part + ".weight");
            Tensor bias = disk.get(layer + "self." + part + ".bias");
            for (int row = 0; row < 6; row++) {
                boolean pruned = row / 2 == 1;
                assertThat(bias.values()[row] == 0f).isEqualTo(pruned);
                for (int column = 0; column < 6; column++) {
                    assertThat(weight.values()[row * 6 + column])
                            .isEqualTo(pruned ? 0f : original.values()[row * 6 + column]);
                }
            }
        }
        Tensor original = model.tensors().get("encoder.layer.0.attention.output.dense.weight");
        Tensor output = disk.get(layer + "output.dense.weight");
        for (int i = 0; i < 36; i++) {
            assertThat(output.values()[i]).isEqualTo(i % 6 / 2 == 1 ? 0f : original.values()[i]);
        }
        assertThat(disk.get(layer + "output.dense.bias").values())
                .isEqualTo(model.tensors()
                        .get("encoder.layer.0.attention.output.dense.bias")
                        .values());
        assertThat(disk.get("bert.encoder.layer.1.attention.self.query.weight").values())
                .isEqualTo(model.tensors()
                        .get("encoder.layer.1.attention.self.query.weight")
                        .values());
    }

    @Test
    void theCompactFormCutsTheHeadsOut() throws IOException {
        Checkpoint model = TinyModels.pruned(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR), SECOND, THIRD);
        SortedMap<String, Tensor> disk = exported(model, ExportForm.COMPACT);
        String layer = "bert.encoder.layer.1.attention.";
        Tensor query = model.tensors().get("encoder.layer.1.attention.self.query.weight");
        assertThat(disk.get(layer + "self.query.weight").shape()).containsExactly(2, 6);
        assertThat(disk.get(layer + "self.query.weight").values())
                .isEqualTo(Arrays.copyOfRange(query.values(), 12, 24));
        assertThat(disk.get(layer + "self.value.bias").shape()).containsExactly(2);
        assertThat(disk.get(layer + "output.dense.weight").shape()).containsExactly(6, 2);
        Tensor output = model.tensors().get("encoder.layer.1.attention.output.dense.weight");
        assertThat(disk.get(layer + "output.dense.weight").values()[3]).isEqualTo(output.values()[9]);
        assertThat(config().path("pruned_heads").toString()).isEqualTo("{\"1\":[0,2]}");
        assertThat(config().has("pure_pruned_heads")).isFalse();
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("1.0, 1.2.\n")
                .contains("**This form opens in transformers 4.x only**");
    }

    @ParameterizedTest
    @MethodSource("org.purespark.checkpoint.TinyModels#families")
    void linearClassifiersAreTokenClassifiersOfTheFamily(Family family) throws IOException {
        SortedMap<String, Tensor> disk =
                exported(TinyModels.classifier(family, ClassifierKind.LINEAR), ExportForm.DENSE);
        assertThat(disk.keySet()).contains("classifier.weight", "classifier.bias");
        Set<String> beside = new TreeSet<>();
        family.besideLinearClassifier().forEach(tensor -> beside.add(tensor.name()));
        assertThat(disk.keySet())
                .allMatch(name ->
                        name.startsWith(family.prefix()) || name.startsWith("classifier.") || beside.contains(name));
        assertThat(config().path("architectures").path(0).asText())
                .isEqualTo(family.className("ForTokenClassification"));
        assertThat(config().path("model_type").asText()).isEqualTo(family.modelType());
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("AutoModelForTokenClassification.from_pretrained(directory)")
                .contains("logits[:, 0]")
                .contains("**Do not open it with `AutoModelForSequenceClassification`**")
                .contains("max_length=128")
                .contains("| seed | 11 |")
                .contains("`bad`, `fair`, `good`");
    }

    @ParameterizedTest
    @MethodSource("org.purespark.checkpoint.TinyModels#families")
    void sequenceClassifiersKeepTheirFamilysNames(Family family) throws IOException {
        SortedMap<String, Tensor> disk =
                exported(TinyModels.classifier(family, TinyModels.sequenceKind(family)), ExportForm.DENSE);
        String[] heads =
                switch (family.modelType()) {
                    case "bert" -> new String[] {"bert.pooler.dense.weight", "classifier.weight"};
                    case "albert" -> new String[] {"albert.pooler.weight", "classifier.weight"};
                    case "deberta-v2" -> new String[] {"pooler.dense.weight", "classifier.weight"};
                    case "modernbert" -> new String[] {"head.norm.weight", "classifier.weight"};
                    case "distilbert" -> new String[] {"pre_classifier.weight", "classifier.weight"};
                    default -> new String[] {"classifier.dense.weight", "classifier.out_proj.weight"};
                };
        assertThat(disk.keySet()).contains(heads);
        assertThat(disk.get(heads[1]).shape()).containsExactly(3, 6);
        assertThat(config().path("architectures").path(0).asText())
                .isEqualTo(family.className("ForSequenceClassification"));
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("AutoModelForSequenceClassification.from_pretrained(directory)")
                .doesNotContain("[:, 0]")
                .doesNotContain("Do not open");
    }

    @Test
    void layersThatShareWeightsAreWrittenApartIfHeadsArePruned() throws IOException {
        Checkpoint model = TinyModels.classifier(new Albert(), ClassifierKind.LINEAR);
        String[] outputs = {
            "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.dense.weight",
            "albert.encoder.albert_layer_groups.1.albert_layers.0.attention.dense.weight"
        };
        SortedMap<String, Tensor> shared = exported(model, ExportForm.DENSE);
        assertThat(shared).containsKey(outputs[0]).doesNotContainKey(outputs[1]);
        assertThat(config().path("num_hidden_groups").asInt()).isEqualTo(1);
        assertThat(Files.readString(temporary.resolve("export/README.md"))).doesNotContain("has a copy");

        SortedMap<String, Tensor> apart = exported(TinyModels.pruned(model, FIRST), ExportForm.DENSE);
        assertThat(config().path("num_hidden_groups").asInt()).isEqualTo(2);
        assertThat(config().path("num_hidden_layers").asInt()).isEqualTo(2);
        float[] common = shared.get(outputs[0]).values();
        assertThat(apart.get(outputs[1]).values()).isEqualTo(common);
        for (int i = 0; i < common.length; i++) {
            assertThat(apart.get(outputs[0]).values()[i]).isEqualTo(i % 6 / 2 == 1 ? 0f : common[i]);
        }
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("In the suspect all layers have the same weights. Here each layer has a copy");
    }

    @Test
    void aModelThatIsTooLargeWithItsLayersApartIsRefused() {
        Family albert = new Albert();
        ConfigKeys xxlarge =
                new ConfigKeys(JsonFile.MAPPER.createObjectNode().put("model_type", "albert"), "config.json");
        EncoderConfig encoder = albert.read(xxlarge);
        assertThatThrownBy(() -> CheckpointWriter.requireForm(albert, encoder, ClassifierKind.LINEAR, ExportForm.DENSE))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "cannot use a model with heads pruned layer by layer whose layers share weights,"
                                + " as each layer then has a copy: its sizes make ")
                .hasMessageEndingWith(" parameters; the most is 2147483639");
        CheckpointWriter.requireForm(albert, TinyModels.config(albert), ClassifierKind.LINEAR, ExportForm.DENSE);
    }

    @Test
    void aFormThatTheFamilyLacksIsRefused() {
        Family mpnet = new Mpnet();
        assertThatThrownBy(() -> CheckpointWriter.requireForm(
                        mpnet, TinyModels.config(mpnet), ClassifierKind.LINEAR, ExportForm.COMPACT))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot write the compact form: models of type mpnet with pruned heads have"
                        + " export.form=dense");
    }

    @Test
    void aHeadThatChangesWhatALinearClassifierReadsIsRefused() throws IOException {
        SortedMap<String, Tensor> disk =
                exported(TinyModels.classifier(new ModernBert(), ClassifierKind.LINEAR), ExportForm.DENSE);
        assertThat(config().path("classifier_activation").asText()).isEqualTo("linear");
        Tensor gamma = disk.get("model.final_norm.weight");
        assertThat(disk.get("head.norm.weight").values()).isEqualTo(gamma.values());
        assertThat(disk.get("head.dense.weight").values()[7]).isEqualTo(1 / gamma.values()[1]);
        Path weights = temporary.resolve("export/model.safetensors");
        String wayOut = "; with classifier_activation \"linear\" only a head is read that changes nothing, as this"
                + " program writes it";

        disk.get("head.norm.weight").values()[2] += 1;
        TinyModels.writeSafeTensors(weights, disk);
        assertThatThrownBy(() -> reader.read(temporary.resolve("export").toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "cannot read tensor head.norm.weight: it is not made from final_norm.weight" + wayOut);
        disk.remove("head.norm.weight");
        TinyModels.writeSafeTensors(weights, disk);
        assertThatThrownBy(() -> reader.read(temporary.resolve("export").toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read tensor head.norm.weight: it is missing" + wayOut);
    }

    @Test
    void familiesWithoutHeadPruningHaveNoCompactForm() {
        Checkpoint model = TinyModels.pruned(TinyModels.encoder(new DebertaV2()), FIRST);
        assertThatThrownBy(() -> exported(model, ExportForm.COMPACT))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot write the compact form: models of type deberta-v2 with pruned heads have"
                        + " export.form=dense");
    }

    @Test
    void encodersAreWrittenBare() throws IOException {
        SortedMap<String, Tensor> disk = exported(TinyModels.encoder(new Roberta()), ExportForm.DENSE);
        assertThat(disk.keySet())
                .contains("embeddings.word_embeddings.weight")
                .noneMatch(n -> n.startsWith("roberta."));
        assertThat(config().path("architectures").path(0).asText()).isEqualTo("RobertaModel");
        assertThat(config().has("id2label")).isFalse();
        assertThat(Files.readString(temporary.resolve("export/README.md")))
                .contains("AutoModel.from_pretrained(directory, add_pooling_layer=False)");
    }

    @Test
    void theConfigurationKeepsWhatIsStillTrue() throws IOException {
        Checkpoint model = TinyModels.pruned(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR), FIRST, THIRD);
        exported(model, ExportForm.DENSE);
        JsonNode config = config();
        assertThat(config.path("custom_key").asText()).isEqualTo("kept");
        assertThat(config.has("transformers_version")).isFalse();
        assertThat(config.has("_name_or_path")).isFalse();
        assertThat(config.path("torch_dtype").asText()).isEqualTo("float32");
        assertThat(config.path("id2label").toString()).isEqualTo("{\"0\":\"bad\",\"1\":\"fair\",\"2\":\"good\"}");
        assertThat(config.path("label2id").toString()).isEqualTo("{\"bad\":0,\"fair\":1,\"good\":2}");
        assertThat(config.path("pure_pruned_heads").toString()).isEqualTo("{\"0\":[1],\"1\":[2]}");
        assertThat(config.has("pruned_heads")).isFalse();
        assertThat(config.path("num_attention_heads").asInt()).isEqualTo(3);
    }

    @Test
    void theSameCheckpointGivesTheSameBytes() throws IOException {
        Checkpoint model = TinyModels.pruned(TinyModels.classifier(new Electra(), ClassifierKind.LINEAR), FIRST);
        Path once = temporary.resolve("once");
        Path again = temporary.resolve("again");
        writer.write(model, once.toString(), ExportForm.COMPACT, CARD);
        writer.write(model, again.toString(), ExportForm.COMPACT, CARD);
        for (String name : new String[] {"model.safetensors", "config.json", "README.md", "vocab.txt"}) {
            assertThat(again.resolve(name)).hasSameBinaryContentAs(once.resolve(name));
        }
    }

    @Test
    void anEarlierExportIsReplacedWithItsTokenizer() throws IOException {
        Path directory = Files.createDirectory(temporary.resolve("export"));
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        exported(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR), ExportForm.DENSE);
        assertThat(directory.resolve("tokenizer.json")).doesNotExist();
        assertThat(directory.resolve("vocab.txt")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "classifier.safetensors", "model.safetensors.index.json"})
    void otherWeightsInTheDirectoryAreNotMixedWith(String file) throws IOException {
        Path directory = Files.createDirectory(temporary.resolve("export"));
        Files.writeString(directory.resolve(file), "");
        assertThatThrownBy(() -> exported(TinyModels.encoder(new Bert()), ExportForm.DENSE))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot write a model to " + directory + ": it holds " + file
                        + ", which would be taken for a part of it; choose another directory");
        assertThat(directory.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void aLayerWithoutHeadsHasNoCompactForm() throws IOException {
        Checkpoint model = TinyModels.pruned(TinyModels.encoder(new Bert()), SECOND, new Head(1, 1), THIRD);
        assertThatThrownBy(() -> exported(model, ExportForm.COMPACT))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "cannot write the compact form: all 3 heads of layer 1 are pruned, which transformers cannot"
                                + " open; use export.form=dense");
        assertThat(exported(model, ExportForm.DENSE)).isNotEmpty();
    }

    @Test
    void aFailedWriteLeavesNoConfiguration() throws IOException {
        exported(TinyModels.encoder(new Bert()), ExportForm.DENSE);
        Path weights = temporary.resolve("export/model.safetensors");
        Files.delete(weights);
        Files.createDirectories(weights.resolve("in the way"));
        assertThatThrownBy(() -> exported(TinyModels.encoder(new Bert()), ExportForm.DENSE))
                .isInstanceOf(IOException.class);
        assertThat(temporary.resolve("export/config.json")).doesNotExist();
    }

    @Test
    void aCheckpointOfWrongShapeCannotBeMade() {
        Checkpoint model = TinyModels.encoder(new Bert());
        SortedMap<String, Tensor> tensors = new TreeMap<>(model.tensors());
        tensors.put("embeddings.LayerNorm.bias", Tensor.zeros(5));
        assertThatThrownBy(() -> model.with(tensors, model.labels(), model.prunedHeads()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor embeddings.LayerNorm.bias: shape [5], expected [6]");
        tensors.remove("embeddings.LayerNorm.bias");
        tensors.put("classifier.bias", Tensor.zeros(2));
        assertThatThrownBy(() -> model.with(tensors, model.labels(), model.prunedHeads()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensors missing [embeddings.LayerNorm.bias], too many [classifier.bias]");
    }

    private SortedMap<String, Tensor> exported(Checkpoint model, ExportForm form) throws IOException {
        String directory = temporary.resolve("export").toString();
        writer.write(model, directory, form, CARD);
        return SafeTensorsReader.readAll(STORAGE, directory + "/model.safetensors");
    }

    private JsonNode config() throws IOException {
        return JsonFile.read(STORAGE, temporary.resolve("export/config.json").toString(), FileKind.MODEL_CONFIG);
    }
}
