// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.demo.ReviewCorpus;

/** The jar that is released, by the {@code spark-submit} of a stock Spark distribution. */
@Tag("deployment")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockSparkIT {
    private static final Path JAR = TinyCase.ROOT.resolve("jobs/target/pure.jar");
    private static final String CLUSTER =
            TinyCase.ROOT.resolve("deploy/standalone/cluster").toString();

    private Path directory;
    private Path sparkHome;
    private TinyCase tiny;
    private PythonEnvironment.Ended local;

    @BeforeAll
    void purifyWithALocalMaster(@TempDir Path scratch) throws Exception {
        sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        assertThat(JAR)
                .as("mvn package makes it, but not with the profile quick")
                .exists();
        directory = scratch;
        tiny = TinyCase.in(directory);
        tiny.write("validation.tsv", ReviewCorpus.generate(5, 200));
        local = submit(sparkHome, "local[2]", List.of(), purify("local"));
    }

    @Test
    void purifiesWithALocalMaster() {
        assertThat(local.status()).as(local.said()).isZero();
        assertThat(local.said()).contains("suspect", "baseline", "purified", tiny.path("local"));
        assertThat(directory.resolve("local/purified/model.safetensors")).isNotEmptyFile();
        assertThat(directory.resolve("local/report.html")).isNotEmptyFile();
    }

    @Test
    void handsTheStatusOfWrongInputToTheShell() throws Exception {
        PythonEnvironment.Ended ended = submit(
                sparkHome,
                "local[1]",
                List.of(),
                "score",
                "--model",
                "/no/such/model",
                "--validation",
                tiny.path("validation.tsv"),
                "--run",
                tiny.path("run"));
        assertThat(ended.status()).as(ended.said()).isEqualTo(2);
        assertThat(ended.said()).contains("/no/such/model");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void givesTheSameOnAStandaloneClusterOfTheStockSpark() throws Exception {
        Path cluster = directory.resolve("cluster");
        Map<String, String> environment = Map.of("SPARK_HOME", sparkHome.toString());
        PythonEnvironment.Ended started = PythonEnvironment.run(
                environment,
                5,
                List.of(
                        CLUSTER,
                        "start",
                        "--workers",
                        "2",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--port",
                        "0",
                        "--directory",
                        cluster.toString()));
        assertThat(started.status()).as(started.said()).isZero();
        try {
            PythonEnvironment.Ended ended = submit(
                    sparkHome,
                    started.said().strip(),
                    List.of(
                            "--conf", "spark.executor.memory=512m",
                            "--conf", "spark.executor.memoryOverhead=1g",
                            "--conf", "spark.executor.cores=1",
                            "--conf", "spark.cores.max=2"),
                    purify("distributed"));
            assertThat(ended.status()).as(ended.said()).isZero();
        } finally {
            PythonEnvironment.Ended stopped =
                    PythonEnvironment.run(environment, 2, List.of(CLUSTER, "stop", "--directory", cluster.toString()));
            assertThat(stopped.status()).as(stopped.said()).isZero();
        }
        RunComparison.assertSameResult(directory.resolve("distributed"), directory.resolve("local"));
    }

    /** Trained long enough for heads to be pruned, on both slots. */
    private String[] purify(String run) {
        return tiny.purify(run, "--set", "train.epochs=4", "--set", "train.micro-batches-per-step=4");
    }

    private static PythonEnvironment.Ended submit(
            Path sparkHome, String master, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                sparkHome.resolve("bin/spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "512m",
                "--driver-java-options",
                TestCluster.JVM_OPTIONS,
                "--conf",
                "spark.executor.extraJavaOptions=" + TestCluster.JVM_OPTIONS,
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1"));
        command.addAll(options);
        command.addAll(List.of("--class", Pure.class.getName(), JAR.toString()));
        command.addAll(List.of(arguments));
        return PythonEnvironment.run(Map.of("SPARK_HOME", sparkHome.toString()), 15, command);
    }
}
