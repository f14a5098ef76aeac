// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.prune.PrunePlan;
import org.purespark.prune.PruneStep;
import org.purespark.run.artifact.MetricsFile.ConfusionCounts;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.run.artifact.MetricsFile.PurifiedFigures;
import org.purespark.storage.Storage;
import org.purespark.task.Measure;

class ArtifactsTest {
    private static final String SCORES =
            """
            {"schema":1,"layers":2,"heads":3,"texts":872,"validationAccuracy":0.8703,\
            "measure":"micro-f1","variance":[[0.1,0.30000000000000004,0.0],[1.0E-5,0.5,1.0]]}
            """;
    private static final String PRUNED =
            """
            {"schema":1,"threshold":0.85,"pruned":{"2":[0,11],"11":[4]},\
            "steps":[{"pruned":0,"accuracy":0.87,"gaveBack":false},{"pruned":4,"accuracy":0.84,"gaveBack":false},\
            {"pruned":3,"accuracy":0.85,"gaveBack":true}]}
            """;
    private static final String NORMALIZATION =
            """
            {"schema":1,"layerVariance":[0.001,0.002],"coefficients":[1.0,0.0],"lambda":0.15}
            """;
    private static final String METRICS =
            """
            {"schema":1,"seed":11,"measure":"accuracy","target":1,"targetName":"positive",\
            "suspect":{"accuracy":null,"labelFlipRate":null,"untriggeredFlipRate":null},\
            "baseline":{"accuracy":0.88,"labelFlipRate":1.0,"untriggeredFlipRate":0.2},\
            "purified":{"accuracy":0.878,"labelFlipRate":0.167,"untriggeredFlipRate":0.125,\
            "confusion":{"clean":[[800,112],[110,799]],"poisoned":[[760,152],[0,0]]},"labels":null},\
            "seconds":{"baseline":610.5,"score":20.25}}
            """;

    @TempDir
    Path directory;

    private final JsonFiles files = new JsonFiles(new Storage(new Configuration()));
    private String address;

    @BeforeEach
    void place() {
        address = directory.resolve("file.json").toString();
    }

    @Test
    void headScoresAreWrittenAsContracted() throws IOException {
        double[][] variance = {{0.1, 0.1 + 0.2, 0}, {1e-5, 0.5, 1}};
        HeadScoresFile file = new HeadScoresFile(new HeadScores(2, 3, 872, variance), 0.8703, Measure.MICRO_F1);
        assertThat(written(file)).isEqualTo(SCORES);
        HeadScoresFile read = files.read(address, HeadScoresFile.class, HeadScoresFile.SCHEMA);
        assertThat(read).isEqualTo(file);
        assertThat(read.measured().variance()).isDeepEqualTo(variance);
        assertThat(read.measured().variance(new Head(1, 0))).isEqualTo(1e-5);
        String without = SCORES.replace("\"measure\":\"micro-f1\",", "");
        assertThat(JsonFiles.parse(address, without, HeadScoresFile.class, HeadScoresFile.SCHEMA)
                        .measure())
                .isNull();
    }

