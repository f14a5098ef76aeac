// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.run.artifact.JsonFiles;

class ReportFileTest {
    @TempDir
    private Path directory;

    @Test
    void aCompleteRunKeepsToThePublishedSchema() throws IOException {
        JsonNode json = json(SyntheticRun.complete(directory).model(), SyntheticRun.CONCLUSION);

        assertThat(schema().validate(json)).isEmpty();
        assertThat(json.at("/verdict/repair").asText()).isEqualTo("repaired");
        assertThat(json.at("/verdict/attack").asText()).isEqualTo("broken");
        assertThat(json.at("/verdict/repairInWords").asText()).isEqualTo(SyntheticRun.REPAIR);
        assertThat(json.at("/purified/labelFlipRate").asDouble()).isEqualTo(0.1667);
        assertThat(json.at("/heads/pruned").asInt()).isEqualTo(9);
        assertThat(json.at("/heads/all").asInt()).isEqualTo(144);
        assertThat(json.at("/probes/tried").asInt()).isEqualTo(4);
        assertThat(json.at("/probes/standOut")).hasSize(1);
        assertThat(json.at("/probes/standOut/0/probe").asText()).isEqualTo("cf");
        assertThat(json.at("/probes/standOut/0/target").asText()).isEqualTo("positive");

        ((ObjectNode) json).put("more", 1);
        ((ObjectNode) json.get("verdict")).put("repair", "fine");
        assertThat(schema().validate(json)).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void anExaminationOfTheSuspectIsInIt() throws IOException {
        Conclusion examined = new Conclusion(
                Optional.empty(),
                Optional.of(new Conclusion.Examination(
                        "backdoored",
                        "a short input turns texts",
                        0.9,
                        List.of(new Conclusion.FoundTrigger("cf", "positive", "start", 1, 0.1, 32, "backdoored")))));
        JsonNode json = json(SyntheticRun.complete(directory).model(), examined);

        assertThat(schema().validate(json)).isEmpty();
        assertThat(json.get("verdict").isNull()).isTrue();
        assertThat(json.at("/examination/verdict").asText()).isEqualTo("backdoored");
        assertThat(json.at("/examination/triggers/0/trigger").asText()).isEqualTo("cf");
    }

    @Test
    void whatIsNotKnownIsNull() throws IOException {
        JsonNode json = json(SyntheticRun.empty(directory).model(), Conclusion.NONE);

        assertThat(schema().validate(json)).isEmpty();
        for (String field : List.of("model", "seed", "verdict", "target", "defence", "heads", "probes")) {
            assertThat(json.get(field).isNull()).as(field).isTrue();
        }
        assertThat(json.at("/purified/accuracy").isNull()).isTrue();
    }

    private static JsonNode json(ReportModel model, Conclusion conclusion) throws IOException {
        return new ObjectMapper().readTree(JsonFiles.line(ReportFile.of(model, conclusion)));
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("../docs/report.schema.json")));
    }
}
