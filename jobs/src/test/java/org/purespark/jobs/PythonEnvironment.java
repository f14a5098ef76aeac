package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Airflow, linters and a stock Spark from PyPI, in throw-away directories under {@code target/python}. Made by the first
 * test that asks, and taken again while its requirements are the same; pip keeps what it downloads in its cache. Tests
 * that need it are skipped, with what pip said, where there is no Python or no package can be had.
 */
record PythonEnvironment(Path directory) {
    private static final String PYSPARK = "pyspark==4.1.3";
    private static final Path DIRECTORY = TinyCase.ROOT.resolve("jobs/target/python");
    private static final Path REQUIREMENTS = TinyCase.ROOT.resolve("deploy/airflow/tests/requirements.txt");

    /** How a program ended, and what it wrote on both streams. */
    record Ended(int status, String said) {}

    /** With Airflow and the linters. */
    static PythonEnvironment orSkip() throws IOException, InterruptedException {
        PythonEnvironment environment = new PythonEnvironment(DIRECTORY);
        environment.install("tools", Files.readString(REQUIREMENTS), () -> {
            environment.orSkip("python3", "-m", "venv", environment.tools().toString());
            environment.orSkip(
                    environment.program("pip"),
                    "install",
                    "--no-compile",
                    "--require-virtualenv",
                    "-r",
                    REQUIREMENTS.toString());
        });
        return environment;
    }

    /** With the Spark distribution that PyPI's pyspark carries: the same as the one from Spark's download page. */
    static PythonEnvironment withSparkOrSkip() throws IOException, InterruptedException {
        PythonEnvironment environment = new PythonEnvironment(DIRECTORY);
        environment.install(
                "spark",
                PYSPARK,
                () -> environment.orSkip(
                        "python3",
                        "-m",
                        "pip",
                        "install",
                        "--no-deps",
                        "--no-compile",
                        "--target",
                        DIRECTORY.resolve("spark").toString(),
                        PYSPARK));
        return environment;
    }

    /** Serves as {@code SPARK_HOME}. */
    Path sparkHome() {
        return directory.resolve("spark/pyspark");
    }

    /** A program that a package brought. */
    String program(String name) {
        return tools().resolve("bin").resolve(name).toString();
    }

    private Path tools() {
        return directory.resolve("tools");
    }

    private interface Steps {
        void run() throws IOException, InterruptedException;
    }

    /** Tests of several JVMs may ask at a time. */
    private void install(String name, String requirements, Steps steps) throws IOException, InterruptedException {
        Path made = directory.resolve(name + ".made");
        Files.createDirectories(directory);
        try (FileChannel file = FileChannel.open(
                        directory.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            assertThat(lock.isValid()).isTrue();
            if (!Files.exists(made) || !Files.readString(made).equals(requirements)) {
                Files.deleteIfExists(made);
                delete(directory.resolve(name));
                steps.run();
                Files.writeString(made, requirements);
            }
        }
    }

    /** A link is deleted, not what it leads to. */
    static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (var paths = Files.walk(tree)) {
                for (Path path :
                        paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private void orSkip(String... command) throws IOException, InterruptedException {
        Ended ended;
        try {
            ended = run(Map.of("PIP_DISABLE_PIP_VERSION_CHECK", "1"), 15, List.of(command));
        } catch (IOException e) {
            Assumptions.abort("no Python: " + e.getMessage());
            return;
        }
        Assumptions.assumeTrue(ended.status() == 0, () -> "no Python packages to be had: " + ended.said());
    }

    /**
     * Runs a program to its end. Variables of this process that would change what Spark or Python does are kept from it.
     *
     * @param minutes it is killed after as many
     */
    static Ended run(Map<String, String> variables, int minutes, List<String> command)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile("said", ".log");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(TinyCase.ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_") || name.startsWith("PYTHON"));
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(command + " still runs after " + minutes + " minutes: "
                        + Files.readString(said, StandardCharsets.UTF_8));
            }
            return new Ended(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
        } finally {
            Files.delete(said);
        }
    }
}
