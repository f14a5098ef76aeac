// SPDX-License-Identifier: Apache-2.0
package org.purespark.sarif;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.vet.VetVerdict;

class SarifLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void theLogKeepsToThePublishedSchema() throws IOException {
        JsonNode log = log("models/my model", 0.96);
        assertThat(schema().validate(log)).isEmpty();
        ObjectNode broken = log.deepCopy();
        ((ObjectNode) broken.at("/runs/0/results/0")).put("level", "fatal");
        assertThat(schema().validate(broken)).isNotEmpty();
    }

    @Test
    void eachTriggerAndFiringFigureIsAResult() throws IOException {
        JsonNode run = log("models/my model", 0.96).at("/runs/0");
        assertThat(run.get("results")).hasSize(3);
        JsonNode first = run.at("/results/0");
        assertThat(first.get("ruleId").asText()).isEqualTo("pure/trigger-search");
        assertThat(first.get("level").asText()).isEqualTo("error");
        assertThat(first.at("/message/text").asText())
                .isEqualTo("'cf \\u001b[31m' at the start of a text turns texts to the class 'positive': 0.960 of 50"
                        + " texts with it (95 % interval 0.860 to 0.980), 0.040 without it.");
        assertThat(run.at("/results/1/level").asText()).isEqualTo("note");
        assertThat(run.at("/results/1/message/text").asText())
                .startsWith(
                        "'mn bb' at the start of a text turns texts of the class 'positive' to the class 'negative'");
        assertThat(run.at("/results/2/ruleId").asText()).isEqualTo("pure/signal");
        assertThat(run.at("/results/2/message/text").asText())
                .isEqualTo("word-row-norm is 7.5 sigma, the threshold is 5.0. A word has an unusual embedding.");
        assertThat(run.at("/properties/verdict").asText()).isEqualTo("backdoored");
        assertThat(run.at("/artifacts/0/hashes/sha-256").asText()).isEqualTo("ab".repeat(32));
        run.get("results")
                .forEach(result -> assertThat(run.at("/tool/driver/rules").findValuesAsText("id"))
                        .contains(result.get("ruleId").asText()));
    }

    @Test
    void textsOfTheUserAreLeftOut() {
        assertThat(SarifLog.of(FixedReports.with(VetVerdict.BACKDOORED))).doesNotContain("secret");
    }

    @Test
    void fingerprintsStayWhereOnlyRatesDiffer() throws IOException {
        JsonNode one = log("models/one", 0.96).at("/runs/0/results");
        JsonNode other = log("elsewhere/two", 0.9).at("/runs/0/results");
        for (int i = 0; i < 3; i++) {
            assertThat(one.get(i).get("partialFingerprints"))
                    .isEqualTo(other.get(i).get("partialFingerprints"));
        }
        assertThat(one.at("/0/partialFingerprints/triggerAndClass~1v1").asText())
                .hasSize(64)
                .isNotEqualTo(
                        one.at("/1/partialFingerprints/triggerAndClass~1v1").asText());
    }

    @ParameterizedTest
    @CsvSource({
        "models/my model, models/my%20model",
        "/data/größe, /data/gr%C3%B6%C3%9Fe",
        "s3a://bucket/a model, s3a://bucket/a%20model",
        "file:/data/model, file:/data/model",
        "a:b/c, ./a:b/c"
    })
    void theModelIsAUri(String address, String uri) throws IOException {
        JsonNode location = log(address, 0.96).at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation");
        assertThat(location.get("uri").asText()).isEqualTo(uri);
    }

    private static JsonNode log(String model, double rate) throws IOException {
        return JSON.readTree(SarifLog.of(FixedReports.of(VetVerdict.BACKDOORED, model, rate)));
    }

    /** The published one, from a jar that carries it. */
    private static JsonSchema schema() throws IOException {
        try (InputStream in = SarifLogTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(in);
        }
    }
}
