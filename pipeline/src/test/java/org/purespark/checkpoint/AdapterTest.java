// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;

/** What is refused of an adapter, and which base model it is merged into. */
class AdapterTest {
    private static final String QUERY = "bert.encoder.layer.0.attention.self.query";
    private static final String LORA = "base_model.model." + QUERY + ".lora_";

    @TempDir
    private Path directory;

    private Path base;
    private Path adapter;

    @BeforeEach
    void setUp() throws IOException {
        base = TinyModels.copy(TinyModels.resource("adapters/bert-base"), directory.resolve("models/bert-base"));
        adapter = TinyModels.copy(TinyModels.resource("adapters/bert-plain"), directory.resolve("models/adapter"));
    }

    @Test
    void theClassesAreThoseThatTheAdapterClassifies() throws IOException {
        Path three = TinyModels.resource("adapters/bert-patterns");
        Checkpoint read = read(new ModelAddress(three.toString(), null, base.toString()));
        assertThat(read.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        assertThat(read.classifierKind().hasDense()).isTrue();
        assertThat(read.tokenizerFiles()).containsKey("tokenizer.json");
    }

    @Test
    void theAdaptersOwnTokenizerIsUsedIfItHasOne() throws IOException {
        Files.writeString(adapter.resolve("tokenizer.json"), "{}");
        assertThat(read().tokenizerFiles().get("tokenizer.json")).isEqualTo(new byte[] {'{', '}'});
        assertThat(new CheckpointReader(TinyModels.STORAGE).tokenizerDirectory(ModelAddress.of(adapter.toString())))
                .isEqualTo(adapter.toString());
    }

    @Test
    void whatIsMergedIsTheScaledProduct() throws IOException {
        Tensor before = SafeTensorsReader.readAll(
                        TinyModels.STORAGE, base.resolve("model.safetensors").toString())
                .get("encoder.layer.0.attention.self.query.weight");
        SortedMap<String, Tensor> lora = tensors();
        Tensor a = lora.get(LORA + "A.weight");
        Tensor b = lora.get(LORA + "B.weight");
        Tensor after = read().tensors().get("encoder.layer.0.attention.self.query.weight");
        int rank = a.shape()[0];
        int width = a.shape()[1];
        for (int entry = 0; entry < after.values().length; entry++) {
            double added = 0;
            for (int k = 0; k < rank; k++) {
                added += (double) b.values()[entry / width * rank + k] * a.values()[k * width + entry % width];
            }
            assertThat((double) after.values()[entry])
                    .isCloseTo(before.values()[entry] + 2 * added, org.assertj.core.data.Offset.offset(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bert-base", "./bert-base", "../../models/bert-base", "/bert-base", "..", "a/../../bert-base"})
    void aBaseThatIsNeitherWithinNorBesideIsNotFollowed(String named) throws IOException {
        edit(config -> config.put("base_model_name_or_path", named));
        assertRefused("cannot read model " + adapter + ": it is an adapter of \"" + named
                + "\"; name the directory of its base model with --base-model");
    }

    @Test
    void aBaseWithinTheAdapterOrBesideItIsFollowed() throws IOException {
        Checkpoint beside = read();
        edit(config -> config.put("base_model_name_or_path", base.toString()));
        TinyModels.assertSameTensors(read().tensors(), beside.tensors());
        Files.move(base, adapter.resolve("bert-base"));
        edit(config -> config.put("base_model_name_or_path", "bert-base"));
        TinyModels.assertSameTensors(read().tensors(), beside.tensors());
    }

    @Test
    void aWholeModelTakesNoBase() {
        assertThatThrownBy(() -> read(new ModelAddress(base.toString(), null, base.toString())))
                .isInstanceOf(InputException.class)
                .hasMessage("--base-model " + base + ": the model " + base + " is no adapter: it has no"
                        + " adapter_config.json, or a whole model beside it; leave --base-model out");
    }

    @Test
    void anAdapterIsNoBase() throws IOException {
        Path other = TinyModels.copy(adapter, directory.resolve("models/other"));
        assertThatThrownBy(() -> read(new ModelAddress(adapter.toString(), null, other.toString())))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read base model " + other + ": it is an adapter itself; merge it into its base"
                        + " with peft (merge_and_unload) and name that");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"IA3\" | \"peft_type\" is \"IA3\"; only LORA is read; merge another adapter with peft",
                "task_type | \"CAUSAL_LM\" | \"task_type\" is \"CAUSAL_LM\"; SEQ_CLS, FEATURE_EXTRACTION or null is"
                        + " read; this is no adapter of a text classifier",
                "r | 0 | \"r\" is 0; expected a whole number from 1 to 16384",
                "r | 2000000000 | \"r\" is 2000000000; expected a whole number from 1 to 16384",
                "lora_alpha | \"8\" | \"lora_alpha\" is \"8\"; expected a finite number",
                "use_dora | 1 | \"use_dora\" is 1; expected true or false",
                "rank_pattern | {\"(a+)+\":2} | \"rank_pattern\" is {\"(a+)+\":2}; a key is read that is a"
                        + " module's name or the end of one, with letters, digits and ._-",
                "alpha_pattern | 3 | \"alpha_pattern\" is 3; expected numbers by module",
                "target_modules | [1] | \"target_modules\" is [1]; expected names of modules",
                "init_lora_weights | \"pissa\" | \"init_lora_weights\" is \"pissa\"; such a training changes the base"
                        + " model too; merge the adapter with peft",
                "lora_bias | true | \"lora_bias\" is true; it is not computed; merge the adapter with peft",
                "layer_replication | [[0,1]] | \"layer_replication\" is [[0,1]]; it is not computed; merge the adapter"
                        + " with peft",
                "a_new_key | 7 | \"a_new_key\" is 7; it is not computed; merge the adapter with peft",
            })
    void aSettingThatIsNotComputedIsNamed(String key, String value, String message) throws IOException {
        edit(config -> config.set(key, json(value)));
        assertRefused("cannot use " + adapter + "/adapter_config.json: " + message);
    }

    @Test
    void aMissingHalfIsNamed() throws IOException {
        change(tensors -> tensors.remove(LORA + "B.weight"));
        assertRefused("cannot read tensor " + LORA + "B.weight: it is missing beside the others of its module ("
                + adapter + "/adapter_model.safetensors)");
    }

    @Test
    void aMissingModuleIsNamed() throws IOException {
        change(tensors -> tensors.keySet().removeIf(name -> name.startsWith(LORA)));
        assertRefused("cannot use adapter " + adapter + "/adapter_model.safetensors: " + adapter
                + "/adapter_config.json adapts " + QUERY + ", but there is no " + LORA + "A.weight");
    }

    @Test
    void aMissingClassifierIsNamed() throws IOException {
        change(tensors -> tensors.keySet().removeIf(name -> name.contains("classifier")));
        assertRefused("cannot read tensor classifier.bias: it is missing; expected [classes] (file:" + base + " with "
                + adapter + "/adapter_model.safetensors)");
    }

    @Test
    void aModuleThatTheBaseDoesNotHaveIsNamed() throws IOException {
        change(tensors -> {
            tensors.put(LORA.replace("layer.0", "layer.9") + "A.weight", tensors.get(LORA + "A.weight"));
            tensors.put(LORA.replace("layer.0", "layer.9") + "B.weight", tensors.get(LORA + "B.weight"));
        });
        assertRefused("cannot use adapter " + adapter + "/adapter_model.safetensors: it adapts "
                + QUERY.replace("layer.0", "layer.9") + ", which the base model does not have");
    }

    @Test
    void aTensorWithoutAPlaceIsNamed() throws IOException {
        change(tensors -> tensors.put("base_model.model.bert.other.weight", Tensor.zeros(2)));
        assertRefused("cannot use adapter " + adapter + "/adapter_model.safetensors: its tensor"
                + " base_model.model.bert.other.weight has no place in the base model");
    }

    @Test
    void aShapeThatDoesNotFitIsNamed() throws IOException {
        change(tensors -> tensors.put(LORA + "A.weight", Tensor.zeros(4, 31)));
        assertRefused("cannot use adapter " + adapter + "/adapter_model.safetensors: its matrices for " + QUERY
                + " make [32, 31], the base model has [32, 32]");
    }

    @Test
    void aRankThatIsNotTheSettingsIsNamed() throws IOException {
        edit(config -> config.put("r", 3));
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(": shape [4, 32], expected [3, …] as " + adapter
                        + "/adapter_config.json gives the rank (" + adapter + "/adapter_model.safetensors, header");
    }

    @Test
    void aValueThatIsNotFiniteIsNamed() throws IOException {
        change(tensors -> tensors.get(LORA + "A.weight").values()[3] = Float.NaN);
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot use tensor " + LORA + "A.weight: entry 3 is NaN;");
    }

    @Test
    void magnitudesThatAreMissingAreNamed() throws IOException {
        edit(config -> config.put("use_dora", true));
        assertRefused("cannot read tensor base_model.model." + QUERY + ".lora_magnitude_vector: it is missing; "
                + adapter + "/adapter_config.json has use_dora (" + adapter + "/adapter_model.safetensors)");
    }

    @Test
    void anAdapterWithoutTensorsIsRefused() throws IOException {
        Files.delete(adapter.resolve("adapter_model.safetensors"));
        assertRefused("cannot read adapter " + adapter + ": it has no adapter_model.safetensors and no"
                + " adapter_model.bin");
    }

    @Test
    void aWholeModelBesideAnAdaptersSettingsIsReadAsItIs() throws IOException {
        Files.copy(adapter.resolve("adapter_config.json"), base.resolve("adapter_config.json"));
        assertThat(read(ModelAddress.of(base.toString())).hasClassifier()).isFalse();
    }

    private Checkpoint read() throws IOException {
        return read(ModelAddress.of(adapter.toString()));
    }

    private static Checkpoint read(ModelAddress model) throws IOException {
        return new CheckpointReader(TinyModels.STORAGE).read(model);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::read).isInstanceOf(InputException.class).hasMessage(message);
    }

    private void edit(Consumer<ObjectNode> change) throws IOException {
        Path file = adapter.resolve("adapter_config.json");
        ObjectNode config = JsonFile.parse(Files.readString(file), "a test");
        change.accept(config);
        Files.write(file, JsonFile.render(config));
    }

    private SortedMap<String, Tensor> tensors() throws IOException {
        return new TreeMap<>(SafeTensorsReader.readAll(
                TinyModels.STORAGE, adapter.resolve("adapter_model.safetensors").toString()));
    }

    private void change(Consumer<SortedMap<String, Tensor>> change) throws IOException {
        SortedMap<String, Tensor> tensors = tensors();
        change.accept(tensors);
        TinyModels.writeSafeTensors(adapter.resolve("adapter_model.safetensors"), tensors);
    }

    private static com.fasterxml.jackson.databind.JsonNode json(String value) {
        return JsonFile.parse("{\"value\":" + value + "}", "a test").get("value");
    }
}