    @Test
    void scoresOfAnotherScorerStandBesideTheVariance() throws IOException {
        HeadScores measured = new HeadScores(1, 2, 5, new double[][] {{0.5, 0.25}});
        HeadScoresFile file = new HeadScoresFile(measured, 0.9, Measure.ACCURACY);
        assertThat(file.order().lowestFirst()).containsExactly(new Head(0, 1), new Head(0, 0));
        HeadScoresFile other = file.scoredBy("gradient", new double[][] {{-1.5, 2}});
        String text = "{\"schema\":1,\"layers\":1,\"heads\":2,\"texts\":5,\"validationAccuracy\":0.9,"
                + "\"measure\":\"accuracy\",\"variance\":[[0.5,0.25]],"
                + "\"scorer\":\"gradient\",\"scores\":[[-1.5,2.0]]}\n";
        assertThat(written(other)).isEqualTo(text);
        HeadScoresFile read = files.read(address, HeadScoresFile.class, HeadScoresFile.SCHEMA);
        assertThat(read).isEqualTo(other);
        assertThat(read.order().lowestFirst()).containsExactly(new Head(0, 0), new Head(0, 1));
        assertThatThrownBy(() -> JsonFiles.parse(
                        address, text.replace(",2.0]]", "]]"), HeadScoresFile.class, HeadScoresFile.SCHEMA))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("scores[0] has 1 entries, heads says 2");
        assertThatThrownBy(() -> JsonFiles.parse(
                        address,
                        text.replace(",\"scorer\":\"gradient\"", ""),
                        HeadScoresFile.class,
                        HeadScoresFile.SCHEMA))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("scorer is null, scores are there, expected both or none");
    }

    @Test
    void absentValidationAccuracyIsNull() throws IOException {
        HeadScoresFile file = new HeadScoresFile(new HeadScores(1, 1, 5, new double[][] {{0.5}}), null, null);
        assertThat(written(file)).contains("\"validationAccuracy\":null");
        assertThat(files.read(address, HeadScoresFile.class, 1)).isEqualTo(file);
    }

    @Test
    void prunedHeadsAreWrittenAsContracted() throws IOException {
        TreeSet<Head> heads = new TreeSet<>(List.of(new Head(11, 4), new Head(2, 11), new Head(2, 0)));
        PrunedHeadsFile file = PrunedHeadsFile.of(new PrunePlan(
                0.85,
                heads,
                List.of(new PruneStep(0, 0.87, false), new PruneStep(4, 0.84, false), new PruneStep(3, 0.85, true)),
                PrunePlan.Ending.THRESHOLD_REACHED));
        assertThat(written(file)).isEqualTo(PRUNED);
        PrunedHeadsFile read = files.read(address, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA);
        assertThat(read).isEqualTo(file);
        assertThat(read.heads()).containsExactly(new Head(2, 0), new Head(2, 11), new Head(11, 4));
    }

    @Test
    void prunedHeadsAreCheckedAgainstTheModel() {
        PrunedHeadsFile file = new PrunedHeadsFile(
                0.5, new TreeSet<>(List.of(new Head(1, 0), new Head(1, 1))), List.of(new PruneStep(2, 1, false)));
        file.checkFits(2, 3);
        assertThatThrownBy(() -> file.checkFits(1, 3))
                .hasMessage("pruned head 1.0 does not exist: the model has 1 layers of 3 heads");
        assertThatThrownBy(() -> file.checkFits(2, 2)).hasMessage("layer 1 has all of its heads pruned, one must stay");
    }

    @Test
    void normalizationIsWrittenAsContracted() throws IOException {
        NormalizationFile file = NormalizationFile.of(new double[] {0.001, 0.002}, new double[] {1, 0}, 0.15);
        assertThat(written(file)).isEqualTo(NORMALIZATION);
        assertThat(files.read(address, NormalizationFile.class, NormalizationFile.SCHEMA))
                .isEqualTo(file);
    }

