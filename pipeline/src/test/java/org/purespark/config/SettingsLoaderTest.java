// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.family.ExportForm;
import org.purespark.storage.Storage;

class SettingsLoaderTest {
    @TempDir
    Path directory;

    private final SettingsLoader loader = new SettingsLoader(new Storage(new Configuration()));

    @Test
    void withoutFileAndFlagsTheDefaultsHold() {
        Settings expected = new Settings(
                11,
                DefenceChoice.PURE,
                new DataSettings(0.1, 1.0, 20_000_000, 10_000, CsvDelimiter.COMMA),
                new TextSettings(128, null, null, null, null, TransformersRules.FILES),
                new TaskSettings(TaskChoice.AUTO, 0.5, ScoreLoss.SQUARED_ERROR, ScoreMeasure.SPEARMAN, null),
                new TrainSettings(3, 2e-5, 0.01, 1.0, 0, 32, 1, true, 0.9, 0.999, 1e-8, 0.1, 200),
                new ScoreSettings(ScorerChoice.CLS_VARIANCE, 5),
                new PruneSettings(PolicyChoice.GROUPS, 10, null, 0.05, null, 0.1, 200),
                new PenaltySettings(0.15),
                new RepairSettings(5, 1, 1, 0.3, 0.2, 200, 1.0, 200),
                new EvaluateSettings(32),
                new ProbeSettings(BuiltInProbes.DEFAULT, null, 200),
                new VetSettings(64, 4_000, 3),
                new PurifySettings(VetChoice.NONE, null),
                new ComputeSettings(
                        EngineChoice.AUTO, PrecisionChoice.FLOAT32, GpuProducts.FLOAT32, ExchangeChoice.SPARK),
                new ExportSettings(ExportForm.DENSE, BomChoice.NONE, CardChoice.PLAIN, null, null, null, null, null));
        assertThat(SettingsLoader.defaults()).isEqualTo(expected);
    }

    @Test
    void flagWinsOverFileAndFileOverDefault() throws IOException {
        String file = conf("train { epochs = 7, micro-batch = 8 }");
        ResolvedSettings resolved = loader.load(file, List.of("train.epochs=9"));
        assertThat(resolved.settings().train().epochs()).isEqualTo(9);
        assertThat(resolved.settings().train().microBatch()).isEqualTo(8);
        assertThat(resolved.settings().train().clipNorm()).isEqualTo(1.0);
        assertThat(resolved.place("train.epochs")).isEqualTo("--set");
        assertThat(resolved.place("train.micro-batch")).isEqualTo(file + ", line 1");
        assertThat(resolved.place("train.clip-norm")).isEqualTo("default");
    }

