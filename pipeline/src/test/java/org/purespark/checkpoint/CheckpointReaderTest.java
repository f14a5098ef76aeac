// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.family.Bert;
import org.purespark.family.ExportForm;

class CheckpointReaderTest {
    private static final String QUERY = "encoder.layer.1.attention.self.query.weight";

    @TempDir
    Path temporary;

    private final CheckpointReader reader = new CheckpointReader(TinyModels.STORAGE);
    private Path model;
    private SortedMap<String, Tensor> tensors;

    @BeforeEach
    void aBertEncoder() throws IOException {
        model = Files.createDirectory(temporary.resolve("model"));
        Checkpoint checkpoint = TinyModels.encoder(new Bert());
        Files.write(model.resolve("config.json"), JsonFile.render(ExportedConfig.of(checkpoint, ExportForm.DENSE)));
        tensors = new TreeMap<>(checkpoint.tensors());
    }

    private Checkpoint read() throws IOException {
        TinyModels.writeSafeTensors(model.resolve("model.safetensors"), tensors);
        return reader.read(model.toString());
    }

    private void editConfig(UnaryOperator<String> edit) throws IOException {
        Path config = model.resolve("config.json");
        Files.writeString(config, edit.apply(Files.readString(config)));
    }

    @ParameterizedTest
    @MethodSource("org.purespark.family.KnownFamilies#modelTypes")
    void theGoldenModelOfEachFamilyLoadsWithAClassifierOfItsOwn(String modelType) throws IOException {
        String golden = TinyModels.resource("golden/" + modelType).toString();

        Checkpoint encoder = reader.read(golden + "/model");
        assertThat(encoder.hasClassifier()).isFalse();
        assertThat(encoder.labels()).isEmpty();
        assertThat(encoder.warnings()).isEmpty();
        assertThat(encoder.family().modelType()).isEqualTo(modelType);
        assertThat(encoder.encoder().layers()).isEqualTo(3);
        assertThat(encoder.encoder().headSize()).isEqualTo(12);
        ObjectNode raw = encoder.rawConfig();
        assertThat(encoder.encoder().layerNormEpsilon())
                .isEqualTo(raw.path(raw.has("norm_eps") ? "norm_eps" : "layer_norm_eps")
                        .asDouble(1e-12));
        assertThat(encoder.encoder().projectsEmbeddings()).isEqualTo(raw.has("embedding_size"));
        assertThat(encoder.encoder().maxTokens()).isEqualTo(160);
        assertThat(encoder.tokenizerFiles().keySet()).containsAnyOf("tokenizer.json", "vocab.txt");

        Checkpoint classifier = reader.read(golden + "/model", golden + "/classifier.safetensors");
        assertThat(classifier.labels()).containsExactly("LABEL_0", "LABEL_1");
        assertThat(classifier.classifierKind()).isEqualTo(ClassifierKind.LINEAR);
        assertThat(classifier.tensors().get(EncoderPart.CLASSIFIER.weight()).shape())
                .containsExactly(2, 48);
    }

    @Test
    void distilBertsTensorsBearBertsNames() throws IOException {
        Path golden = TinyModels.resource("golden/distilbert/model");
        SortedMap<String, Tensor> disk = SafeTensorsReader.readAll(
                TinyModels.STORAGE, golden.resolve("model.safetensors").toString());
        SortedMap<String, Tensor> read = reader.read(golden.toString()).tensors();
        Map<String, String> names = Map.of(
                "transformer.layer.2.attention.q_lin.weight", "encoder.layer.2.attention.self.query.weight",
                "transformer.layer.2.attention.out_lin.bias", "encoder.layer.2.attention.output.dense.bias",
                "transformer.layer.2.sa_layer_norm.weight", "encoder.layer.2.attention.output.LayerNorm.weight",
                "transformer.layer.2.ffn.lin1.weight", "encoder.layer.2.intermediate.dense.weight",
                "transformer.layer.2.ffn.lin2.weight", "encoder.layer.2.output.dense.weight",
                "transformer.layer.2.output_layer_norm.bias", "encoder.layer.2.output.LayerNorm.bias");
        names.forEach((onDisk, canonical) -> assertThat(read.get(canonical).values())
                .as(canonical)
                .isEqualTo(disk.get(onDisk).values()));
        assertThat(read).doesNotContainKey("embeddings.token_type_embeddings.weight");
    }

