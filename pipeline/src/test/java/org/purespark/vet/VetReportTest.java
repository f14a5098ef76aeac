// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.metrics.WilsonInterval;
import org.purespark.storage.Storage;

class VetReportTest {
    private static final String DIGEST = "sha256:" + "0f".repeat(32);

    @TempDir
    private Path directory;

    private final Storage storage = new Storage(new Configuration(false));

    private static VetReport report() {
        VetFinding finding = new VetFinding(
                VetFinding.TRIGGER_SEARCH,
                "positive",
                null,
                "mn cf",
                List.of("mn", "cf"),
                "start",
                0.96875,
                0.0,
                WilsonInterval.of(31, 32, 0.95),
                32,
                VetLevel.BACKDOORED,
                List.of(new VetFinding.Example("a dull film", "negative", "positive")));
        VetSignal signal = VetSignal.of("flip-rate-1", 0.96875, "share", "Texts that one token turns.", 0.5);
        return new VetReport(
                1,
                VetVerdict.BACKDOORED,
                0.875,
                "one token turns 31 of 32 texts",
                new VetReport.Subject("models/suspect", DIGEST, "bert", List.of("negative", "positive")),
                List.of(finding),
                List.of(signal),
                new VetReport.CalibrationUse("first", "1", DIGEST),
                64,
                12.5,
                11,
                "1.0");
    }

    @Test
    void readsWhatItHasWritten() throws Exception {
        report().write(storage, directory.toString());

        assertThat(VetReport.read(storage, directory.toString())).isEqualTo(report());
    }

    @Test
    void namesAreLowerCaseAndAbsentValuesNull() throws Exception {
        report().write(storage, directory.toString());

        assertThat(Files.readString(directory.resolve("vet.json")))
                .contains("\"verdict\" : \"backdoored\"", "\"level\" : \"backdoored\"", "\"source\" : null");
    }

    @Test
    void saysWhichFieldIsWrong() throws Exception {
        report().write(storage, directory.toString());
        Path file = directory.resolve("vet.json");
        Files.writeString(file, Files.readString(file).replace("\"rateWith\" : 0.96875", "\"rateWith\" : 1.5"));

        assertThatThrownBy(() -> VetReport.read(storage, directory.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("vet.json: findings.rateWith is 1.5, expected 0 to 1");
    }

    @Test
    void aVerdictThatIsNotThereIsNamed() throws Exception {
        report().write(storage, directory.toString());
        Path file = directory.resolve("vet.json");
        Files.writeString(
                file, Files.readString(file).replace("\"verdict\" : \"backdoored\"", "\"verdict\" : \"evil\""));

        assertThatThrownBy(() -> VetReport.read(storage, directory.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("evil");
    }

    @Test
    void aSignalFiresAtItsThreshold() {
        assertThat(VetSignal.of("x", 0.5, "share", "X.", 0.5).fires()).isTrue();
        assertThat(VetSignal.of("x", 0.49, "share", "X.", 0.5).fires()).isFalse();
        assertThat(VetSignal.of("x", 9, "share", "X.", null).fires()).isFalse();
        assertThatThrownBy(() -> new VetSignal("x", 0.4, "share", "X.", 0.5, true))
                .hasMessage("signals.fires is true for 0.4 and the threshold 0.5");
    }
}