    @Test
    void everyTypeIsReadFromFlags() {
        Settings settings = loader.load(
                        null,
                        List.of(
                                "seed=-9223372036854775808",
                                "train.shuffle=false",
                                "train.learning-rate=5E-5",
                                "text.max-length= 64 ",
                                "export.form=compact",
                                "probe.battery-file=s3a://bucket/my.conf",
                                "prune.threshold=0.85"))
                .settings();
        assertThat(settings.seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(settings.train().shuffle()).isFalse();
        assertThat(settings.train().learningRate()).isEqualTo(5e-5);
        assertThat(settings.text().maxLength()).isEqualTo(64);
        assertThat(settings.export().form()).isEqualTo(ExportForm.COMPACT);
        assertThat(settings.probe().batteryFile()).isEqualTo("s3a://bucket/my.conf");
        assertThat(settings.prune().threshold()).isEqualTo(0.85);
    }

    @ParameterizedTest
    @CsvSource({"',', COMMA", "';', SEMICOLON", "|, PIPE", "tab, TAB"})
    void delimitersAreWrittenAsTheyAre(String written, CsvDelimiter delimiter) throws IOException {
        ResolvedSettings flag = loader.load(null, List.of("data.delimiter=" + written));
        assertThat(flag.settings().data().delimiter()).isEqualTo(delimiter);
        assertThat(flag.values().get("data.delimiter").textValue()).isEqualTo(written);
        String file = conf("data.delimiter = \"" + written + "\"");
        assertThat(loader.load(file, List.of()).settings()).isEqualTo(flag.settings());
    }

    @Test
    void anotherDelimiterIsRefused() {
        assertThatThrownBy(() -> loader.load(null, List.of("data.delimiter=:")))
                .isInstanceOf(InputException.class)
                .hasMessage("data.delimiter = : (--set): not known; allowed: , or ; or | or tab");
    }

    @Test
    void emptyTextIsRefused() {
        assertThatThrownBy(() -> loader.load(null, List.of("probe.battery-file=")))
                .isInstanceOf(InputException.class)
                .hasMessage("probe.battery-file =  (--set): empty; allowed: any text or null");
    }

    @ParameterizedTest
    @CsvSource({
        "train.epoch, train.epochs",
        "train.learningRate, train.learning-rate",
        "train.learning_rate, train.learning-rate",
        "learning-rate, train.learning-rate",
        "train.lambda, penalty.lambda",
        "text.maxlength, text.max-length",
        "sead, seed"
    })
    void unknownFlagIsRefusedWithTheNearestKey(String unknown, String nearest) {
        assertThatThrownBy(() -> loader.load(null, List.of(unknown + "=1")))
                .isInstanceOf(InputException.class)
                .hasMessage("unknown key " + unknown + " (--set): did you mean " + nearest + "?");
    }

    @Test
    void unknownKeyLikeNoOtherIsRefusedWithAllKeys() {
        assertThatThrownBy(() -> loader.load(null, List.of("wibble.wobble=1")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("unknown key wibble.wobble (--set): the keys are compute.cuda-products, ")
                .hasMessageContaining("train.epochs");
    }

    @Test
    void unknownKeyInAFileIsRefusedWithTheLine() throws IOException {
        String file = conf("seed = 3\ntrain {\n  epochs = 2\n  epoch = 2\n}\n");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("unknown key train.epoch (" + file + ", line 4): did you mean train.epochs?");
    }

    @Test
    void groupInPlaceOfAKeyIsRefused() throws IOException {
        String file = conf("text = 3");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("text (" + file + ", line 1) is a group of keys, not a key: give one of"
                        + " text.label-column, text.labels, text.max-length, text.pair-column, text.text-column,"
                        + " text.transformers");
    }

    @Test
    void keyInPlaceOfAGroupIsRefused() throws IOException {
        String file = conf("seed { start = 3 }");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .hasMessageStartingWith("unknown key seed.start (" + file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train.epochs | 0 | out of range; allowed: [1, 1000]",
                "train.epochs | 2.5 | not a whole number of 64 bits; allowed: [1, 1000]",
                "train.epochs | many | not a number; allowed: [1, 1000]",
                "train.epochs | null | null is not a value here; allowed: [1, 1000]",
                "train.epochs | 99999999999 | out of range; allowed: [1, 1000]",
                "seed | 9223372036854775808 | not a whole number of 64 bits; allowed: any 64-bit whole number",
                "train.learning-rate | 0 | out of range; allowed: (0, 1]",
                "train.learning-rate | 1e-400 | out of range; allowed: (0, 1]",
                "train.learning-rate | 1e300 | out of range; allowed: (0, 1]",
                "train.learning-rate | NaN | not a number; allowed: (0, 1]",
                "train.shuffle | yes | neither true nor false; allowed: true or false",
                "prune.threshold | 1.01 | out of range; allowed: [0, 1] or null",
                "export.form | DENSE | not known; allowed: dense or compact",
                "probe.battery | all | not known; allowed: default or none",
                "probe.texts | 0 | out of range; allowed: [1, 1000000]"
            })
    void wrongValueIsRefusedWithKeyValuePlaceAndRange(String key, String value, String rest) throws IOException {
        assertThatThrownBy(() -> loader.load(null, List.of(key + "=" + value)))
                .isInstanceOf(InputException.class)
                .hasMessage(key + " = " + value + " (--set): " + rest);
        String file = conf("\n" + key + " = " + value);
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(key + " = ")
                .hasMessageEndingWith(" (" + file + ", line 2): " + rest);
    }

    @Test
    void numberBeyondDoubleIsRefused() {
        assertThatThrownBy(() -> loader.load(null, List.of("train.learning-rate=1e400")))
                .isInstanceOf(InputException.class)
                .hasMessage("train.learning-rate = 1e400 (--set): out of range; allowed: (0, 1]");
    }

    @Test
    void listInPlaceOfAValueIsRefused() throws IOException {
        String file = conf("train.epochs = [1, 2]");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "train.epochs = [1, 2] (" + file + ", line 1): a single value is expected; allowed: [1, 1000]");
    }

    @Test
    void flagGivenTwiceIsRefused() {
        assertThatThrownBy(() -> loader.load(null, List.of("train.epochs=3", "train.epochs=4")))
                .isInstanceOf(InputException.class)
                .hasMessage("--set train.epochs is given twice (3, then 4): give it once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.epochs", "=3", ""})
    void flagWithoutKeyOrValueIsRefused(String flag) {
        assertThatThrownBy(() -> loader.load(null, List.of(flag)))
                .isInstanceOf(InputException.class)
                .hasMessage("--set " + flag + ": expected key=value, such as --set train.epochs=2");
    }

    @Test
    void thresholdPutsTheDropsDefaultAside() {
        ResolvedSettings resolved = loader.load(null, List.of("prune.threshold=0.85"));
        assertThat(resolved.settings().prune())
                .isEqualTo(new PruneSettings(PolicyChoice.GROUPS, 10, 0.85, null, null, 0.1, 200));
        assertThat(resolved.settings().prune().thresholdFor(0.99)).isEqualTo(0.85);
        assertThat(resolved.place("prune.max-accuracy-drop")).isEqualTo("not used, because of prune.threshold");
    }

    @Test
    void policiesWithoutSearchTakeAShare() {
        assertThat(loader.load(null, List.of("prune.policy=layers", "prune.share=0.25"))
                        .settings()
                        .prune())
                .isEqualTo(new PruneSettings(PolicyChoice.LAYERS, 10, null, 0.05, 0.25, 0.1, 200));
    }

    @Test
    void aShareWithoutAPolicyThatUsesItIsRefused() throws IOException {
        String file = conf("prune.share = 0.25");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.share (" + file + ", line 1) has no effect: prune.policy is groups (default), which"
                        + " searches; set prune.policy to share or layers, or leave prune.share out");
    }

    @Test
    void aPolicyThatUsesAShareIsRefusedWithoutOne() {
        assertThatThrownBy(() -> loader.load(null, List.of("prune.policy=share")))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.policy=share (--set) needs prune.share: give the share of the heads that is pruned,"
                        + " such as --set prune.share=0.25");
    }

