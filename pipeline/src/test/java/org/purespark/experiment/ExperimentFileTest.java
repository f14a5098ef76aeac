// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.config.DefenceChoice;
import org.purespark.config.EngineChoice;
import org.purespark.config.ExchangeChoice;
import org.purespark.config.GpuProducts;
import org.purespark.config.PrecisionChoice;
import org.purespark.config.SettingsLoader;
import org.purespark.storage.Storage;

class ExperimentFileTest {
    private static final String WHOLE =
            """
            name = small
            models = [{name = tiny, address = encoder, other-model = other}]
            data {train = train.tsv, test = test.tsv}
            attacks = [
              {name = badnet, target = 1}
              {name = ready, attack = hiddenkiller, target = 1, poisoned-train = p.csv, poisoned-test = t.csv}
            ]
            defences = [pure, {name = strong, set {defence = pure, penalty.lambda = 0.5}}]
            seeds = [1, 2]
            vary {data.train-share = [0.5, 1.0]}
            poison-set {train.epochs = 2}
            set {text.max-length = 64}
            reference = strong
            """;

    private final Storage storage = new Storage(new Configuration(false));

    @TempDir
    private Path directory;

    @Test
    void everyCombinationIsPlannedWithItsSettings() throws IOException {
        Experiment experiment = ExperimentFile.read(storage, file(WHOLE));
        List<Cell> cells = Cell.of(experiment, new SettingsLoader(storage));
        assertThat(cells)
                .extracting(Cell::name)
                .containsExactly(
                        "tiny-badnet-1-data.train-share-0.5",
                        "tiny-badnet-1-data.train-share-1",
                        "tiny-ready-1-data.train-share-0.5",
                        "tiny-ready-1-data.train-share-1",
                        "tiny-badnet-2-data.train-share-0.5",
                        "tiny-badnet-2-data.train-share-1",
                        "tiny-ready-2-data.train-share-0.5",
                        "tiny-ready-2-data.train-share-1");
        assertThat(Cell.settings(cells))
                .as("of every training: two seeds of suspects, and for each two shares and two defences")
                .hasSize(2 + 2 * 2 * 2)
                .extracting(settings -> settings.train().epochs())
                .containsOnly(2, 3);
        Cell cell = cells.get(4);
        assertThat(cell.suspect().settings().train().epochs()).isEqualTo(2);
        assertThat(cell.suspect().settings().seed()).isEqualTo(2);
        assertThat(cell.repairs()).extracting(Cell.PlannedRepair::defence).containsExactly("pure", "strong");
        Cell.PlannedRepair strong = cell.repairs().get(1);
        assertThat(strong.settings().defence()).isEqualTo(DefenceChoice.PURE);
        assertThat(strong.settings().penalty().lambda()).isEqualTo(0.5);
        assertThat(strong.settings().data().trainShare()).isEqualTo(0.5);
        assertThat(strong.settings().text().maxLength()).isEqualTo(64);
        assertThat(strong.settings().seed()).as("not the suspect's").isEqualTo(1002);
    }

