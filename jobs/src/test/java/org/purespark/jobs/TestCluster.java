// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Spark standalone cluster of separate JVMs on this machine, as {@code deploy/standalone/cluster} makes it: a master
 * and workers of one core each, with a secret and encryption; and runs of {@code bin/pure} on it. Executors take the
 * project from where it was built instead of loading all of {@code pure.jar}. Nothing of it outlives {@link #close}.
 */
final class TestCluster implements AutoCloseable {
    private static final Path SCRIPT = TinyCase.ROOT.resolve("deploy/standalone/cluster");
    private static final Path BUILT = TinyCase.ROOT.resolve("jobs/target");
    /** Short programs on few cores: a collector with threads of its own takes a sixth of their time. */
    static final String JVM_OPTIONS = "-XX:+UseSerialGC";

    /** Without it the native library tries builds that another CPU is needed for, which ends the JVM. */
    private static final String NATIVE_BUILD = "org.bytedeco.javacpp.platform.extension";

    static final Path JAR = BUILT.resolve("pure-jobs.jar");
    private static final int LONGEST_START_SECONDS = 300;

    private final Path directory;
    private final Path scratch;
    private final Thread atExit = new Thread(this::stop, "test-cluster-stop");
    private final List<ClusterRun> runs = new ArrayList<>();
    private String master;

    private TestCluster(Path directory) {
        this.directory = directory;
        this.scratch = directory.resolve("cluster");
    }

    /**
     * Starts a cluster.
     *
     * @param directory for all of its files; must not exist
     * @param memory of each worker, such as {@code 2g}
     */
    static TestCluster start(Path directory, int workers, String memory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        TestCluster cluster = new TestCluster(directory);
        cluster.secret("secret", "right-0123456789abcdef");
        cluster.secret("other-secret", "wrong-0123456789abcdef");
        Runtime.getRuntime().addShutdownHook(cluster.atExit);
        try {
            cluster.master = cluster.script(
                            "start",
                            "--workers",
                            Integer.toString(workers),
                            "--cores",
                            "1",
                            "--memory",
                            memory,
                            "--port",
                            "0",
                            "--properties-file",
                            directory.resolve("secret").toString(),
                            "--directory",
                            cluster.scratch.toString())
                    .strip();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void secret(String name, String secret) throws IOException {
        Path file = Files.createFile(
                directory.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
                file,
                List.of(
                        "spark.authenticate true",
                        "spark.authenticate.secret " + secret,
                        "spark.network.crypto.enabled true",
                        "spark.io.encryption.enabled true"),
                StandardCharsets.UTF_8);
    }

    /** What a driver says to be let in. */
    enum Secret {
        RIGHT("secret"),
        WRONG("other-secret");

        private final String file;

        Secret(String file) {
            this.file = file;
        }
    }

    /**
     * Starts {@code bin/pure} with this cluster as its master.
     *
     * @param name of the run among those of this cluster
     * @param executorMemory heap of an executor, such as {@code 512m}
     */
    ClusterRun launch(String name, String executorMemory, Secret secret, String... arguments) throws IOException {
        Path tape = directory.resolve(name + ".tape");
        String built = JAR + ":" + Files.readString(BUILT.resolve("runtime.classpath"));
        String[] submit = {
            "--",
            "--master",
            master,
            "--properties-file",
            directory.resolve(secret.file).toString(),
            "--driver-class-path",
            built + ":" + BUILT.resolve("test-classes"),
            "--driver-java-options",
            JVM_OPTIONS,
            "--conf",
            "spark.executor.extraJavaOptions=" + JVM_OPTIONS,
            "--conf",
            "spark.executor.extraClassPath=" + built,
            "--conf",
            "spark.executor.memory=" + executorMemory,
            // Outside of the heap; the standalone master does not count it.
            "--conf",
            "spark.executor.memoryOverhead=2g",
            "--conf",
            "spark.executor.cores=1",
            "--conf",
            "spark.driver.host=127.0.0.1",
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.local.dir=" + directory.resolve("driver"),
            "--conf",
            "spark.extraListeners=" + TapeListener.class.getName(),
            "--conf",
            TapeListener.FILE + "=" + tape
        };
        ClusterRun run = ClusterRun.start(directory.resolve(name), tape, JAR, TinyCase.concat(arguments, submit));
        runs.add(run);
        return run;
    }

    /**
     * A driver that is no run of {@code bin/pure}, on all executors of this cluster, one core each; it must read its
     * settings from the system properties.
     *
     * @param main its class
     * @param classes class path of driver and executors
     */
    ProcessBuilder driver(String main, String classes, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        // The modules that Spark needs, as this JVM has them.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-"))
                .forEach(command::add);
        String nativeBuild = "-D" + NATIVE_BUILD + "=" + System.getProperty(NATIVE_BUILD);
        command.addAll(List.of("-Xmx512m", JVM_OPTIONS, nativeBuild, "-cp", classes));
        for (String line : Files.readAllLines(directory.resolve(Secret.RIGHT.file))) {
            command.add("-D" + line.replaceFirst(" ", "="));
        }
        command.addAll(List.of(
                "-Dspark.master=" + master,
                "-Dspark.executor.extraClassPath=" + classes,
                "-Dspark.executor.extraJavaOptions=" + JVM_OPTIONS + " " + nativeBuild,
                "-Dspark.executor.memory=512m",
                "-Dspark.executor.cores=1",
                "-Dspark.scheduler.minRegisteredResourcesRatio=1.0",
                "-Dspark.scheduler.maxRegisteredResourcesWaitingTime=120s",
                "-Dspark.cores.max=" + workers().size(),
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.ui.enabled=false",
                "-Dspark.local.dir=" + directory.resolve("driver"),
                main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return builder;
    }

    /** The processes of the workers that run. */
    List<ProcessHandle> workers() {
        return Processes.withCommand("org.apache.spark.deploy.worker.Worker", scratch.toString());
    }

    private String script(String... arguments) throws IOException, InterruptedException {
        Path out = directory.resolve("cluster.out");
        Path err = directory.resolve("cluster.err");
        ProcessBuilder builder = new ProcessBuilder(TinyCase.concat(new String[] {SCRIPT.toString()}, arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        boolean ended = process.waitFor(LONGEST_START_SECONDS, SECONDS);
        if (!ended || process.exitValue() != 0) {
            process.destroy();
            throw new IllegalStateException(
                    String.join(" ", arguments) + (ended ? " failed: " : " does not end: ") + Files.readString(err));
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        stop();
    }

    private void stop() {
        runs.forEach(ClusterRun::close);
        try {
            if (Files.exists(scratch)) {
                script("stop", "--directory", scratch.toString());
            }
            // What a driver that was killed has left.
            delete(directory.resolve("driver"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> children = Files.list(path)) {
                for (Path child : children.toList()) {
                    delete(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
