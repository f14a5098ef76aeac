// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.inspect.Inspection;
import org.purespark.inspect.InspectionReport;
import org.purespark.report.Conclusion;
import org.purespark.report.RunReport;
import org.purespark.run.StageName;

/** What is said where transformers 4 and 5 give different results; GeneratedDirectoriesTest compares the logits. */
class TransformersRulesTest {
    private static final Path GENERATED = Path.of("src/test/resources/hub/generated");
    private static final String OTHER =
            GENERATED.resolve("bert-other-normalizer").toString();
    private static final String NOTE = OTHER + "/tokenizer.json is followed as it is, as by transformers 4;"
            + " transformers 5 makes the tokenizer by its class and may give a text other tokens:"
            + " text.transformers=5 follows that version, text.transformers=4 says that the file is meant";

    private static final String DROPPED =
            "transformers 5 computes something else for this model: it has dropped relative positions"
                    + " (\"position_embedding_type\" is \"relative_key_query\"), opens the model and leaves its vectors"
                    + " of distances out; open it in transformers 4 (pip install \"transformers<5\")";

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void aDifferenceIsSaidAndReported() throws IOException {
        Inputs inputs = files.inputs().model(OTHER).build();
        files.purification().runStage(StageName.BASELINE, inputs, files.path("run"));
        assertThat(files.said()).containsOnlyOnce(NOTE);
        RunReport.write(TinyFiles.STORAGE, files.path("run"), Conclusion.NONE, files.path("report.html"));
        assertThat(files.read("report.html")).contains("is followed as it is, as by transformers 4");
    }

    @Test
    void positionsThatVersion5HasDroppedAreSaidAndReported() throws IOException {
        String relative = GENERATED.resolve("bert-relative-key-query").toString();
        Inputs inputs = files.inputs().model(relative).build();
        files.purification().purify(inputs, files.path("run"));
        assertThat(files.said()).filteredOn(DROPPED::equals).isNotEmpty();
        assertThat(files.read("run/report.html")).contains("it has dropped relative positions");
        assertThat(files.read("run/purified/README.md")).contains("**Beware:** " + DROPPED + ".");
        assertThat(Inspection.of(TinyFiles.STORAGE, relative).findings())
                .extracting(InspectionReport.Finding::message)
                .containsExactly(DROPPED);
    }

    @Test
    void aVersionThatIsNamedIsFollowedWithoutRemark() throws IOException {
        Inputs inputs = files.inputs().model(OTHER).build();
        files.purification().runStage(StageName.BASELINE, inputs, files.path("run"));
        files.said().clear();
        files.purification("text.transformers=5").runStage(StageName.BASELINE, inputs, files.path("run"));
        assertThat(files.said())
                .anyMatch(line ->
                        line.contains("baseline: runs again, because text.transformers is \"5\", was \"files\""))
                .doesNotContain(NOTE);
    }

    @Test
    void inspectionSaysIt() throws IOException {
        assertThat(Inspection.of(TinyFiles.STORAGE, OTHER).findings())
                .extracting(InspectionReport.Finding::message)
                .containsExactly(NOTE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "albert",
                "bert-left",
                "camembert",
                "distilbert-bfloat16",
                "electra-sharded",
                "modernbert",
                "mpnet-three-classes-bin",
                "roberta-prefix-space"
            })
    void nothingIsSaidWhereTheVersionsAgree(String name) throws IOException {
        List<InspectionReport.Finding> findings = Inspection.of(
                        TinyFiles.STORAGE, GENERATED.resolve(name).toString())
                .findings();
        assertThat(findings)
                .extracting(InspectionReport.Finding::message)
                .noneMatch(text -> text.contains("transformers 5"));
    }
}
