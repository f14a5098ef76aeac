// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;

/** A run whose tracking server is wrong, absent or refuses; {@code MlflowIT} has a real one. */
class MlflowExportTest {
    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost:5000 | is no address of a server: give http://HOST:PORT or https://HOST",
                "ftp://host | is no address of a server: give http://HOST:PORT or https://HOST",
                "http://a b | is no URL (Illegal character in authority at index 7: http://a b)"
            })
    void aWrongAddressIsToldBeforeAnythingIsMade(String url, String message) {
        assertThatThrownBy(() -> purify("export.mlflow-url=" + url))
                .isInstanceOf(InputException.class)
                .hasMessage("export.mlflow-url=" + url + " " + message);
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void aPasswordInTheAddressIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> purify("export.mlflow-url=http://me:secret@host"))
                .isInstanceOf(InputException.class)
                .hasMessage("export.mlflow-url holds a password, and settings are kept in the run directory: give it by"
                        + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
    }

    @Test
    void aServerThatFailsLosesNothingOfTheRun() throws IOException {
        String url;
        try (HttpEndpoint server = new HttpEndpoint(403, "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}")) {
            url = server.url();
            purify("export.mlflow-url=" + url);
        }
        String complete = ". The run in " + files.path("run") + " is complete; give the same command again to log it";
        assertThat(files.said())
                .contains("not logged to MLflow: MLflow at " + url + ", experiments/get-by-name: answered with status"
                        + " 403, {\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}; set MLFLOW_TRACKING_TOKEN,"
                        + " or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, to an account that may write"
                        + complete);
        assertThat(TinyRuns.metrics(files.path("run")).purified().accuracy()).isNotNull();
        assertThat(directory.resolve("run/report.json")).exists();
        assertThat(directory.resolve("run/mlflow.json")).doesNotExist();

        files.said().clear();
        purify("export.mlflow-url=" + url);
        assertThat(files.said())
                .filteredOn(line -> line.contains(": skipped, complete since "))
                .hasSize(6);
        assertThat(files.said())
                .as("nobody listens there any more")
                .anyMatch(line -> line.startsWith(
                                "not logged to MLflow: MLflow at " + url + ", experiments/get-by-name: no answer (")
                        && line.endsWith("); see that the server runs and export.mlflow-url names it" + complete));
    }

    private void purify(String... settings) throws IOException {
        files.purification(settings).purify(files.inputs().build(), files.path("run"));
    }
}