    @Test
    void aSearchByRewardsTakesNoShare() {
        assertThat(loader.load(null, List.of("prune.policy=reinforce", "prune.price=0.2"))
                        .settings()
                        .prune())
                .isEqualTo(new PruneSettings(PolicyChoice.REINFORCE, 10, null, 0.05, null, 0.2, 200));
        assertThatThrownBy(() -> loader.load(null, List.of("prune.policy=reinforce", "prune.share=0.2")))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.share (--set) has no effect: prune.policy is reinforce (--set), which searches; set"
                        + " prune.policy to share or layers, or leave prune.share out");
    }

    @Test
    void dropIsTakenFromTheUnprunedAccuracy() {
        PruneSettings prune = loader.load(null, List.of("prune.max-accuracy-drop=0.25"))
                .settings()
                .prune();
        assertThat(prune.thresholdFor(0.75)).isEqualTo(0.5);
    }

    @Test
    void thresholdAndDropTogetherAreRefused() throws IOException {
        String file = conf("prune.threshold = 0.85");
        assertThatThrownBy(() -> loader.load(file, List.of("prune.max-accuracy-drop=0.02")))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.threshold (" + file + ", line 1) and prune.max-accuracy-drop (--set) are both set: "
                        + "give one of them, or set the other to null (--set prune.threshold=null)");
    }

    @Test
    void nullFlagTakesAFilesThresholdBack() throws IOException {
        String file = conf("prune.threshold = 0.85");
        assertThat(loader.load(file, List.of("prune.threshold=null")).settings().prune())
                .isEqualTo(new PruneSettings(PolicyChoice.GROUPS, 10, null, 0.05, null, 0.1, 200));
        assertThat(loader.load(file, List.of("prune.threshold=null", "prune.max-accuracy-drop=0.02"))
                        .settings()
                        .prune())
                .isEqualTo(new PruneSettings(PolicyChoice.GROUPS, 10, null, 0.02, null, 0.1, 200));
    }

    @Test
    void neitherThresholdNorDropIsRefused() {
        assertThatThrownBy(() -> loader.load(null, List.of("prune.max-accuracy-drop=null")))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.max-accuracy-drop (--set) and prune.threshold are both null: give one of them");
    }

    @Test
    void missingFileIsRefused() {
        String file = directory.resolve("absent.conf").toString();
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the settings file " + file + ": there is no such file");
    }

    @Test
    void directoryInPlaceOfAFileIsRefused() {
        assertThatThrownBy(() -> loader.load(directory.toString(), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + directory + ": it is a directory, expected a file");
    }

    @Test
    void malformedFileIsRefusedWithTheLine() throws IOException {
        String file = conf("seed = 3\ntrain { epochs = \n");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the settings file " + file + ": " + file + ": 3: ");
    }

    @Test
    void unresolvedSubstitutionIsRefused() throws IOException {
        String file = conf("seed = ${no_such_thing_anywhere}");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no_such_thing_anywhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other.conf\"", "file(\"other.conf\")", "classpath(\"reference.conf\")"})
    void includeIsRefused(String what) throws IOException {
        String file = conf("include " + what + "\nseed = 3");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the settings file " + file + ": include ")
                .hasMessageEndingWith("is not supported; put all keys into one file");
    }

    @Test
    void whatTheLibraryCannotBoundIsRefused() throws IOException {
        assertFileRefused("a = " + "[".repeat(9000), ", line 1: it is nested deeper than 64 levels");
        assertFileRefused("\n" + "a.".repeat(9000) + "a = 1", ", line 2: it is nested deeper than 64 levels");
        assertFileRefused(
                "b = 1\n" + "a = ${b}${b}\n".repeat(9),
                ", line 10: it is made of more than 16 substitutions (${…} and +=)");
        assertFileRefused("#".repeat(100_001), ": it has 100001 characters, the most is 100000");
        assertFileRefused("seed = \"\\u-123\"", ": Not a valid Unicode code point: 0xFFFFFEDD");
    }

    @Test
    void bracketsInTextsAndCommentsDoNotNest() throws IOException {
        String brackets = "[{".repeat(100);
        String file = conf("seed = \"" + "\\u0031\" # " + brackets + "\nprobe.battery-file = \"" + brackets + "\"\n");
        assertThat(loader.load(file, List.of()).settings().probe().batteryFile())
                .isEqualTo(brackets);
    }

    private void assertFileRefused(String content, String message) throws IOException {
        String file = conf(content);
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the settings file " + file + message);
    }

    @Test
    void resolvedFormIsFlatAndSorted() {
        assertThat(loader.load(null, List.of("prune.threshold=0.85")).toJson())
                .isEqualTo("{\"compute.cuda-products\":\"float32\",\"compute.engine\":\"auto\","
                        + "\"compute.gradient-exchange\":\"spark\",\"compute.precision\":\"float32\","
                        + "\"data.delimiter\":\",\",\"data.max-rows\":20000000,"
                        + "\"data.max-text-megabytes\":10000,\"data.train-share\":1.0,\"data.validation-share\":0.1,"
                        + "\"defence\":\"pure\",\"evaluate.batch-texts\":32,\"export.bom\":\"none\","
                        + "\"export.card\":\"plain\",\"export.form\":\"dense\","
                        + "\"export.mlflow-experiment\":null,\"export.mlflow-model\":null,\"export.mlflow-url\":null,"
                        + "\"export.openlineage-url\":null,\"export.signing-key\":null,"
                        + "\"penalty.lambda\":0.15,\"probe.battery\":\"default\",\"probe.battery-file\":null,"
                        + "\"probe.texts\":200,\"prune.group-size\":10,\"prune.max-accuracy-drop\":null,"
                        + "\"prune.measurements\":200,"
                        + "\"prune.policy\":\"groups\",\"prune.price\":0.1,\"prune.share\":null,"
                        + "\"prune.threshold\":0.85,"
                        + "\"purify.vet\":\"none\",\"purify.vet-calibration\":null,"
                        + "\"repair.dormant-share\":0.3,\"repair.entropy-epochs\":1,"
                        + "\"repair.new-layers\":1,\"repair.rate-factor\":5.0,\"repair.replaced-words\":200,"
                        + "\"repair.suspect-share\":0.2,\"repair.teacher-weight\":1.0,"
                        + "\"repair.trial-texts\":200,"
                        + "\"score.samples\":5,\"score.scorer\":\"cls-variance\",\"seed\":11,"
                        + "\"task.kind\":\"auto\",\"task.label-threshold\":0.5,"
                        + "\"task.score-loss\":\"squared-error\",\"task.score-measure\":\"spearman\","
                        + "\"task.score-shift\":null,"
                        + "\"text.label-column\":null,\"text.labels\":null,"
                        + "\"text.max-length\":128,\"text.pair-column\":null,\"text.text-column\":null,"
                        + "\"text.transformers\":\"files\","
                        + "\"train.adam-beta1\":0.9,"
                        + "\"train.adam-beta2\":0.999,\"train.adam-epsilon\":1.0E-8,"
                        + "\"train.checkpoint-interval-steps\":200,\"train.classifier-dropout\":0.1,"
                        + "\"train.clip-norm\":1.0,\"train.epochs\":3,\"train.learning-rate\":2.0E-5,"
                        + "\"train.micro-batch\":32,\"train.micro-batches-per-step\":1,\"train.shuffle\":true,"
                        + "\"train.warm-up-share\":0.0,\"train.weight-decay\":0.01,\"vet.budget-texts\":4000,"
                        + "\"vet.texts\":64,\"vet.trigger-tokens\":3}");
    }

    @Test
    void resolvedFormReadBackAsAFileGivesTheSameSettings() throws IOException {
        ResolvedSettings first =
                loader.load(null, List.of("prune.threshold=0.8", "train.learning-rate=3e-7", "seed=5"));
        ResolvedSettings again = loader.load(conf(first.toJson()), List.of());
        assertThat(again.settings()).isEqualTo(first.settings());
        assertThat(again.toJson()).isEqualTo(first.toJson());
    }

    @Test
    void valuesEqualThoseReadBackFromJson() throws IOException {
        ResolvedSettings resolved = loader.load(null, List.of());
        JsonNode tree = new ObjectMapper().readTree(resolved.toJson());
        resolved.values().forEach((key, value) -> assertThat(tree.get(key)).isEqualTo(value));
    }

    @Test
    void describesAKeyWithItsValuePlaceAndMeaning() {
        ResolvedSettings resolved = loader.load(null, List.of("train.epochs=5"));
        assertThat(resolved.describe("train.epochs"))
                .isEqualTo("train.epochs = 5 (--set)\n    Passes over the training texts; the weights after the last "
                        + "one are the"
                        + " result. Range: [1, 1000]. Source: PURE.");
        assertThatThrownBy(() -> resolved.describe("train.epoch")).hasMessage("no setting is called train.epoch");
    }

    @Test
    void everyKeyIsDocumentedWithTheRangeThatIsChecked() {
        ResolvedSettings resolved = loader.load(null, List.of());
        for (Map.Entry<String, SettingKey> entry : SettingKeys.all().byName().entrySet()) {
            String text = resolved.describe(entry.getKey()).replaceAll("\\s+", " ");
            String range = entry.getValue().allowed().replace(" or null", "");
            assertThat(text).contains("Range: " + range).contains("Source: ");
        }
    }

    @Test
    void fileNamesTheKeyWhereItIsSetTwice() throws IOException {
        String file = conf("\"train.epochs\" = 3\ntrain.epochs = 4");
        assertThatThrownBy(() -> loader.load(file, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("train.epochs is set twice (" + file + ", line ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sst2-paper.conf", "quick.conf", "vet/minilm.conf"})
    void presetsLoad(String preset) {
        Path file = Path.of("..", "conf", preset);
        assertThat(Files.exists(file)).isTrue();
        ResolvedSettings resolved = loader.load(file.toString(), List.of());
        Config config = ConfigFactory.parseFile(file.toFile());
        assertThat(config.entrySet()).allSatisfy(entry -> assertThat(
                        resolved.values().get(entry.getKey()).asText())
                .isNotEmpty());
    }

    @Test
    void paperPresetHasThePapersThresholdAndOrder() {
        Settings settings = loader.load(Path.of("..", "conf", "sst2-paper.conf").toString(), List.of())
                .settings();
        assertThat(settings.prune().threshold()).isEqualTo(0.85);
        assertThat(settings.train().shuffle()).isFalse();
    }

    private String conf(String text) throws IOException {
        Path file = directory.resolve("my.conf");
        Files.writeString(file, text);
        return file.toString();
    }
}
