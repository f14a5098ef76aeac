// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;

/** Events of a purification at an HTTP endpoint, each valid by the published schemas of OpenLineage. */
class RunLineageTest {
    private static final String LINEAGE = "/api/v1/lineage";

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void aPurificationStartsAndIsCompleteWithInputsAndOutputs() throws IOException {
        List<JsonNode> events;
        try (HttpEndpoint endpoint = new HttpEndpoint(201, "")) {
            purify(endpoint);
            events = events(endpoint);
        }

        assertThat(events).hasSize(2).allSatisfy(RunLineageTest::assertFollowsTheSpecification);
        JsonNode complete = events.get(1);
        assertThat(events.get(0).get("eventType").asText()).isEqualTo("START");
        assertThat(complete.get("eventType").asText()).isEqualTo("COMPLETE");
        assertThat(complete.at("/run/runId")).isEqualTo(events.get(0).at("/run/runId"));
        assertThat(complete.at("/job/namespace").asText()).isEqualTo("file");
        assertThat(complete.at("/job/name").asText()).isEqualTo("pure.purify." + files.path("run"));
        assertThat(names(complete.get("inputs")))
                .contains(files.path("model"), files.path("train.tsv"), files.path("poisoned.tsv"));
        assertThat(complete.at("/inputs/0/facets/version/datasetVersion").asText())
                .matches("sha256:[0-9a-f]{64}");
        assertThat(names(complete.get("outputs"))).contains(files.path("run/purified"), files.path("run/metrics.json"));
        assertThat(files.said()).noneMatch(line -> line.contains("OpenLineage"));
    }

    @Test
    void aFailureIsToldWithItsMessage() throws IOException {
        Files.createDirectories(directory.resolve("run/baseline"));
        Files.writeString(directory.resolve("run/baseline/mine.txt"), "years of work");
        List<JsonNode> events;
        try (HttpEndpoint endpoint = new HttpEndpoint(201, "")) {
            assertThatThrownBy(() -> purify(endpoint)).isInstanceOf(InputException.class);
            events = events(endpoint);
        }

        assertThat(events).hasSize(2).allSatisfy(RunLineageTest::assertFollowsTheSpecification);
        assertThat(events.get(1).get("eventType").asText()).isEqualTo("FAIL");
        assertThat(events.get(1).at("/run/facets/errorMessage/message").asText())
                .contains("would be replaced by the stage baseline");
    }

    @Test
    void anEndpointThatRefusesIsSaidAndTheRunGoesOn() throws IOException {
        String url;
        try (HttpEndpoint endpoint = new HttpEndpoint(500, "full")) {
            purify(endpoint);
            url = endpoint.url() + LINEAGE;
        }
        assertThat(files.said())
                .anyMatch(line -> line.startsWith("not told to OpenLineage at " + url
                        + ", event START: answered with status 500 full; see export.openlineage-url"))
                .anyMatch(line -> line.contains("event COMPLETE: answered with status 500"));
        assertThat(directory.resolve("run/report.json")).exists();
    }

    @Test
    void aWrongAddressIsToldBeforeAnythingIsMade() {
        assertThatThrownBy(() -> files.purification("export.openlineage-url=marquez")
                        .purify(files.inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage("export.openlineage-url is no address of an endpoint: give http://HOST:PORT/PATH or"
                        + " https://HOST/PATH, such as http://marquez:5000/api/v1/lineage, without user and password");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    private static void assertFollowsTheSpecification(JsonNode event) {
        assertThat(errors("OpenLineage", event)).isEmpty();
        assertFacets(
                event.at("/run/facets"),
                Map.of("processing_engine", "ProcessingEngineRunFacet", "errorMessage", "ErrorMessageRunFacet"));
        for (String side : List.of("inputs", "outputs")) {
            assertThat(event.get(side))
                    .isNotEmpty()
                    .allSatisfy(dataset ->
                            assertFacets(dataset.path("facets"), Map.of("version", "DatasetVersionDatasetFacet")));
        }
    }

    /** A facet's schema is of the object that has the facet under its name. */
    private static void assertFacets(JsonNode facets, Map<String, String> schemas) {
        assertThat(facets.fieldNames()).toIterable().isSubsetOf(schemas.keySet());
        facets.fieldNames().forEachRemaining(name -> {
            String schema = schemas.get(name);
            assertThat(errors(schema, facets)).isEmpty();
            assertThat(facets.get(name).get("_schemaURL").asText()).isEqualTo(id(schema));
        });
    }

    private static Set<ValidationMessage> errors(String schema, JsonNode node) {
        SchemaValidatorsConfig strict =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return JsonSchemaFactory.getInstance(
                        SpecVersion.VersionFlag.V202012,
                        factory -> factory.schemaLoaders(
                                loaders -> loaders.schemas(Map.of(id("OpenLineage"), published("OpenLineage")))))
                .getSchema(published(schema), strict)
                .validate(node);
    }

    private static String id(String schema) {
        try {
            return new ObjectMapper().readTree(published(schema)).get("$id").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String published(String schema) {
        try {
            return Files.readString(Path.of("src/test/resources/openlineage", schema + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSchemasRefuseWhatDoesNotFollowThem() throws IOException {
        JsonNode event = new ObjectMapper()
                .readTree("{\"eventTime\":\"yesterday\",\"producer\":\"p\",\"run\":{\"runId\":\"7\"},"
                        + "\"job\":{\"namespace\":\"file\"}}");
        assertThat(errors("OpenLineage", event)).isNotEmpty();
        JsonNode facets = new ObjectMapper().readTree("{\"version\":{\"_producer\":\"https://a.b\"}}");
        assertThat(errors("DatasetVersionDatasetFacet", facets)).isNotEmpty();
    }

    private static List<String> names(JsonNode datasets) {
        List<String> names = new ArrayList<>();
        datasets.forEach(dataset -> names.add(dataset.get("name").asText()));
        return names;
    }

    private void purify(HttpEndpoint endpoint) throws IOException {
        files.purification("export.openlineage-url=" + endpoint.url() + LINEAGE)
                .purify(files.inputs().build(), files.path("run"));
    }

    private static List<JsonNode> events(HttpEndpoint endpoint) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String body : endpoint.bodies()) {
            events.add(new ObjectMapper().readTree(body));
        }
        return events;
    }
}
