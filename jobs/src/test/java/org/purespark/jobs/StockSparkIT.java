package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is released, by the {@code spark-submit} of a stock Spark distribution. */
@Tag("deployment")
class StockSparkIT {
    private static final Path JAR = TinyCase.ROOT.resolve("jobs/target/pure.jar");

    @TempDir
    private Path directory;

    @Test
    void purifiesWithALocalMaster() throws Exception {
        Path sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        TinyCase tiny = TinyCase.in(directory);
        PythonEnvironment.Ended ended = submit(sparkHome, "local[2]", List.of(), tiny.purify("run"));
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).contains("suspect", "baseline", "purified", tiny.path("run"));
        assertThat(directory.resolve("run/purified/model.safetensors")).isNotEmptyFile();
    }

    @Test
    void handsTheStatusOfWrongInputToTheShell() throws Exception {
        Path sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        PythonEnvironment.Ended ended = submit(
                sparkHome, "local[1]", List.of(), "score", "--model", "/no/such/model", "--run", directory + "/run");
        assertThat(ended.status()).as(ended.said()).isEqualTo(2);
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void purifiesOnAStandaloneClusterOfTheStockSpark() throws Exception {
        Path sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        TinyCase tiny = TinyCase.in(directory);
        Process cluster = cluster(sparkHome);
        try (BufferedReader out = cluster.inputReader(StandardCharsets.UTF_8)) {
            String master = out.readLine();
            assertThat(master).startsWith("spark://127.0.0.1:");
            PythonEnvironment.Ended ended = submit(
                    sparkHome,
                    master,
                    List.of(
                            "--conf", "spark.executor.memory=512m",
                            "--conf", "spark.executor.memoryOverhead=512m",
                            "--conf", "spark.cores.max=2"),
                    tiny.purify("run"));
            assertThat(ended.status()).as(ended.said()).isZero();
            assertThat(directory.resolve("run/purified/model.safetensors")).isNotEmptyFile();
        } finally {
            cluster.destroy();
            assertThat(cluster.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Two workers of one core. */
    private Process cluster(Path sparkHome) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                TinyCase.ROOT.resolve("deploy/standalone/cluster").toString(), "2", "1", "1g");
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("SPARK_HOME", sparkHome.toString());
        builder.environment().put("MASTER_PORT", "0");
        return builder.redirectError(directory.resolve("cluster.log").toFile()).start();
    }

    private static PythonEnvironment.Ended submit(
            Path sparkHome, String master, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                sparkHome.resolve("bin/spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "512m",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1"));
        command.addAll(options);
        command.addAll(List.of("--class", Pure.class.getName(), JAR.toString()));
        command.addAll(List.of(arguments));
        return PythonEnvironment.run(Map.of("SPARK_HOME", sparkHome.toString()), 10, command);
    }
}
