// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.purespark.config.SettingsLoader;
import org.purespark.config.VetSettings;
import org.purespark.storage.Storage;

class ShippedCalibrationTest {
    private static final Path DIRECTORY = Path.of("..", "conf", "vet");

    private final Storage storage = new Storage(new Configuration(false));

    private Calibration calibration() throws Exception {
        return CalibrationReader.read(storage, DIRECTORY.resolve("minilm.json").toString())
                .calibration();
    }

    @Test
    void thatOfMiniLmHoldsWithTheSettingsBesideIt() throws Exception {
        VetSettings settings = new SettingsLoader(storage)
                .load(DIRECTORY.resolve("minilm.conf").toString(), List.of())
                .settings()
                .vet();
        Calibration calibration = calibration();
        assertThat(calibration.mismatch(new ModelShape("bert", 6, 384, 2), settings))
                .isEmpty();
        assertThat(calibration.threshold("moved-push-2")).isPresent();
    }

    @Test
    void itsThresholdsAndRatesAreThoseOfItsModels() throws Exception {
        Calibration calibration = calibration();
        assertThat(CalibrationFit.of(
                        calibration.name(), calibration.version(), calibration.search(), calibration.members()))
                .isEqualTo(calibration);
        assertThat(calibration.members())
                .allSatisfy(member -> assertThat(member.name()).doesNotStartWith("/"));
    }
}
