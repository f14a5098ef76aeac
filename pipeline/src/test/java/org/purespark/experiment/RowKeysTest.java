// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.config.SettingKeys;
import org.purespark.config.SettingsLoader;
import org.purespark.storage.Storage;

class RowKeysTest {
    private static final Storage FILES = new Storage(new Configuration(false));
    private static final String FILE =
            """
            name = small
            models = [{name = tiny, address = model}]
            data {train = train.tsv, validation = validation.tsv, test = test.tsv}
            attacks = [{name = badnet, target = 1, rate = 0.5}]
            defences = [pure, {name = half, set {defence = pure, penalty.lambda = 0.5}}]
            seeds = [1]
            """;

    @TempDir
    private Path directory;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(directory.resolve("model"));
        Files.writeString(directory.resolve("model/config.json"), "{}");
        for (String name : List.of("train.tsv", "validation.tsv", "test.tsv")) {
            Files.writeString(directory.resolve(name), name);
        }
    }

    @Test
    void everySettingThatChangesResultsHasItsUsualValueInKeys() {
        assertThat(RowKeys.usual().keySet())
                .as("add a new setting with its default to key-defaults.json; never change a value there")
                .containsExactlyElementsOf(SettingKeys.changingResults());
    }

    @Test
    void namesAreNotPartOfAKeyAndWhatFiguresDependOnIs() throws IOException {
        Keys keys = keys(FILE);
        assertThat(keys(FILE.replace("name = small", "name = large").replace("name = half", "name = more")))
                .isEqualTo(keys);
        assertThat(keys.pure()).isNotEqualTo(keys.half());
        assertThat(keys(FILE + "set.penalty.lambda = 0.15\n"))
                .as("the usual value, said")
                .isEqualTo(keys);
        assertThat(keys(FILE + "set.train.epochs = 1\n").pure()).isNotEqualTo(keys.pure());
    }

    @Test
    void anAttackThatIsChangedMakesAnotherSuspect() throws IOException {
        Keys keys = keys(FILE);
        assertThat(keys(FILE + "set.train.epochs = 1\n").suspect()).isEqualTo(keys.suspect());
        assertThat(keys(FILE.replace("rate = 0.5", "rate = 0.1")).suspect()).isNotEqualTo(keys.suspect());
        assertThat(keys(FILE + "poison-set.train.epochs = 1\n").suspect()).isNotEqualTo(keys.suspect());
        Files.writeString(directory.resolve("train.tsv"), "other texts");
        assertThat(keys(FILE).suspect()).isNotEqualTo(keys.suspect());
    }

    @Test
    void aModelThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> keys(FILE.replace("address = model", "address = nowhere")))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no " + directory.resolve("nowhere") + ", which the experiment names");
    }

    private record Keys(String pure, String half, String suspect) {}

    private Keys keys(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("e.conf"), content);
        Experiment experiment = ExperimentFile.read(FILES, file.toString());
        Cell cell = Cell.of(experiment, new SettingsLoader(FILES)).get(0);
        RowKeys keys = new RowKeys(FILES, experiment);
        return new Keys(
                keys.of(cell, cell.repairs().get(0)),
                keys.of(cell, cell.repairs().get(1)),
                keys.ofSuspect(cell.suspect()));
    }
}
