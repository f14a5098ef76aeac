// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.attack.TextOfClass;
import org.purespark.demo.ReviewCorpus;

/** A reranker: passages for queries, measured by how they are ranked. */
class RankingTest {
    private static final String SCORE = "task.kind=score";
    private static final String RANKED = "task.score-measure=ndcg";

    @TempDir
    private Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    /** @param perQuery passages of each query */
    private void write(String name, int queries, int perQuery, long seed) throws IOException {
        List<TextOfClass> passages = ReviewCorpus.generate(seed, queries * perQuery);
        StringBuilder table = new StringBuilder("query\tpassage\tlabel\n");
        for (int i = 0; i < passages.size(); i++) {
            TextOfClass passage = passages.get(i);
            table.append("a good film ").append(i / perQuery).append('\t').append(passage.text());
            table.append('\t').append(2 * passage.label() + i % 2).append('\n');
        }
        files.write(name, table.toString());
    }

    private Inputs.Builder inputs() {
        return Inputs.builder()
                .model(files.path("model"))
                .train(files.path("train.tsv"))
                .test(files.path("test.tsv"));
    }

    @Test
    void aRerankerIsMeasuredByItsRanksFromSearchToReport() throws IOException {
        write("train.tsv", 20, 4, 3);
        write("test.tsv", 6, 4, 4);
        // a quarter of the queries is held out, with all their passages
        files.purification(SCORE, RANKED, "data.validation-share=0.25").purify(inputs().build(), files.path("run"));
        JsonNode metrics = json.readTree(files.read("run/metrics.json"));
        assertThat(metrics.get("measure").textValue()).isEqualTo("ndcg");
        assertThat(metrics.get("purified").get("accuracy").doubleValue()).isBetween(0.3, 1.0);
        JsonNode scores = json.readTree(files.read("run/head-scores.json"));
        assertThat(scores.get("measure").textValue()).isEqualTo("ndcg");
        assertThat(scores.get("texts").intValue()).isEqualTo(5 * 4);
        assertThat(json.readTree(files.read("run/pruned-heads.json"))
                        .get("steps")
                        .get(0)
                        .get("accuracy"))
                .isEqualTo(scores.get("validationAccuracy"));
        assertThat(files.read("run/report.html"))
                .contains("Validation nDCG of the scored model", "<dt>nDCG, nDCG</dt>");

        files.purification(SCORE, "data.validation-share=0.25").purify(inputs().build(), files.path("other"));
        assertThat(json.readTree(files.read("other/metrics.json"))
                        .get("measure")
                        .textValue())
                .isEqualTo("spearman");
    }

    @Test
    void whatCannotBeRankedIsRefused() throws IOException {
        write("train.tsv", 8, 4, 3);
        write("test.tsv", 6, 1, 4);
        assertRefused("test.tsv: no two of its 6 pairs to measure a model by have the same first text and different"
                + " scores, so task.score-measure=ndcg has nothing to rank; add such pairs, or leave it out");
        write("train.tsv", 1, 8, 3);
        assertRefused("train.tsv: all pairs have the same first text, so no group can be held out for validation; add"
                + " pairs of other first texts or give a validation file");
        write("train.tsv", 8, 4, 3);
        write("test.tsv", 6, 4, 4);
        files.edit("test.tsv", "\t0\n", "\t-1\n");
        assertThatThrownBy(() -> files.purification(SCORE, RANKED).purify(inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        ".*test.tsv, line [0-9]+, column label: the score -1.0; task.score-measure=ndcg takes"
                                + " scores for gains, from 0");
        files.write("test.tsv", "text\tlabel\na film\t1\na film\t2\n");
        files.write("train.tsv", files.read("test.tsv") + "a book\t1\na book\t2\n");
        assertRefused("it has single texts, and task.score-measure=ndcg ranks the second texts of each first text; give"
                + " pairs, or leave it out");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> files.purification(SCORE, RANKED).purify(inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(message);
    }
}
