// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/airflow/tests}, by pytest: the DAGs under a real Airflow, on a stock Spark. */
@Tag("deployment")
class AirflowIT {
    @TempDir
    private Path directory;

    @Test
    void dagsPassTheirTestsUnderARealAirflow() throws Exception {
        PythonEnvironment environment = PythonEnvironment.orSkip();
        Path sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        TinyCase tiny = TinyCase.in(directory);
        PythonEnvironment.Ended ended = PythonEnvironment.run(
                Map.of(
                        "PURE_JAR",
                        TinyCase.ROOT.resolve("jobs/target/pure.jar").toString(),
                        "PURE_CASE",
                        tiny.directory().toString(),
                        "PATH",
                        sparkHome.resolve("bin") + ":" + System.getenv("PATH"),
                        "PYTHONPYCACHEPREFIX",
                        environment.directory().resolve("bytecode").toString()),
                40,
                List.of(
                        environment.program("python"),
                        "-m",
                        "pytest",
                        "-p",
                        "no:cacheprovider",
                        "--durations=0",
                        "-ra",
                        "--basetemp=" + directory.resolve("pytest"),
                        TinyCase.ROOT.resolve("deploy/airflow/tests").toString()));
        assertThat(ended.status()).as(ended.said()).isZero();
    }
}
