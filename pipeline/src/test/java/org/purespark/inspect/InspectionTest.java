// SPDX-License-Identifier: Apache-2.0
package org.purespark.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.inspect.InspectionReport.Finding;
import org.purespark.inspect.InspectionReport.Severity;
import org.purespark.inspect.InspectionReport.TensorFacts;
import org.purespark.inspect.InspectionReport.Verdict;
import org.purespark.purify.TinyFiles;
import org.purespark.run.artifact.JsonFiles;

class InspectionTest {
    private static final String WORDS = "embeddings.word_embeddings.weight";

    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void setUp() throws IOException {
        model = TinyFiles.in(directory).directory().resolve("model");
    }

    @Test
    void aWholeModelIsAcceptedAndDescribed() throws Exception {
        InspectionReport report = inspect();
        assertThat(report.verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(report.findings())
                .filteredOn(one -> one.severity() == Severity.REFUSAL)
                .isEmpty();
        assertThat(report.architecture().family()).isEqualTo("bert");
        assertThat(report.architecture().layers()).isEqualTo(3);
        assertThat(report.architecture().heads()).isEqualTo(4);
        assertThat(report.architecture().hidden()).isEqualTo(48);
        assertThat(report.architecture().labels()).isEmpty();
        assertThat(report.weights().files()).containsExactly("model.safetensors");
        assertThat(report.weights().parameters())
                .isEqualTo(report.weights().tensors().stream()
                        .filter(tensor -> tensor.use().equals("used"))
                        .mapToLong(tensor -> tensor.shape().stream().reduce(1, (a, b) -> a * b))
                        .sum())
                .isPositive();
        assertThat(tensor(report, WORDS).shape())
                .containsExactly(report.architecture().vocabulary(), 48);
        assertThat(tensor(report, WORDS).nan()).isZero();
        assertThat(report.tokenizer().padId()).isZero();
        assertThat(report.tokenizer().pairs()).isEqualTo("[CLS] $A [SEP] $B:1 [SEP]:1");
        assertThat(InspectionText.of(report)).contains("pairs       [CLS] $A [SEP] $B:1 [SEP]:1\n");
        assertThat(report.pickles()).isEmpty();
        byte[] config = Files.readAllBytes(model.resolve("config.json"));
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(config));
        assertThat(report.files())
                .filteredOn(file -> file.name().equals("config.json"))
                .containsExactly(new InspectionReport.FileFacts("config.json", config.length, digest));
    }

