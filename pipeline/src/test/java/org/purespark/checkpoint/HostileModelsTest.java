// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;

/** Models whose files ask for more than they hold, or are something else than they seem. */
@Timeout(20)
class HostileModelsTest {
    private static final Path HOSTILE = Path.of("src/test/resources/hostile");

    @TempDir
    Path temporary;

    private Path model;

    @BeforeEach
    void setUp() throws IOException {
        model = TinyModels.copy(TinyModels.resource("golden/bert/model"), temporary.resolve("model"));
    }

    @Test
    void aBillionLayersAreRefusedByTheirNumber() throws IOException {
        use("layers-1e9.config.json", "config.json");
        assertRefused("cannot use " + model + "/config.json: \"num_hidden_layers\" is 1000000000; the most is 1000");
    }

    @ParameterizedTest
    @CsvSource({
        "num_hidden_layers, 100000, the most is 1000",
        "num_hidden_layers, 2147483647, the most is 1000",
        "num_hidden_layers, 2147483648, expected a positive integer",
        "num_attention_heads, 1025, the most is 1024",
        "hidden_size, 262145, the most is 262144",
        "intermediate_size, 2147483647, the most is 262144",
        "vocab_size, 2147483647, the most is 10000000",
        "max_position_embeddings, 2147483647, the most is 10000000",
        "type_vocab_size, 2147483647, the most is 10000000",
        "pad_token_id, 2147483647, the most is 10000000",
        "layer_norm_eps, 1e39, expected a positive number",
        "initializer_range, 1e999, expected a positive number"
    })
    void sizesThatNoModelHasAreRefused(String key, String value, String expected) throws IOException {
        edit(key, value);
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot use " + model + "/config.json: \"" + key + "\" is ")
                .hasMessageEndingWith("; " + expected);
    }

    @Test
    void sizesThatMakeMoreParametersThanAnArrayHoldsAreRefused() throws IOException {
        edit("vocab_size", "10000000");
        edit("hidden_size", "1024");
        edit("intermediate_size", "1024");
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot use " + model + "/config.json: its sizes make 10")
                .hasMessageEndingWith(" parameters; the most is 2147483639");
    }

    @Test
    void theTensorsThatAreThereDecideBeforeSizesAreUsed() throws IOException {
        edit("num_hidden_layers", "1000");
        assertRefused(
                "cannot read tensor bert.encoder.layer.10.attention.output.LayerNorm.bias: it is missing; expected"
                        + " [48] (" + model + "/model.safetensors)");
    }

    @Test
    void aShardOutsideOfTheDirectoryIsRefused() throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        use("shard-is-parent.index.json", "model.safetensors.index.json");
        assertRefused("cannot read " + model + "/model.safetensors.index.json: \"weight_map\" puts"
                + " embeddings.LayerNorm.bias into \"..\"; expected the name of a file beside the index");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "a/b", "C:x", "a\\\\b", "", "a\\nb"})
    void aShardIsTheNameOfAFileAndNothingElse(String shard) throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        Files.writeString(
                model.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"x\": \"" + shard + "\"}}");
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"weight_map\" puts x into \"")
                .hasMessageEndingWith("\"; expected the name of a file beside the index");
    }

    @Test
    void aSmallFileThatStandsForALargeTensorIsRefused() throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        use("expand-2GB-from-10KB.pytorch_model.bin", "pytorch_model.bin");
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageMatching("cannot read tensor \\S+: shape \\[.*] has more elements than its storage, which"
                        + " has [0-9]+; save the model again with tensors that are contiguous \\(.*\\)");
    }

    @Test
    void aDirectoryInThePlaceOfWeightsIsRefused() throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        Files.createDirectory(model.resolve("model.safetensors"));
        assertRefused("cannot read " + model + "/model.safetensors: it is a directory, expected a file");
    }

    @Test
    void aLinkToWeightsThatAreNotThereIsNamed() throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        Files.createSymbolicLink(model.resolve("model.safetensors"), Path.of("../../blobs/abc"));
        assertRefused("cannot read model " + model + ": there is no model.safetensors: it is a link to"
                + " ../../blobs/abc, which is not there; copy the directory with the files that its links name"
                + " (cp -rL)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "pytorch_model.bin", "config.json"})
    void aPointerOfGitLfsIsNamed(String file) throws IOException {
        if (file.endsWith(".bin")) {
            Files.delete(model.resolve("model.safetensors"));
        }
        Files.writeString(
                model.resolve(file),
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258"
                        + "daaa5e2ca24d17e2393\nsize 12345\n");
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read " + model + "/" + file + ": ")
                .hasMessageEndingWith(
                        "it is a Git LFS pointer, not the file itself: run \"git lfs pull\" in the model's"
                                + " repository");
    }

    @Test
    void anAdapterIsNamedAsSuch() throws IOException {
        Files.move(model.resolve("config.json"), model.resolve("adapter_config.json"));
        assertRefused("cannot read model " + model + ": it is an adapter; name the directory of its base model with"
                + " --base-model");
    }

    @Test
    void aConfigurationThatIsNotUtf8IsRefused() throws IOException {
        Files.write(model.resolve("config.json"), "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused("cannot read " + model + "/config.json: it is not UTF-8 at byte 7; save the file as UTF-8");
    }

    @Test
    void namesFromFilesAreShownInOneLineAndCut() throws IOException {
        String name = "x\\u001b[2J\\n" + "y".repeat(1000);
        byte[] header = ("{\"" + name + "\":{\"dtype\":\"F33\",\"shape\":[],\"data_offsets\":[0,0]}}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[8 + header.length];
        file[0] = (byte) header.length;
        file[1] = (byte) (header.length >> 8);
        System.arraycopy(header, 0, file, 8, header.length);
        Files.write(model.resolve("model.safetensors"), file);
        assertThatThrownBy(this::read)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read tensor x\\u001b[2J\\nyyy")
                .hasMessageContaining("y… (1006 characters): unknown element type \"F33\"")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void aLabelStaysInItsCodeSpan() {
        assertThat(ModelCardText.code("good")).isEqualTo("`good`");
        assertThat(ModelCardText.code("a`b")).isEqualTo("`` a`b ``");
        assertThat(ModelCardText.code("`` ![](http://x) ``\n# head")).isEqualTo("``` `` ![](http://x) ``\\n# head ```");
        assertThat(ModelCardText.code(" ")).isEqualTo("`   `");
    }

    private ObjectNode config() throws IOException {
        return (ObjectNode)
                JsonFile.MAPPER.readTree(model.resolve("config.json").toFile());
    }

    /** Puts a value into config.json as it is written, not as it is parsed. */
    private void edit(String key, String value) throws IOException {
        ObjectNode config = config();
        config.put(key, "@VALUE@");
        Files.writeString(model.resolve("config.json"), config.toString().replace("\"@VALUE@\"", value));
    }

    private void use(String sample, String name) throws IOException {
        Files.copy(HOSTILE.resolve(sample), model.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private Checkpoint read() throws IOException {
        return new CheckpointReader(TinyModels.STORAGE).read(model.toString());
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::read).isInstanceOf(InputException.class).hasMessage(message);
    }
}
