// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                    """)
    void whatIsWrongIsNamedWithFileAndKey(String right, String wrong, String message) throws IOException {
        String file = file(WHOLE.replace(right, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> ExperimentFile.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the experiment " + file + ": " + message);
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