    @Test
    void anAdapterIsDescribedWithItsBaseModel() throws IOException {
        Path adapters = Path.of("src/test/resources/adapters");
        String base = adapters.resolve("bert-base").toString();
        InspectionReport report = Inspection.of(
                TinyFiles.STORAGE,
                new ModelAddress(adapters.resolve("bert-dora-all").toString(), null, base));
        assertThat(report.findings()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(report.architecture().modelClass()).isEqualTo("BertForSequenceClassification");
        assertThat(report.architecture().labels()).containsExactly("LABEL_0", "LABEL_1");
        assertThat(report.adapter().base()).isEqualTo(base);
        assertThat(report.adapter().rank()).isEqualTo(3);
        assertThat(report.adapter().changed()).isEqualTo(13);
        assertThat(report.adapter().baseFiles())
                .extracting(InspectionReport.FileFacts::name)
                .contains("config.json", "model.safetensors");
        assertThat(report.weights().files())
                .containsExactly("bert-base/model.safetensors", "adapter_model.safetensors");
        assertThat(report.tokenizer().padId()).isZero();
        assertThat(InspectionText.of(report))
                .contains("adapter     LoRA of rank 3, alpha 6.0, on 13 modules")
                .contains("file of the base model")
                .contains(report.adapter().baseFiles().stream()
                        .map(InspectionReport.FileFacts::sha256)
                        .toArray(String[]::new))
                .contains("base model  " + base);
    }

    @Test
    void anAdapterWithoutBaseModelIsRefused() throws IOException {
        Path adapter = Path.of("src/test/resources/adapters/bert-dora-all");
        InspectionReport report = Inspection.of(TinyFiles.STORAGE, adapter.toString());
        assertThat(report.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(refusals(report))
                .contains("cannot read model " + adapter + ": it is an adapter of \"someone/a-base\"; name the"
                        + " directory of its base model with --base-model");
    }

    @Test
    void valuesThatAreNotFiniteAreCountedAndRefused() throws IOException {
        put(WORDS, 0, Float.NaN);
        put(WORDS, 1, Float.NEGATIVE_INFINITY);
        InspectionReport report = inspect();
        assertThat(report.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(tensor(report, WORDS).nan()).isEqualTo(1);
        assertThat(tensor(report, WORDS).infinite()).isEqualTo(1);
        assertThat(refusals(report))
                .singleElement()
                .asString()
                .startsWith("cannot use tensor " + WORDS + ": 1 of its values are NaN and 1 infinite; the model is"
                        + " damaged or its training diverged (" + model + "/model.safetensors, header offset ");
        assertThat(InspectionText.of(report)).startsWith(model + ": refused\n  refusal: cannot use tensor");
    }

    @Test
    void anOddRowOfTheEmbeddingIsNamedByItsToken() throws IOException {
        for (int column = 0; column < 48; column++) {
            put(WORDS, 7 * 48 + column, 40);
        }
        InspectionReport report = inspect();
        assertThat(report.verdict()).isEqualTo(Verdict.ACCEPTED);
        InspectionReport.RowFacts odd = tensor(report, WORDS).oddRows().get(0);
        assertThat(odd.row()).isEqualTo(7);
        assertThat(odd.token()).isEqualTo(tokenOf(7));
        assertThat(odd.norm()).isCloseTo(40 * Math.sqrt(48), org.assertj.core.data.Percentage.withPercentage(0.01));
        assertThat(InspectionText.of(report))
                .contains("odd row     " + WORDS + " row 7 (" + tokenOf(7) + "): norm 277");
    }

    @Test
    void allThatIsRefusedIsListedNotOnlyTheFirst() throws IOException {
        Files.delete(model.resolve("vocab.txt"));
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(model.resolve("config.json"), config.replace("\"bert\"", "\"gpt2\""));
        assertThat(refusals(inspect()))
                .satisfiesExactly(
                        first -> assertThat(first).contains("\"model_type\" is \"gpt2\", a decoder"),
                        second -> assertThat(second).contains("no tokenizer.json, no vocab.txt, and no vocab.json"));
    }

    @Test
    void whatPicklesWouldRunIsNamedAndNotRun() throws IOException {
        Files.write(
                model.resolve("training_args.bin"),
                "\u0080\2cos\nsystem\n(X\4\0\0\0latetR.".getBytes(StandardCharsets.ISO_8859_1));
        Files.copy(Path.of("src/test/resources/pytorch/zip/pytorch_model.bin"), model.resolve("pytorch_model.bin"));
        InspectionReport report = inspect();
        assertThat(report.pickles()).hasSize(2);
        assertThat(report.pickles().get(0).known())
                .contains("collections.OrderedDict", "torch.FloatStorage", "torch._utils._rebuild_tensor_v2");
        assertThat(report.pickles().get(0).others()).isEmpty();
        assertThat(report.pickles().get(1).others()).containsExactly("os.system");
        assertThat(report.findings())
                .contains(new Finding(
                        Severity.WARNING,
                        "the pickle training_args.bin is not read here, but whoever loads it in Python runs"
                                + " os.system"));
        assertThat(InspectionText.of(report)).contains("pickle      training_args.bin: runs os.system");
    }

    @Test
    void aPickleThatCannotBeLookedAtIsAWarning() throws IOException {
        Files.write(model.resolve("extra.pkl"), new byte[] {(byte) 0x80, 2, (byte) 0xff});
        assertThat(inspect().findings())
                .contains(new Finding(
                        Severity.WARNING,
                        "not all of the pickle extra.pkl could be looked at: it is compressed, damaged or large"));
    }

    @Test
    void asJsonItFollowsThePublishedSchema() throws IOException {
        assertFollowsSchema();
        put(WORDS, 0, Float.NaN);
        for (int column = 0; column < 48; column++) {
            put(WORDS, 7 * 48 + column, 40);
        }
        assertFollowsSchema();
        Files.writeString(model.resolve("config.json"), "{}");
        Files.delete(model.resolve("vocab.txt"));
        Files.write(model.resolve("a.pkl"), new byte[] {(byte) 0x80, 2, 'N', '.'});
        assertFollowsSchema();
    }

    private void assertFollowsSchema() throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("../docs/inspect.schema.json")));
        JsonNode json = new ObjectMapper().readTree(JsonFiles.indented(inspect()));
        assertThat(schema.validate(json)).isEmpty();
        ((ObjectNode) json).put("more", 1).remove("verdict");
        assertThat(schema.validate(json)).hasSize(2);
    }

    @Test
    void whatIsNoDirectoryIsAnErrorOfTheCommand() {
        assertThatThrownBy(() -> Inspection.of(TinyFiles.STORAGE, model + "/config.json"))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read model " + model + "/config.json: no such directory; expected one with"
                        + " config.json, weights and tokenizer files");
    }

    private InspectionReport inspect() throws IOException {
        return Inspection.of(TinyFiles.STORAGE, model.toString());
    }

    private static TensorFacts tensor(InspectionReport report, String name) {
        return report.weights().tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> refusals(InspectionReport report) {
        return report.findings().stream()
                .filter(one -> one.severity() == Severity.REFUSAL)
                .map(Finding::message)
                .toList();
    }

    private String tokenOf(int id) throws IOException {
        return Files.readAllLines(model.resolve("vocab.txt")).get(id);
    }

    /** Puts a number into a float32 tensor. */
    private void put(String tensor, int entry, float value) throws IOException {
        Path weights = model.resolve("model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        JsonNode range = new ObjectMapper()
                .readTree(new String(content, 8, header, StandardCharsets.UTF_8))
                .get(tensor)
                .get("data_offsets");
        bytes.putFloat(8 + header + range.get(0).intValue() + entry * Float.BYTES, value);
        Files.write(weights, content);
    }
}