    @ParameterizedTest
    @CsvSource({"bert.", "module.", "module.bert."})
    void namesMayHaveAPrefix(String prefix) throws IOException {
        SortedMap<String, Tensor> expected = new TreeMap<>(tensors);
        tensors = renamed(name -> prefix + name);
        Checkpoint checkpoint = read();
        TinyModels.assertSameTensors(checkpoint.tensors(), expected);
        assertThat(checkpoint.warnings()).isEmpty();
    }

    @Test
    void layerNormsMayBeCalledGammaAndBeta() throws IOException {
        SortedMap<String, Tensor> expected = new TreeMap<>(tensors);
        tensors = renamed(name -> "bert."
                + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"));
        assertThat(tensors).containsKey("bert.embeddings.LayerNorm.gamma");
        TinyModels.assertSameTensors(read().tensors(), expected);
    }

    @Test
    void buffersPoolersAndHeadsOfOtherTasksAreIgnoredAndOthersNamed() throws IOException {
        SortedMap<String, Tensor> expected = new TreeMap<>(tensors);
        for (String name : new String[] {
            "bert.embeddings.position_ids", "embeddings.token_type_ids", "pooler.dense.weight",
                    "bert.pooler.dense.bias",
            "cls.predictions.bias", "lm_head.bias", "generator_predictions.dense.bias",
                    "discriminator_predictions.dense.bias"
        }) {
            tensors.put(name, Tensor.zeros(1));
        }
        tensors.put("qa_outputs.weight", Tensor.zeros(1));
        tensors.put("encoder.layer.2.output.dense.bias", Tensor.zeros(1));
        Checkpoint checkpoint = read();
        TinyModels.assertSameTensors(checkpoint.tensors(), expected);
        assertThat(checkpoint.warnings()).hasSize(2);
        assertThat(checkpoint.warnings())
                .anyMatch(warning -> warning.startsWith("unexpected tensor qa_outputs.weight is left out ("))
                .anyMatch(warning ->
                        warning.startsWith("unexpected tensor encoder.layer.2.output.dense.bias is left out ("));
    }

    @Test
    void shardsAreReadByTheirIndex() throws IOException {
        SortedMap<String, Tensor> expected = new TreeMap<>(tensors);
        writeShards("model-00002-of-00002.safetensors");
        TinyModels.assertSameTensors(reader.read(model.toString()).tensors(), expected);
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        writeShards("model-00002-of-00002.safetensors");
        Files.delete(model.resolve("model-00002-of-00002.safetensors"));
        assertRefused("cannot read model " + model + ": shard model-00002-of-00002.safetensors is missing, which "
                + model + "/model.safetensors.index.json lists");
    }

    @Test
    void aShardOutsideOfTheDirectoryIsRefused() throws IOException {
        writeShards("../model-00002-of-00002.safetensors");
        assertRefused("into \"../model-00002-of-00002.safetensors\"; expected the name of a file beside the index");
    }

    @Test
    void aTensorThatTheIndexListsButNoShardHoldsIsNamed() throws IOException {
        writeShards("model-00002-of-00002.safetensors");
        Path shard = model.resolve("model-00002-of-00002.safetensors");
        SortedMap<String, Tensor> kept = SafeTensorsReader.readAll(TinyModels.STORAGE, shard.toString());
        kept.remove(QUERY);
        TinyModels.writeSafeTensors(shard, kept);
        assertRefused("cannot read tensor " + QUERY + ": the index lists it, but no shard holds it (" + model + ")");
    }

    @Test
    void aMissingTensorIsNamedWithItsShape() throws IOException {
        tensors.remove(QUERY);
        assertReadRefused("cannot read tensor bert." + QUERY + ": it is missing; expected [6, 6] (" + model
                + "/model.safetensors)");
    }

    @Test
    void aMisshapenTensorIsNamedWithItsPlace() throws IOException {
        tensors.put(QUERY, Tensor.zeros(6, 5));
        TinyModels.writeSafeTensors(model.resolve("model.safetensors"), tensors);
        String header = Files.readString(model.resolve("model.safetensors"), StandardCharsets.ISO_8859_1);
        assertRefused("cannot read tensor " + QUERY + ": shape [6, 5], expected [6, 6] (" + model
                + "/model.safetensors, header offset " + header.indexOf("\"" + QUERY) + ")");
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void weightsThatAreNoNumbersAreRefused(float value) throws IOException {
        tensors.get(QUERY).values()[5] = value;
        assertReadRefused("cannot use tensor " + QUERY + ": entry 5 is " + value
                + "; the model is damaged or its training diverged (" + model + "/model.safetensors, header offset ");
    }

    @Test
    void aTensorUnderTwoNamesIsRefused() throws IOException {
        tensors.put("bert." + QUERY, tensors.get(QUERY));
        assertReadRefused("it is there twice (");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        Path file = model.resolve("model.safetensors");
        TinyModels.writeSafeTensors(file, tensors);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        assertRefused("but the file has " + (whole.length - 5) + " bytes: it is truncated; copy it again");
    }

    @Test
    void aTokenClassifierBringsItsClassifierAndLabels() throws IOException {
        Checkpoint classifier = TinyModels.classifier(new Bert(), ClassifierKind.LINEAR);
        tensors = new TreeMap<>(classifier.tensors());
        editConfig(text -> text.replace("BertModel", "BertForTokenClassification")
                .replaceFirst("\\{", "{\"id2label\":{\"2\":\"good\",\"0\":\"bad\",\"1\":\"fair\"},"));
        assertThat(read().labels()).containsExactly("bad", "fair", "good");

        tensors.remove(EncoderPart.CLASSIFIER.bias());
        assertReadRefused("cannot read tensor classifier.bias: it is missing; expected [classes]");
    }

    @Test
    void aDeclaredClassifierThatIsMissingIsRefusedUnlessAFileBringsIt() throws IOException {
        editConfig(text -> text.replace("BertModel", "BertForTokenClassification"));
        assertReadRefused("cannot read tensor classifier.bias: it is missing");

        writeClassifier(2, 6, 2);
        assertThat(read().labels()).containsExactly("LABEL_0", "LABEL_1");
    }

    @Test
    void aProjectionWithoutWhatReadsTheEncoderIsRefused() {
        tensors.putAll(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR).tensors());
        assertReadRefused("cannot use " + model + "/config.json: it names BertModel under \"architectures\", and there"
                + " is classifier.weight without bert.pooler.dense.weight: it is not known what reads the encoder;"
                + " write"
                + " \"architectures\": [\"BertForTokenClassification\"] if it reads the first token's last"
                + " hidden state");
    }

    @Test
    void tensorsOfAnotherHeadThanDeclaredAreRefused() throws IOException {
        tensors = renamed(name -> name);
        tensors.put("bert.pooler.dense.weight", Tensor.zeros(6, 6));
        tensors.put("classifier.weight", Tensor.zeros(2, 6));
        editConfig(text -> text.replace("BertModel", "BertForTokenClassification"));
        assertReadRefused(
                "cannot use " + model + "/config.json: \"architectures\" is BertForTokenClassification, but the"
                        + " tensors bert.pooler.dense.weight and classifier.weight are those of"
                        + " BertForSequenceClassification;"
                        + " write the class there that the model is of");
    }

    @Test
    void aClassifierBesideTheWeightsReplacesTheirs() throws IOException {
        tensors.putAll(TinyModels.classifier(new Bert(), ClassifierKind.LINEAR).tensors());
        writeClassifier(4, 6, 4);
        Checkpoint checkpoint = read();
        assertThat(checkpoint.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
        assertThat(checkpoint.tensors().get(EncoderPart.CLASSIFIER.weight()).values())
                .containsOnly(0f);
        assertThat(checkpoint.warnings())
                .containsExactly("the classifier in " + model + "/classifier.safetensors replaces that of the weights");
    }

    @Test
    void classifiersThatDoNotFitAreRefused() throws IOException {
        writeClassifier(2, 5, 2);
        assertReadRefused("cannot read tensor weight: shape [2, 5], expected [classes, 6]");
        writeClassifier(2, 6, 3);
        assertReadRefused("cannot read tensor bias: shape [3], expected [2] as its weight has 2 rows");
        writeClassifier(0, 6, 0);
        assertReadRefused("cannot use tensor weight: a classifier needs a logit, it has none");
        TinyModels.writeSafeTensors(
                model.resolve("classifier.safetensors"), new TreeMap<>(Map.of("weight", Tensor.zeros(2, 6))));
        assertReadRefused("tensor bias is missing; a classifier has weight [C, 6] and bias [C]");
        assertThatThrownBy(() -> reader.read(model.toString(), model + "/none.safetensors"))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read classifier " + model + "/none.safetensors: no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"0\":\"a\",\"1\":\"b\"} | \"id2label\" names 2 classes, the classifier has 3",
                "{\"0\":\"a\",\"2\":\"b\"} | expected a distinct name for each id, counted from \"0\"",
                "{\"0\":\"a\",\"1\":\"a\",\"2\":\"b\"} | expected a distinct name for each id",
                "{\"0\":\"a\",\"x\":\"b\"} | expected a distinct name for each id",
                "[] | expected a distinct name for each id"
            })
    void labelsThatDoNotFitAreRefused(String labels, String message) throws IOException {
        tensors = new TreeMap<>(
                TinyModels.classifier(new Bert(), ClassifierKind.LINEAR).tensors());
        editConfig(text -> text.replace("BertModel", "BertForTokenClassification")
                .replaceFirst("\\{", "{\"id2label\":" + labels + ","));
        assertReadRefused(message);
    }

    @ParameterizedTest
    @CsvSource({"{\"2\":[0]}", "{\"0\":[3]}", "{\"0\":1}", "{\"x\":[1]}", "[1]", "{\"0\":[-1]}"})
    void prunedHeadsThatDoNotExistAreRefused(String heads) throws IOException {
        editConfig(text -> text.replaceFirst("\\{", "{\"pruned_heads\":" + heads + ","));
        assertReadRefused("\"pruned_heads\" is " + heads + "; expected lists of heads 0 to 2 by layer 0 to 1");
    }

    @Test
    void fullShapesUnderDeclaredCutHeadsAreRefused() throws IOException {
        editConfig(text -> text.replaceFirst("\\{", "{\"pruned_heads\":{\"1\":[0]},"));
        assertReadRefused("encoder.layer.1.attention.output.dense.weight: shape [6, 6], expected [6, 4] as config.json"
                + " declares pruned_heads");
    }

    @Test
    void headsThatAreDeclaredZeroButAreNotAreRefused() throws IOException {
        editConfig(text -> text.replaceFirst("\\{", "{\"pure_pruned_heads\":{\"1\":[0]},"));
        assertReadRefused("heads that config.json lists under \"pure_pruned_heads\" are not zero in it");
    }

    @Test
    void bothKindsOfPrunedHeadsAtOnceAreRefused() throws IOException {
        editConfig(
                text -> text.replaceFirst("\\{", "{\"pruned_heads\":{\"1\":[0]},\"pure_pruned_heads\":{\"1\":[0]},"));
        assertReadRefused("it has both \"pruned_heads\" and \"pure_pruned_heads\"");
    }

    @Test
    void directoriesThatAreNoModelsAreRefused() throws IOException {
        assertThatThrownBy(() -> reader.read(model + "/none"))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read model " + model
                        + "/none: no such directory; expected one with config.json, weights and tokenizer files");
        assertRefused("it has no weights; expected one of model.safetensors, model.safetensors.index.json,"
                + " pytorch_model.bin, pytorch_model.bin.index.json");
        editConfig(text -> text.substring(0, text.length() / 2));
        assertRefused("cannot read " + model + "/config.json: not valid JSON: ");
        Files.delete(model.resolve("config.json"));
        assertRefused("cannot read model " + model + ": it has no config.json");
    }