    @Test
    void addressesAreRelativeToTheFile() throws IOException {
        Experiment experiment = ExperimentFile.read(storage, file(WHOLE));
        assertThat(experiment.data().train())
                .endsWith(directory.resolve("train.tsv").toString());
        assertThat(experiment.models().get(0).other())
                .endsWith(directory.resolve("other").toString());
        assertThat(experiment.attacks().get(1).poisonedTest())
                .endsWith(directory.resolve("t.csv").toString());
        assertThat(experiment.attacks().get(0).poisonedTrain()).isNull();
        assertThat(experiment.attacks().get(1).strength()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    seeds = [1, 2]   | seeds = [one]     | seeds: 'one' is no whole number
                    name = small     | nam = small       | nam: unknown key; the keys here are attacks, data,
                    name = small     |                   | name: it is missing
                    name = tiny,     | name = ../tiny,   | models.name: '../tiny' must start with a letter or digit
                    name = ready     | name = badnet     | attacks: the name badnet is there twice
                    reference = strong | reference = weak | reference: 'weak' is none of the defences [pure, strong]
                    {name = badnet,  | {name = badnet, aim = all, | attacks.badnet.aim: 'all' is neither one-target
                    [0.5, 1.0]       | 0.5               | vary.data.train-share: expected a list of values
                    set {text.max-length = 64} | set = 64 | set: expected an object in braces, found 64
                    name = small     | name = a/../../b  | name: 'a/../../b' must start with a letter or digit
                    defences = [pure | defences = [../a  | defences: '../a' must start with a letter or digit
                    target = 1}      | target = 1, rate = NaN} | attacks.badnet.rate: 'NaN' is no share of the texts
                    target = 1}      | target = 1, rate = 0}   | attacks.badnet.rate: '0' is no share of the texts
                    target = 1}      | target = 1, rate = 1.1} | attacks.badnet.rate: '1.1' is no share of the texts
                    seeds = [1, 2]   | seeds = [1, 2, 1] | seeds: the seed 1 is there twice; give it once
                    [0.5, 1.0]       | [0.5, 0.50]       | vary.data.train-share: the value 0.5 is there twice
                    data.train-share | data.train-share = [1, 2], seed | vary.seed: the seeds are those of the key
                    data.train-share | data.train-share = [1, 2], defence | vary.defence: the defences are those of
                    set {text        | set {defence = pure, text | set.defence: the defences are those of the key
                    target = 1}      | target = 1, aim = all-to-all} | attacks.badnet.target: an attack from all classes
                    seeds = [1, 2]   | seeds = [9223372036854774808] | seeds: repairs have the seed 9223372036854774808
                    set {text        | set {"text.max-length" = 3, text | set.text.max-length: it is set twice; set it
                    [0.5, 1.0]       | [a b, a-b]        | vary: 'data.train-share=a b' and 'data.train-share=a-b' are
                    """)
    void whatIsWrongIsNamedWithFileAndKey(String right, String wrong, String message) throws IOException {
        String file = file(WHOLE.replace(right, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> ExperimentFile.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the experiment " + file + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    name = small       | name = null       | name: it is missing; give it a value
                    address = encoder  | address = null    | models.address: it is missing; give it a value
                    train = train.tsv  | train = null      | data.train: it is missing; give it a value
                    seeds = [1, 2]     | seeds = [null, 2] | seeds: null is no value here; give one, or leave it out
                    defences = [pure   | defences = [null  | defences: null is no value here; give one, or leave it out
                    [0.5, 1.0]         | null              | vary.data.train-share: expected a list of values
                    [0.5, 1.0]         | [[1]]             | vary.data.train-share: a single value is expected
                    """)
    void nullIsRefusedWhereAValueIsNeeded(String right, String wrong, String message) throws IOException {
        String file = file(WHOLE.replace(right, wrong));
        assertThatThrownBy(() -> ExperimentFile.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the experiment " + file + ": " + message);
    }

    @Test
    void nullIsAsIfTheKeyWereNotThere() throws IOException {
        String nulls = WHOLE.replace("other-model = other", "other-model = null")
                .replace("test = test.tsv", "test = test.tsv, validation = null")
                .replace(
                        "{name = badnet, target = 1}",
                        "{name = badnet, attack = null, target = null, rate = null,"
                                + " poisoned-train = null, poisoned-test = null, aim = null, strength = null,"
                                + " set = null}")
                .replaceAll("vary .*", "vary = null")
                .replaceAll("poison-set .*", "poison-set = null")
                .replace("reference = strong", "reference = null");
        String without = WHOLE.replace(", other-model = other", "")
                .replace("{name = badnet, target = 1}", "{name = badnet}")
                .replaceAll("(vary|poison-set|reference) .*", "");
        Experiment experiment = ExperimentFile.read(storage, file(nulls));
        assertThat(experiment).isEqualTo(ExperimentFile.read(storage, file(without)));
        assertThat(experiment.reference()).isEqualTo("pure");
        assertThat(experiment.models().get(0).other()).isNull();
    }

    @Test
    void nullIsAValueOfSettingsThatHaveIt() throws IOException {
        String absolute =
                WHOLE.replace("text.max-length = 64", "prune.max-accuracy-drop = null, prune.threshold = 0.8");
        List<Cell> cells = Cell.of(ExperimentFile.read(storage, file(absolute)), new SettingsLoader(storage));
        assertThat(cells.get(0).repairs().get(0).settings().prune().threshold()).isEqualTo(0.8);
        Experiment neither = ExperimentFile.read(
                storage, file(WHOLE.replace("text.max-length = 64", "prune.max-accuracy-drop = null")));
        assertThatThrownBy(() -> Cell.of(neither, new SettingsLoader(storage)))
                .isInstanceOf(InputException.class)
                .hasMessage("defence pure: prune.max-accuracy-drop (--set) and prune.threshold are both null: give one"
                        + " of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    set {text.max-length = 64} | set {train.epochs = null}
                    vary {data.train-share = [0.5, 1.0]} | vary {train.epochs = [null, 2]}
                    """)
    void nullIsRefusedForOtherSettings(String right, String wrong) throws IOException {
        Experiment experiment = ExperimentFile.read(storage, file(WHOLE.replace(right, wrong)));
        assertThatThrownBy(() -> Cell.of(experiment, new SettingsLoader(storage)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "defence pure: train.epochs = null (--set): null is not a value here; allowed: ");
    }

    @Test
    void numberOfCombinationsIsBounded() throws IOException {
        String choices = IntStream.range(0, 60).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
        String vary =
                IntStream.range(0, 10).mapToObj(i -> "k" + i + " = " + choices).collect(Collectors.joining(", "));
        String file = file(WHOLE.replace("data.train-share = [0.5, 1.0]", vary));
        assertThatThrownBy(() -> ExperimentFile.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the experiment " + file + ": vary: its values have more than 10000"
                        + " combinations; make several experiments of fewer values");
        String many = IntStream.range(0, 12_501).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String large = file(WHOLE.replace("seeds = [1, 2]", "seeds = [" + many + "]"));
        assertThatThrownBy(() -> ExperimentFile.read(storage, large))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the experiment " + large + ": seeds: with models, attacks, defences and vary"
                        + " they make 100008 repairs, the most is 100000; make several experiments");
    }

    @Test
    void suspectsOfTheSameNameAreRefused() throws IOException {
        String file =
                file(WHOLE.replace("{name = tiny, address", "{name = tiny-a, address = encoder}, {name = tiny, address")
                        .replace("{name = ready", "{name = a-badnet"));
        assertThatThrownBy(() -> ExperimentFile.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the experiment " + file + ": attacks: model tiny-a with attack badnet and seed"
                        + " 1, and model tiny with attack a-badnet and seed 1, are both named tiny-a-badnet-1; rename"
                        + " one of them");
    }

    @Test
    void unknownSettingIsRefusedWithTheDefenceThatHasIt() throws IOException {
        Experiment experiment = ExperimentFile.read(storage, file(WHOLE.replace("penalty.lambda", "penalty.lamda")));
        assertThatThrownBy(() -> Cell.of(experiment, new SettingsLoader(storage)))
                .isInstanceOf(InputException.class)
                .hasMessage("defence strong: unknown key penalty.lamda (--set): did you mean penalty.lambda?");
    }

    @Test
    void allPartsComputeWithTheSame() throws IOException {
        String everywhere = WHOLE.replace("text.max-length = 64", "compute.precision = bfloat16")
                .replace("train.epochs = 2", "compute.precision = bfloat16");
        Experiment alike = ExperimentFile.read(storage, file(everywhere));
        assertThat(Cell.compute(Cell.of(alike, new SettingsLoader(storage))))
                .isEqualTo(new ComputeSettings(
                        EngineChoice.AUTO, PrecisionChoice.BFLOAT16, GpuProducts.FLOAT32, ExchangeChoice.SPARK));
        Experiment other = ExperimentFile.read(
                storage, file(WHOLE.replace("penalty.lambda", "compute.precision = bfloat16, penalty.lambda")));
        List<Cell> cells = Cell.of(other, new SettingsLoader(storage));
        assertThatThrownBy(() -> Cell.compute(cells))
                .isInstanceOf(InputException.class)
                .hasMessage("the settings of compute hold for a whole experiment: set them"
                        + " alike in all of its parts, or in none");
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("e.conf"), text).toString();
    }
}
