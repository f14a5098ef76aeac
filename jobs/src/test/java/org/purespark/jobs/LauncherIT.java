// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.smoke.DeviceJob;
import org.purespark.smoke.SmokeJob;

/** {@code bin/pure} as a user calls it, with what the build has just made. */
class LauncherIT {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern TASK =
            Pattern.compile("task executor=(\\S+) pid=(\\d+) extension=(\\S+) library=(\\S+) ids=(\\S+) error=(\\S+)");
    private static final Pattern DEVICE =
            Pattern.compile("device task=\\d begun=(\\d+) ended=(\\d+) device=(.*) claimed=(.*)");

    @TempDir
    private Path directory;

    /** How a launch ended. */
    private record Ended(int status, String out, String err) {}

    @Test
    void worksThroughALinkFromAnyDirectory() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("pure-link"), ROOT.resolve("bin/pure"));
        Ended ended = launch(link, "--version");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("built for Spark 4.");
    }

    @Test
    void handsTheStatusOfTheCommandToTheShell() throws Exception {
        Ended ended = launch(ROOT.resolve("bin/pure"), "no-such-command");
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("no-such-command").doesNotContain("\tat ");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    @Tag("slow")
    void computesNativelyInThisJvm() throws Exception {
        List<MatchResult> tasks = smoke("local[2]");
        assertThat(tasks).extracting(task -> task.group(1)).containsOnly("driver");
    }

    @Test
    @Tag("slow")
    void computesNativelyInExecutorsOfTheirOwnFromTheOneJar() throws Exception {
        List<MatchResult> tasks = smoke("local-cluster[2,1,1024]");
        assertThat(tasks).extracting(task -> task.group(1)).doesNotContain("driver");
        assertThat(tasks).extracting(task -> task.group(2)).doesNotHaveDuplicates();
        assertThat(tasks).extracting(task -> task.group(4)).allMatch(library -> library.contains("pure.jar"));
    }

    @Test
    @Tag("slow")
    void tasksThatRunAtOnceGetAGpuEach() throws Exception {
        Path script = directory.resolve("two-gpus");
        Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<MatchResult> tasks = devices(
                "spark.worker.resource.gpu.amount=2",
                "spark.worker.resource.gpu.discoveryScript=" + script,
                "spark.executor.resource.gpu.amount=2",
                "spark.task.resource.gpu.amount=1");
        assertThat(tasks)
                .extracting(task -> task.group(3))
                .containsExactlyInAnyOrder(
                        "Gpu[index=0, threads=1, products=FLOAT32, sharers=1]",
                        "Gpu[index=1, threads=1, products=FLOAT32, sharers=1]");
        Assumptions.assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "this machine has a GPU");
        assertThat(tasks).allSatisfy(task -> assertThat(task.group(4)).startsWith("compute.engine cuda: "));
    }

    @Test
    @Tag("slow")
    void tasksWithoutGpuComputeWithTheirCores() throws Exception {
        List<MatchResult> tasks = devices();
        assertThat(tasks).allSatisfy(task -> {
            assertThat(task.group(3)).isEqualTo("Cpu[threads=1, factors=FLOAT32]");
            assertThat(task.group(4)).isEqualTo("threads 1");
        });
    }

    /** What two tasks of one executor with two cores were given; they ran at the same time. */
    private List<MatchResult> devices(String... settings) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("devices", "--", "--class", DeviceJob.class.getName()));
        arguments.addAll(List.of("--jars", jarOf(DeviceJob.class).toString()));
        arguments.addAll(List.of("--master", "local-cluster[1,2,1024]"));
        arguments.addAll(List.of("--conf", "spark.plugins=" + NativePlugin.class.getName()));
        for (String setting : settings) {
            arguments.addAll(List.of("--conf", setting));
        }
        Ended ended = launch(ROOT.resolve("bin/pure"), arguments.toArray(String[]::new));
        assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
        List<MatchResult> tasks = DEVICE.matcher(ended.out()).results().toList();
        assertThat(tasks).as(ended.out()).hasSize(2);
        long lastBegun = tasks.stream()
                .mapToLong(task -> Long.parseLong(task.group(1)))
                .max()
                .orElseThrow();
        assertThat(tasks)
                .allSatisfy(task -> assertThat(Long.parseLong(task.group(2))).isGreaterThan(lastBegun));
        return tasks;
    }

    @Test
    void runsTheSparkOfSparkHomeWithTheOptionsBehindTheDashes() throws Exception {
        Path home = sparkHome("scala-library-2.13.17.jar");
        Ended ended = launchWith(home, "score", "--set", "seed=3", "--", "--master", "local[3]", "--name", "mine");
        assertThat(ended.status()).as(ended.err()).isEqualTo(7);
        assertThat(ended.out().lines())
                .containsSubsequence("--class", Pure.class.getName(), "--master", "local[3]", "--name", "mine")
                .endsWith("score", "--set", "seed=3");
    }

    @Test
    void refusesASparkOfAnotherScala() throws Exception {
        Path home = sparkHome("scala-library-2.12.18.jar");
        Ended ended = launchWith(home, "score");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("SPARK_HOME is " + home, "scala-library-2.12.18.jar", "Scala 2.13");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void refusesAJavaThatSparkDoesNotRunOnBeforeItBuilds() throws Exception {
        for (String version : List.of("25.0.1", "19.0.2", "11.0.20")) {
            Path home = javaHome(version);
            Ended ended =
                    launch(Map.of("JAVA_HOME", home.toString(), "PURE_BUILD", ""), ROOT.resolve("bin/pure"), "score");
            assertThat(ended.status()).as(ended.err()).isEqualTo(2);
            assertThat(ended.err())
                    .matches("pure: " + home + "/bin/java is version " + version
                            + ", and Spark 4\\.1\\.\\S+ runs on Java"
                            + " 17, 21 only; set JAVA_HOME to one of these\n");
            assertThat(ended.out()).isEmpty();
        }
    }

    @Test
    void knowsTheVersionsOfJavaThatANewerSparkRunsOn() throws Exception {
        Path home = sparkHome("scala-library-2.13.17.jar");
        Files.createFile(home.resolve("jars/spark-core_2.13-4.2.0-preview1.jar"));
        Ended ended = launch(
                Map.of(
                        "SPARK_HOME",
                        home.toString(),
                        "JAVA_HOME",
                        javaHome("26").toString()),
                ROOT.resolve("bin/pure"),
                "score");
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("is version 26, and Spark 4.2.0-preview1 runs on Java 17, 21, 25 only");
        assertThat(launch(
                                Map.of(
                                        "SPARK_HOME",
                                        home.toString(),
                                        "JAVA_HOME",
                                        javaHome("25.0.3").toString()),
                                ROOT.resolve("bin/pure"),
                                "score")
                        .status())
                .isEqualTo(7);
    }

    /** Java would lose characters that are not ASCII. */
    @Test
    void setsAUtf8LocaleWhereThereIsNone() throws Exception {
        Path home = sparkHome("scala-library-2.13.17.jar");
        for (String locale : List.of("C", "POSIX", "C.UTF-8")) {
            Ended ended =
                    launch(Map.of("SPARK_HOME", home.toString(), "LC_ALL", locale), ROOT.resolve("bin/pure"), "score");
            assertThat(ended.out()).startsWith("locale C.UTF-8\n");
        }
        Ended ended = launch(
                Map.of("SPARK_HOME", home.toString(), "LC_ALL", "", "LC_CTYPE", "", "LANG", ""),
                ROOT.resolve("bin/pure"),
                "score");
        assertThat(ended.out()).startsWith("locale C.UTF-8\n");
    }

    @Test
    void takesNamesThatAreNotAsciiInAnyLocale() throws Exception {
        Path script = directory.resolve("script");
        Files.writeString(
                script,
                "#!/bin/sh\nexec " + ROOT.resolve("bin/pure")
                        + " predict --dry-run --model caf\u00e9 --data x --out y\n",
                StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Ended ended = launch(Map.of("LC_ALL", "C"), script);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("--model: there is no caf\u00e9");
    }

    /** A Java that tells a version and does nothing. */
    private Path javaHome(String version) throws IOException {
        Path home = directory.resolve("java-" + version);
        Files.createDirectories(home.resolve("bin"));
        Path java = home.resolve("bin/java");
        Files.writeString(
                java, "#!/bin/sh\necho 'openjdk version \"" + version + "\" 2026-01-20' >&2\n", StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** A Spark whose {@code spark-submit} prints its locale and its arguments, one a line, and ends with 7. */
    private Path sparkHome(String scalaLibrary) throws IOException {
        Path home = directory.resolve("spark");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("jars"));
        Files.createFile(home.resolve("jars").resolve(scalaLibrary));
        Path submit = home.resolve("bin/spark-submit");
        Files.writeString(
                submit,
                "#!/bin/sh\necho \"locale ${LC_ALL:-$LC_CTYPE}\"\nprintf '%s\\n' \"$@\"\nexit 7\n",
                StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** Both tasks ran, multiplied right, and each JVM loaded the native build that suits this CPU. */
    private List<MatchResult> smoke(String master) throws Exception {
        Ended ended = launch(
                ROOT.resolve("bin/pure"),
                "smoke",
                "--",
                "--class",
                SmokeJob.class.getName(),
                "--jars",
                jarOf(SmokeJob.class).toString(),
                "--conf",
                "spark.plugins=" + NativePlugin.class.getName(),
                "--master",
                master);
        assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
        List<MatchResult> tasks = TASK.matcher(ended.out()).results().toList();
        assertThat(tasks).as(ended.out()).hasSize(2);
        Machine machine = Machine.ofThisProcess();
        String extension = NativeSettings.of(machine, machine.processBytes()).get(NativeSettings.EXTENSION);
        assertThat(tasks).allSatisfy(task -> {
            assertThat(task.group(3)).isEqualTo(extension);
            assertThat(task.group(4)).contains(extension + "/");
            assertThat(task.group(5)).isEqualTo("[0,1,2]");
            assertThat(Double.parseDouble(task.group(6))).isZero();
        });
        return tasks;
    }

    private Path jarOf(Class<?> job) throws IOException {
        Path jar = directory.resolve(job.getSimpleName() + ".jar");
        String name = job.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                InputStream in = job.getResourceAsStream("/" + name)) {
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
        }
        return jar;
    }

    private Ended launchWith(Path sparkHome, String... args) throws IOException, InterruptedException {
        return launch(Map.of("SPARK_HOME", sparkHome.toString()), ROOT.resolve("bin/pure"), args);
    }

    private Ended launch(Path script, String... args) throws IOException, InterruptedException {
        return launch(Map.of(), script, args);
    }

    private Ended launch(Map<String, String> environment, Path script, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command + " still runs after 5 minutes: " + text(out) + text(err));
        }
        return new Ended(process.exitValue(), text(out), text(err));
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
