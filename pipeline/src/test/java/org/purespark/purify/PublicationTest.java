// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.resource.ClasspathSchemaLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.run.StageName;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.signing.KeyFiles;
import org.purespark.signing.ModelSignature;
import org.purespark.storage.Sha256;

/** What a run writes for other tools. */
class PublicationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOM = "run/purified.cdx.json";

    @TempDir
    private Path directory;

    private TinyFiles files;
    private KeyFiles keys;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        keys = KeyFiles.in(Files.createDirectories(directory.resolve("keys")));
    }

    @Test
    void withoutSettingsNothingIsWritten() throws IOException {
        purify();
        assertThat(directory.resolve(BOM)).doesNotExist();
        assertThat(directory.resolve("run/purified/model.sig")).doesNotExist();
        assertThat(files.read("run/purified/README.md")).doesNotContain("model-index");
    }

    @Test
    void theBillOfMaterialsKeepsToTheSchemaAndTellsWhatWasMeasured() throws IOException {
        purify("export.bom=cyclonedx");
        JsonNode bom = JSON.readTree(files.read(BOM));
        assertThat(schema().validate(bom)).isEmpty();
        ObjectNode broken = bom.deepCopy();
        ((ObjectNode) broken.at("/metadata/component")).put("type", "model");
        assertThat(schema().validate(broken)).isNotEmpty();

        JsonNode model = bom.at("/metadata/component");
        assertThat(model.get("type").asText()).isEqualTo("machine-learning-model");
        for (JsonNode file : model.get("components")) {
            byte[] content = Files.readAllBytes(
                    directory.resolve("run/purified").resolve(file.get("name").asText()));
            assertThat(file.at("/hashes/0/alg").asText()).isEqualTo("SHA-256");
            assertThat(file.at("/hashes/0/content").asText()).isEqualTo(Sha256.of(content));
        }
        assertThat(names(model.get("components")))
                .containsExactlyElementsOf(TinyFiles.STORAGE.fileNames(files.path("run/purified")));

        MetricsFile metrics = TinyRuns.metrics(files.path("run"));
        JsonNode figures = model.at("/modelCard/quantitativeAnalysis/performanceMetrics");
        assertThat(figures.get(0).get("type").asText()).isEqualTo("accuracy");
        double accuracy = metrics.purified().accuracy();
        assertThat(figures.get(0).get("value").asDouble()).isEqualTo(accuracy);
        assertThat(figures.get(0).at("/confidenceInterval/lowerBound").asDouble())
                .isLessThan(accuracy);
        assertThat(figures.get(0).at("/confidenceInterval/upperBound").asDouble())
                .isGreaterThan(accuracy);
        assertThat(figures.get(1).get("type").asText()).isEqualTo("label-flip-rate");
        assertThat(figures.get(1).get("value").asDouble())
                .isEqualTo(metrics.purified().labelFlipRate());
        assertThat(model.at("/modelCard/considerations/technicalLimitations/0").asText())
                .isEqualTo(TinyRuns.verdict(files.path("run")).words());
        assertThat(model.at("/modelCard/modelParameters/architectureFamily").asText())
                .isEqualTo("bert");

        JsonNode suspect = model.at("/pedigree/ancestors/0");
        assertThat(suspect.get("name").asText()).isEqualTo("model");
        assertThat(suspect.at("/components/0/hashes/0/content").asText())
                .isEqualTo(Sha256.of(Files.readAllBytes(directory
                        .resolve("model")
                        .resolve(suspect.at("/components/0/name").asText()))));
        assertThat(names(bom.get("components")))
                .containsExactly("train.tsv", "validation.tsv", "test.tsv", "poisoned.tsv");
        assertThat(files.read(BOM)).doesNotContain(directory.toString());
    }

    @Test
    void theSameRunGivesTheSameBillAndAnotherResultAnotherOne() throws IOException {
        purify("export.bom=cyclonedx");
        String first = files.read(BOM);
        Files.delete(directory.resolve(BOM));
        files.said().clear();
        purify("export.bom=cyclonedx");
        assertThat(files.read(BOM)).isEqualTo(first);
        assertThat(files.said()).filteredOn(line -> line.contains(": runs")).isEmpty();
        assertThat(files.said()).contains("wrote " + files.path(BOM));

        purify("export.bom=cyclonedx", "penalty.lambda=0.5");
        assertThat(files.read(BOM)).isNotEqualTo(first);
        purify("penalty.lambda=0.6");
        assertThat(directory.resolve(BOM)).doesNotExist();
    }

    @Test
    void figuresInTheCardAreNoReasonToRunAgain() throws IOException {
        purify("export.card=model-index");
        double accuracy = TinyRuns.metrics(files.path("run")).purified().accuracy();
        assertThat(files.read("run/purified/README.md"))
                .contains("    - type: accuracy\n      name: \"accuracy\"\n      value: " + accuracy + "\n")
                .contains("    - type: label-flip-rate\n");
        files.said().clear();
        purify("export.card=model-index");
        assertThat(files.said()).hasSize(6).allMatch(line -> line.contains(": skipped, complete since "));
        purify();
        assertThat(files.read("run/purified/README.md")).doesNotContain("model-index");
    }

    @Test
    void theReportAloneWritesThemToo() throws IOException {
        purify();
        files.purification("export.card=model-index", "export.bom=cyclonedx", "export.signing-key=" + keys.privateKey())
                .runStage(StageName.REPORT, Inputs.builder().build(), files.path("run"));
        assertThat(files.read("run/purified/README.md")).contains("model-index:");
        assertThat(directory.resolve(BOM)).exists();
        assertThat(signature().verify(keys.verifying())).isPositive();
    }

    @Test
    void theSignatureCoversTheCardAndIsMadeAnewWhereSomethingChanges() throws IOException {
        String key = "export.signing-key=" + keys.privateKey();
        purify(key);
        int signed = signature().verify(keys.verifying());
        assertThat(signed)
                .isEqualTo(
                        TinyFiles.STORAGE.fileNames(files.path("run/purified")).size() - 1);
        String first = files.read("run/purified/model.sig");
        files.said().clear();
        purify(key);
        assertThat(files.read("run/purified/model.sig")).isEqualTo(first);
        assertThat(files.said()).hasSize(6);

        purify(key, "export.card=model-index");
        assertThat(files.read("run/purified/model.sig")).isNotEqualTo(first);
        assertThat(signature().verify(keys.verifying())).isEqualTo(signed);
        purify();
        assertThat(directory.resolve("run/purified/model.sig")).doesNotExist();
    }

    @Test
    void aWrongKeyIsToldBeforeAnythingIsMade() {
        assertThatThrownBy(() -> purify("export.signing-key=" + files.path("no.pem")))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no file " + files.path("no.pem") + ": name a private key in PEM");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    private void purify(String... settings) throws IOException {
        files.purification(settings).purify(files.inputs().build(), files.path("run"));
    }

    private ModelSignature signature() {
        return ModelSignature.in(TinyFiles.STORAGE, files.path("run/purified"));
    }

    private static List<String> names(JsonNode components) {
        List<String> names = new ArrayList<>();
        components.forEach(component -> names.add(component.get("name").asText()));
        return names;
    }

    /** The published one, from the jar of CycloneDX's own library. */
    private static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7, builder -> builder.schemaMappers(
                                mappers -> mappers.mapPrefix("http://cyclonedx.org/schema/", "classpath:"))
                        .schemaLoaders(loaders -> loaders.add(new ClasspathSchemaLoader())))
                .getSchema(SchemaLocation.of("http://cyclonedx.org/schema/bom-1.6.schema.json"));
    }
}
