// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/**
 * Airflow, linters, a stock Spark, PyTorch, transformers, MLflow and NVRTC from PyPI, in throw-away directories under
 * {@code target/python}. Made by the first test that asks, and taken again while its requirements are the same; pip
 * keeps what it downloads in its cache. Where there is no Python, or no package index, tests that need it are skipped,
 * with what pip said; any other failure of pip is the tests' failure.
 */
record PythonEnvironment(Path directory) {
    private static final String PYSPARK = "pyspark==4.1.3";
    private static final String TORCH = "torch==2.8.0";
    private static final String TRANSFORMERS_5 = "transformers==5.24.0";
    /** With what version 5 needs in other versions. */
    private static final List<String> TRANSFORMERS_4 =
            List.of("transformers==4.57.6", "huggingface-hub==0.36.2", "tokenizers==0.22.2");

    private static final String NEEDED_BY_4 = "requests==2.32.5";

    private static final List<String> SIGNING = List.of("model-signing==1.1.1", "pyOpenSSL==26.4.0");
    private static final String MLFLOW = "mlflow==3.17.2";
    /** NVIDIA's compiler for GPUs, and what its bindings ask for; neither needs a GPU. */
    private static final List<String> NVRTC =
            List.of("nvidia-cuda-nvrtc-cu12==12.9.86", "nvidia-cuda-runtime-cu12==12.9.79");

    private static final Path DIRECTORY = TinyCase.ROOT.resolve("jobs/target/python");
    private static final Path REQUIREMENTS = TinyCase.ROOT.resolve("deploy/airflow/tests/requirements.txt");
    private static final int LONGEST_INSTALLATION_MINUTES = 25;

    /** pip's words where no index answers, or has nothing for this version of Python. */
    private static final Pattern NOTHING_TO_BE_HAD = Pattern.compile("from versions: none|connection broken by"
            + "|require a different python version|ReadTimeoutError|HTTP error|Could not install packages due to an"
            + " OSError: HTTPS?ConnectionPool");

    /** How a program ended, and what it wrote on both streams. */
    record Ended(int status, String said) {}

    /** With Airflow and the linters. */
    static PythonEnvironment orSkip() {
        return Tools.MADE.orSkip();
    }

    /** With the Spark distribution that PyPI's pyspark carries: the same as the one from Spark's download page. */
    static PythonEnvironment withSparkOrSkip() {
        return Spark.MADE.orSkip();
    }

    /** With PyTorch and two versions of transformers; some gigabytes. */
    static PythonEnvironment withTransformersOrSkip() {
        return Transformers.MADE.orSkip();
    }

    /** With the OpenSSF's reference implementation of model signing. */
    static PythonEnvironment withModelSigningOrSkip() {
        return Signing.MADE.orSkip();
    }

    /** With an MLflow server. */
    static PythonEnvironment withMlflowOrSkip() {
        return Mlflow.MADE.orSkip();
    }

    /** With NVIDIA's compiler for GPUs. */
    static PythonEnvironment withNvrtcOrSkip() {
        return Nvrtc.MADE.orSkip();
    }

    /** Tried once for all tests: without an index pip takes long to give up. */
    private static final class Tools {
        static final Installation MADE =
                new PythonEnvironment(DIRECTORY).install("tools", read(REQUIREMENTS), PythonEnvironment::tools);
    }

    private static final class Spark {
        static final Installation MADE =
                new PythonEnvironment(DIRECTORY).install("spark", PYSPARK, PythonEnvironment::spark);
    }

    private static final class Transformers {
        static final Installation MADE = new PythonEnvironment(DIRECTORY)
                .install(
                        "transformers",
                        TORCH + TRANSFORMERS_5 + NEEDED_BY_4 + TRANSFORMERS_4,
                        PythonEnvironment::transformers);
    }

    private static final class Signing {
        static final Installation MADE = new PythonEnvironment(DIRECTORY)
                .install("signing", String.join(" ", SIGNING), PythonEnvironment::signing);
    }

    private static final class Mlflow {
        static final Installation MADE =
                new PythonEnvironment(DIRECTORY).install("mlflow", MLFLOW, PythonEnvironment::mlflow);
    }

    private static final class Nvrtc {
        static final Installation MADE =
                new PythonEnvironment(DIRECTORY).install("nvrtc", String.join(" ", NVRTC), PythonEnvironment::nvrtc);
    }

    /** What came of it: made, or why it cannot be had, or what went wrong. */
    private record Installation(PythonEnvironment environment, Optional<String> missing, Optional<Throwable> failure) {
        PythonEnvironment orSkip() {
            missing.ifPresent(Assumptions::abort);
            failure.ifPresent(cause -> {
                throw new AssertionError("the Python packages could not be installed: " + cause.getMessage(), cause);
            });
            return environment;
        }
    }