    private void assertReadRefused(String message) {
        assertThatThrownBy(this::read).isInstanceOf(InputException.class).hasMessageContaining(message);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> reader.read(model.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    private SortedMap<String, Tensor> renamed(UnaryOperator<String> rename) {
        SortedMap<String, Tensor> renamed = new TreeMap<>();
        tensors.forEach((name, tensor) -> renamed.put(rename.apply(name), tensor));
        return renamed;
    }

    private void writeClassifier(int rows, int columns, int biases) throws IOException {
        TinyModels.writeSafeTensors(
                model.resolve("classifier.safetensors"),
                new TreeMap<>(Map.of("weight", Tensor.zeros(rows, columns), "bias", Tensor.zeros(biases))));
    }

    /** Splits the tensors at layer 1 and names the second part's file as told. */
    private void writeShards(String second) throws IOException {
        String first = "model-00001-of-00002.safetensors";
        TinyModels.writeSafeTensors(model.resolve(first), tensors.headMap("encoder.layer.1"));
        TinyModels.writeSafeTensors(
                model.resolve("model-00002-of-00002.safetensors"), tensors.tailMap("encoder.layer.1"));
        var index = JsonFile.MAPPER.createObjectNode();
        var map = index.putObject("weight_map");
        tensors.keySet().forEach(name -> map.put(name, name.compareTo("encoder.layer.1") < 0 ? first : second));
        Files.write(model.resolve("model.safetensors.index.json"), JsonFile.render(index));
    }
}
