// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.ScorerChoice;
import org.purespark.encoder.EncoderPart;
import org.purespark.evaluate.WeightMeans;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.PrunedHeadsFile;

/** Scorers and policies in the stages score and prune. */
class HeadScorersInRunsTest {
    private static final String CLASSIFIER = Path.of("src/test/resources/golden/bert/classifier.safetensors")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @ParameterizedTest
    @EnumSource
    void theLowestHeadsOfTheScorerArePruned(ScorerChoice scorer) throws IOException {
        String[] settings = {"score.scorer=" + scorer.text(), "prune.policy=share", "prune.share=0.25"};
        scoreAndPrune(settings);
        HeadScoresFile scores = scores();
        PrunedHeadsFile pruned = pruned();
        TreeSet<Head> lowest =
                new TreeSet<>(HeadOrder.of(scores.ordering()).lowestFirst().subList(0, 3));
        lowest.removeAll(scores.order().bestOfLayers());
        assertThat(pruned.heads()).isEqualTo(lowest).isNotEmpty();
        assertThat(pruned.steps()).hasSize(2);
        assertThat(pruned.steps().get(0).accuracy()).isEqualTo(scores.validationAccuracy());
        assertThat(scores.measured().texts()).isEqualTo(24);
        assertThat(files.said()).anyMatch(line -> line.contains("the lowest-scored share of all heads"));
        if (scorer == ScorerChoice.CLS_VARIANCE) {
            assertThat(files.read("run/head-scores.json")).doesNotContain("scorer", "\"scores\"");
        } else {
            assertThat(scores.scorer()).isEqualTo(scorer.text());
            assertThat(scores.scores().stream().flatMap(List::stream).distinct().count())
                    .isGreaterThan(4);
            assertThat(scores.measured().variance()).isNotEqualTo(scores.ordering());
        }
    }

    @Test
    void gradientsOfALayerHaveANormOfOne() throws IOException {
        scoreAndPrune("score.scorer=gradient");
        for (double[] layer : scores().ordering()) {
            double squares = 0;
            for (double score : layer) {
                squares += score * score;
            }
            assertThat(squares).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void uncertaintyIsTheGradientWhereNothingIsDropped() throws IOException {
        files.edit("model/config.json", "dropout_prob\": 0.1", "dropout_prob\": 0.0");
        scoreAndPrune("score.scorer=gradient");
        double[][] gradient = scores().ordering();
        scoreAndPrune("score.scorer=uncertainty", "score.samples=3");
        assertThat(scores().ordering()).isDeepEqualTo(gradient);
    }

    @Test
    void uncertaintyDependsOnTheSamplesAndTheSeed() throws IOException {
        scoreAndPrune("score.scorer=uncertainty", "score.samples=2");
        HeadScoresFile two = scores();
        scoreAndPrune("score.scorer=uncertainty", "score.samples=3");
        assertThat(scores().ordering()).isNotEqualTo(two.ordering());
        assertThat(files.said()).contains("score: runs again, because score.samples is 3, was 2");
        scoreAndPrune("score.scorer=uncertainty", "score.samples=2");
        assertThat(scores().ordering()).isDeepEqualTo(two.ordering());
    }

    @Test
    void aShareOfEachLayerIsPruned() throws IOException {
        scoreAndPrune("prune.policy=layers", "prune.share=0.5");
        assertThat(pruned().byLayer()).hasSize(3).allSatisfy((layer, heads) -> assertThat(heads)
                .hasSize(2));
    }

    @Test
    void theReportSaysThatHeadsWereSearchedForByRewards() throws IOException {
        files.purification("prune.policy=reinforce", "prune.price=1", "prune.measurements=18", "prune.threshold=0")
                .purify(files.inputs().build(), files.path("run"));
        assertThat(pruned().heads()).isNotEmpty();
        assertThat(pruned().steps()).hasSize(2);
        assertThat(files.said()).anyMatch(line -> line.contains("the measured set with the highest reward"));
        assertThat(files.read("run/report.html"))
                .contains("<code>prune.policy=reinforce</code> searches by a policy gradient.");
    }

    @Test
    void theReportSaysWhatWasDoneInPlaceOfASearch() throws IOException {
        files.purification("score.scorer=l1", "prune.policy=share", "prune.share=0.01")
                .purify(files.inputs().build(), files.path("run"));
        assertThat(files.read("run/report.html"))
                .contains(
                        "<code>score.scorer=l1</code>",
                        "No head pruned: in the share of prune.share there is none that may go",
                        "<code>prune.policy=share</code> prunes a fixed share of the lowest-scored heads")
                .doesNotContain("Heads go in groups");
    }

    @Test
    void anotherScorerScoresAgain() throws IOException {
        scoreAndPrune();
        files.said().clear();
        scoreAndPrune("score.scorer=l2");
        assertThat(files.said()).contains("score: runs again, because score.scorer is \"l2\", was \"cls-variance\"");
    }

    @Test
    void gradientsNeedAClassifier() throws IOException {
        Inputs bare = Inputs.builder()
                .model(files.path("model"))
                .validation(files.path("validation.tsv"))
                .build();
        files.purification("score.scorer=l1").runStage(StageName.SCORE, bare, files.path("norms"));
        assertThatThrownBy(() ->
                        files.purification("score.scorer=gradient").runStage(StageName.SCORE, bare, files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage("the model " + files.path("model") + " has no classifier, so texts have no loss by which"
                        + " heads could be scored: give one with --classifier, run the stage baseline first, or set"
                        + " score.scorer to one that needs no loss, such as cls-variance");
        assertThat(directory.resolve("run/head-scores.json")).doesNotExist();
    }

    @Test
    void weightsOfAHeadAreItsRowsOfQueryKeyValueAndItsColumnsOfTheOutput() throws IOException {
        Checkpoint checkpoint = new CheckpointReader(TinyFiles.STORAGE).read(files.path("model"), CLASSIFIER);
        int d = checkpoint.encoder().hidden();
        int e = checkpoint.encoder().headSize();
        double sum = 0;
        for (int row = 2 * e; row < 3 * e; row++) {
            for (int column = 0; column < d; column++) {
                for (EncoderPart part : Set.of(EncoderPart.QUERY, EncoderPart.KEY, EncoderPart.VALUE)) {
                    sum += Math.abs(checkpoint.tensors().get(part.weight(1)).values()[row * d + column]);
                }
                sum += Math.abs(checkpoint
                        .tensors()
                        .get(EncoderPart.ATTENTION_OUTPUT.weight(1))
                        .values()[column * d + row]);
            }
        }
        assertThat(WeightMeans.of(checkpoint).absolute()[1][2]).isCloseTo(sum / (4 * d * e), within(1e-12));
    }

    private void scoreAndPrune(String... settings) throws IOException {
        files.purification(settings).runStage(StageName.BASELINE, files.inputs().build(), files.path("run"));
        for (StageName stage : List.of(StageName.SCORE, StageName.PRUNE)) {
            files.purification(settings).runStage(stage, Inputs.builder().build(), files.path("run"));
        }
    }

    private HeadScoresFile scores() throws IOException {
        return new JsonFiles(TinyFiles.STORAGE)
                .read(files.path("run/" + RunDirectory.HEAD_SCORES), HeadScoresFile.class, HeadScoresFile.SCHEMA);
    }

    private PrunedHeadsFile pruned() throws IOException {
        return new JsonFiles(TinyFiles.STORAGE)
                .read(files.path("run/" + RunDirectory.PRUNED_HEADS), PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA);
    }
}