    @Test
    void metricsAreWrittenAsContracted() throws IOException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("baseline", 610.5);
        seconds.put("score", 20.25);
        ConfusionCounts confusion = new ConfusionCounts(
                List.of(List.of(800L, 112L), List.of(110L, 799L)), List.of(List.of(760L, 152L), List.of(0L, 0L)));
        MetricsFile file = new MetricsFile(
                1,
                11,
                Measure.ACCURACY,
                1,
                "positive",
                null,
                Figures.ABSENT,
                new Figures(0.88, 1.0, 0.2),
                new PurifiedFigures(0.878, 0.167, 0.125, confusion, null),
                seconds);
        assertThat(written(file)).isEqualTo(METRICS);
        assertThat(files.read(address, MetricsFile.class, MetricsFile.SCHEMA)).isEqualTo(file);
    }

    @Test
    void metricsWithoutATriggeredTestSetHaveNulls() throws IOException {
        ConfusionCounts confusion = new ConfusionCounts(List.of(List.of(1L)), null);
        MetricsFile file = new MetricsFile(
                1,
                3,
                Measure.ACCURACY,
                null,
                null,
                null,
                Figures.ABSENT,
                Figures.ABSENT,
                new PurifiedFigures(0.5, null, null, confusion, null),
                Map.of());
        assertThat(written(file))
                .contains("\"target\":null")
                .contains("\"labelFlipRate\":null,\"untriggeredFlipRate\":null,\"confusion\":{"
                        + "\"clean\":[[1]],\"poisoned\":null}");
        assertThat(files.read(address, MetricsFile.class, 1)).isEqualTo(file);
    }

    @Test
    void wholeNumbersAreReadAsFigures() throws IOException {
        Files.writeString(Path.of(address), "{\"schema\":1,\"layerVariance\":[1],\"coefficients\":[1],\"lambda\":0}");
        assertThat(files.read(address, NormalizationFile.class, 1).coefficients())
                .containsExactly(1.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"layers\":2' | '\"layers\":4' | variance has 2 layers, layers says 4",
                "'\"heads\":3' | '\"heads\":2' | variance[0] has 3 entries, heads says 2",
                "'0.5,1.0' | '-0.5,1.0' | variance[1][1] is -0.5, expected a finite number, at least 0",
                "'0.5,1.0' | 'null,1.0' | variance[1][1] is null",
                "'0.5,1.0' | '\"0.5\",1.0' | Cannot coerce String value",
                "'\"texts\":872' | '\"texts\":0' | texts is 0, expected at least 1",
                "'\"texts\":872' | '\"texts\":8.5' | Cannot coerce Floating-point value",
                "'\"texts\":872' | '\"texts\":null' | Cannot map `null` into type `long`",
                "'\"texts\":872,' | '' | Missing creator property 'texts'. Run the stage",
                "'\"texts\":872' | '\"texts\":872,\"text\":3' | Unrecognized field \"text\"",
                "'\"texts\":872' | '\"texts\":872,\"measured\":3' | 'Ignored field \"measured\"'",
                "'\"texts\":872' | '\"texts\":872,\"texts\":3' | Duplicate field 'texts'",
                "'0.8703' | '1.5' | validationAccuracy is 1.5, expected 0 to 1"
            })
    void scoresThatDoNotHoldTogetherAreRefused(String old, String changed, String reason) throws IOException {
        refuses(SCORES, old, changed, reason, HeadScoresFile.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'[0,11]' | '[11,0]' | 'pruned[\"2\"] is [11, 0], expected head numbers from 0, ascending, each once'",
                "'[0,11]' | '[0,0]' | 'pruned[\"2\"] is [0, 0], expected head numbers'",
                "'[0,11]' | '[-1,11]' | 'pruned[\"2\"] is [-1, 11], expected head numbers'",
                "'[4]' | '[]' | 'pruned[\"11\"] is empty, expected at least one head'",
                "'[4]' | '[4,5]' | pruned holds 4 heads, the last step says 3",
                "'\"11\"' | '\"-1\"' | 'pruned[\"-1\"]: layers count from 0'",
                "'\"11\"' | '\"last\"' | 'Cannot deserialize Map key of type `java.lang.Integer` from String \"last\"'",
                "'\"steps\"' | '\"heads\":[],\"steps\"' | 'Ignored field \"heads\"'",
                "'\"pruned\":4' | '\"pruned\":-4' | 'steps: pruned is -4, expected at least 0'",
                "'0.84' | '84' | steps: accuracy is 84.0, expected 0 to 1"
            })
    void prunedHeadsThatDoNotHoldTogetherAreRefused(String old, String changed, String reason) throws IOException {
        refuses(PRUNED, old, changed, reason, PrunedHeadsFile.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'[0.001,' | '[' | layerVariance has 1 layers, coefficients 2",
                "'0.001' | '0' | layerVariance[0] is 0.0, expected a finite number above 0",
                "'[1.0,' | '[1.5,' | coefficients[0] is 1.5, expected 0 to 1",
                "'0.15' | '-1' | lambda is -1.0, expected a finite number, at least 0"
            })
    void normalizationThatDoesNotHoldTogetherIsRefused(String old, String changed, String reason) throws IOException {
        refuses(NORMALIZATION, old, changed, reason, NormalizationFile.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"target\":1' | '\"target\":3' | 'target is 3, expected a class from 0 to 1, or 2, the next class'",
                "'\"target\":1' | '\"nextClassFlipRate\":2,\"target\":1' | 'nextClassFlipRate is 2.0, expected 0 to 1'",
                "'0.88,' | '88,' | accuracy is 88.0, expected 0 to 1",
                "'0.878' | 'null' | purified: accuracy is null",
                "'[800,112]' | '[800]' | confusion.clean[0] has 1 entries, expected 2, one per class",
                "'[0,0]' | '[0,-1]' | 'confusion.poisoned[1] is [0, -1], counts start at 0'",
                "'[[760,152],[0,0]]' | '[[3]]' | confusion: clean and poisoned differ in the number of classes",
                "'[[760,152],[0,0]]' | 'null' | 'purified: labelFlipRate is given, confusion.poisoned is null'",
                "'20.25' | '-1' | seconds.score is -1.0, expected a finite number, at least 0",
                "'20.25' | 'null' | seconds.score is null"
            })
    void metricsThatDoNotHoldTogetherAreRefused(String old, String changed, String reason) throws IOException {
        refuses(METRICS, old, changed, reason, MetricsFile.class);
    }

    @Test
    void otherSchemaIsRefused() throws IOException {
        Files.writeString(Path.of(address), SCORES.replace("\"schema\":1", "\"schema\":2"));
        assertThatThrownBy(() -> files.read(address, HeadScoresFile.class, 1))
                .isInstanceOf(InputException.class)
                .hasMessage(address + " has schema 2, this version reads schema 1: use the version that wrote it, or"
                        + " name another run directory");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | it has no schema number",
                "'[1]' | it has no schema number",
                "'{}' | it has no schema number",
                "'{\"schema\":\"1\"}' | it has no schema number",
                "'{\"schema\":1' | Unexpected end-of-input",
                "'{\"schema\":1} x' | Unrecognized token"
            })
    void whatIsNoSuchFileIsRefused(String text, String reason) throws IOException {
        Files.writeString(Path.of(address), text);
        assertThatThrownBy(() -> files.read(address, HeadScoresFile.class, 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read " + address + ": " + reason)
                .hasMessageEndingWith("Run the stage that writes it again, or name another run directory");
    }

    @Test
    void missingFileIsRefused() {
        assertThatThrownBy(() -> files.read(address, HeadScoresFile.class, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no file " + address
                        + ": run the stage that writes it, or name another run directory");
    }

    @Test
    void figuresThatAreNoNumbersAreNotWritten() {
        assertThatThrownBy(() -> new HeadScores(1, 1, 1, new double[][] {{Double.NaN}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("variance[0][0] is NaN, expected a finite number, at least 0");
    }

    private <T extends Record> void refuses(String text, String old, String changed, String reason, Class<T> type)
            throws IOException {
        assertThat(text).contains(old);
        Files.writeString(Path.of(address), text.replace(old, changed));
        assertThatThrownBy(() -> files.read(address, type, 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read " + address + ": ")
                .hasMessageContaining(reason);
    }

    private String written(Record file) throws IOException {
        files.write(address, file);
        return Files.readString(Path.of(address));
    }
}