    /** Serves as {@code SPARK_HOME}. */
    Path sparkHome() {
        return directory.resolve("spark/home/pyspark");
    }

    /** A program that a package brought. */
    String program(String name) {
        return directory.resolve("tools/bin").resolve(name).toString();
    }

    /** A program of the environment that has transformers 5. */
    String pythonWithTransformers() {
        return directory.resolve("transformers/bin/python").toString();
    }

    /** As {@code PYTHONPATH}: transformers 4 in place of 5. */
    Path transformers4() {
        return directory.resolve("transformers/version-4");
    }

    /** Python with the reference implementation of model signing. */
    String signingPython() {
        return directory.resolve("signing/bin/python").toString();
    }

    /** Python with MLflow. */
    String mlflowPython() {
        return directory.resolve("mlflow/bin/python").toString();
    }

    /** NVIDIA's libraries, where the packages put them. */
    Path nvidiaLibraries() {
        return directory.resolve("nvrtc/home/nvidia");
    }

    private interface Steps {
        void run(PythonEnvironment environment) throws IOException, InterruptedException;
    }

    private void tools() throws IOException, InterruptedException {
        install("tools", "--requirement", REQUIREMENTS.toString());
    }

    private void spark() throws IOException, InterruptedException {
        install(
                "spark",
                "--no-deps",
                "--target",
                directory.resolve("spark/home").toString(),
                PYSPARK);
    }

    private void transformers() throws IOException, InterruptedException {
        install("transformers", TORCH, TRANSFORMERS_5, NEEDED_BY_4);
        String[] options = {"--no-deps", "--target", transformers4().toString()};
        python(TinyCase.concat(
                new String[] {pythonWithTransformers(), "-m", "pip", "install", "--no-compile"},
                TinyCase.concat(options, TRANSFORMERS_4.toArray(String[]::new))));
    }

    private void signing() throws IOException, InterruptedException {
        install("signing", SIGNING.toArray(String[]::new));
    }

    private void mlflow() throws IOException, InterruptedException {
        install("mlflow", MLFLOW);
    }

    private void nvrtc() throws IOException, InterruptedException {
        String[] options = {
            "--no-deps", "--target", directory.resolve("nvrtc/home").toString()
        };
        install("nvrtc", TinyCase.concat(options, NVRTC.toArray(String[]::new)));
    }

    /** Into a virtual environment, which has a pip of its own. */
    private void install(String name, String... packages) throws IOException, InterruptedException {
        Path environment = directory.resolve(name);
        python("python3", "-m", "venv", environment.toString());
        String python = environment.resolve("bin/python").toString();
        python(TinyCase.concat(new String[] {python, "-m", "pip", "install", "--no-compile"}, packages));
    }

    /** Tests of several JVMs may ask at a time. */
    private Installation install(String name, String requirements, Steps steps) {
        Path made = directory.resolve(name + ".made");
        try {
            Files.createDirectories(directory);
            try (FileChannel file = FileChannel.open(
                            directory.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                assertThat(lock.isValid()).isTrue();
                if (!Files.exists(made) || !Files.readString(made).equals(requirements)) {
                    Files.deleteIfExists(made);
                    delete(directory.resolve(name));
                    steps.run(this);
                    Files.writeString(made, requirements);
                }
            }
            return new Installation(this, Optional.empty(), Optional.empty());
        } catch (TestAbortedException e) {
            return new Installation(this, Optional.of(e.getMessage()), Optional.empty());
        } catch (IOException | AssertionError e) {
            return new Installation(this, Optional.empty(), Optional.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Installation(this, Optional.empty(), Optional.of(e));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void python(String... command) throws IOException, InterruptedException {
        Ended ended;
        try {
            ended = run(Map.of("PIP_DISABLE_PIP_VERSION_CHECK", "1"), LONGEST_INSTALLATION_MINUTES, List.of(command));
        } catch (IOException e) {
            Assumptions.abort("no Python: " + e.getMessage());
            return;
        }
        if (ended.status() != 0) {
            boolean none = List.of(command).contains("venv")
                    || NOTHING_TO_BE_HAD.matcher(ended.said()).find();
            Assumptions.assumeFalse(none, () -> "no Python packages to be had: " + ended.said());
            throw new AssertionError(String.join(" ", command) + ": " + ended.said());
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

    /**
     * Runs a program to its end. Variables of this process that would change what Spark or Python does are kept from
     * it.
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
