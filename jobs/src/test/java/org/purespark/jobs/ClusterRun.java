// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A run of {@code bin/pure} in a process of its own, which is the driver's too, with its executors. */
final class ClusterRun implements AutoCloseable {
    private static final int POLL_MILLIS = 5;
    private static final int LONGEST_WAIT_SECONDS = 900;

    private final Process process;
    private final Path tape;
    private final Path out;
    private final Path err;
    private final long startNanos = System.nanoTime();

    private ClusterRun(Process process, Path tape, Path out, Path err) {
        this.process = process;
        this.tape = tape;
        this.out = out;
        this.err = err;
    }

    /** How a run ended, and after what time. */
    record Ended(int status, String out, String err, Duration took) {}

    /** Something that a test waits for; empty as long as it is not there. */
    interface Moment<T> {
        Optional<T> look() throws IOException;
    }

    /** A run without a cluster, all in one JVM and on one core. */
    static ClusterRun local(Path files, String... arguments) throws IOException {
        String[] submit = {"--", "--master", "local[1]"};
        return start(files, files.resolveSibling("no-tape"), TestCluster.JAR, TinyCase.concat(arguments, submit));
    }

    /**
     * @param files what the paths of the files for standard output and error begin with
     * @param tape where a {@link TapeListener} writes, if the arguments name one
     * @param jar that is submitted where the master is not in the same JVM
     */
    static ClusterRun start(Path files, Path tape, Path jar, String... arguments) throws IOException {
        Path out = files.resolveSibling(files.getFileName() + ".out");
        Path err = files.resolveSibling(files.getFileName() + ".err");
        String pure = TinyCase.ROOT.resolve("bin/pure").toString();
        ProcessBuilder builder = new ProcessBuilder(TinyCase.concat(new String[] {pure}, arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().put("PURE_JAR", jar.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return new ClusterRun(builder.start(), tape, out, err);
    }

    Tape tape() throws IOException {
        return Tape.read(tape);
    }

    String err() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8);
    }

    ProcessHandle driver() {
        return process.toHandle();
    }

    /** The processes of the executors that run. */
    List<ProcessHandle> executors() throws IOException {
        return tape().application()
                .map(application -> Processes.withCommand("CoarseGrainedExecutorBackend", "--app-id " + application))
                .orElse(List.of());
    }

    /** The process of one executor; empty where it has ended. */
    Optional<ProcessHandle> executor(String id) throws IOException {
        String application = tape().application().orElseThrow();
        return Processes.withCommand(
                        "CoarseGrainedExecutorBackend", "--executor-id " + id + " ", "--app-id " + application)
                .stream()
                .findFirst();
    }

    /** Waits for a moment of the run; a run that ends before is an error. */
    <T> T await(String what, Moment<T> moment) throws IOException, InterruptedException {
        long end = System.nanoTime() + SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        while (System.nanoTime() < end) {
            boolean alive = process.isAlive();
            Optional<T> seen = moment.look();
            if (seen.isPresent()) {
                return seen.get();
            }
            if (!alive) {
                throw new AssertionError(
                        "the run ended with " + process.exitValue() + " before " + what + ":\n" + err());
            }
            MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new AssertionError("no " + what + " within " + LONGEST_WAIT_SECONDS + " seconds:\n" + err());
    }

    /**
     * Kills an executor that is at work on a job.
     *
     * @param job what the job's description begins with
     * @return its id
     */
    String killExecutorIn(String job) throws IOException, InterruptedException {
        String busy = await("a task of " + job, () -> tape().busy(job));
        Processes.kill(executor(busy).orElseThrow());
        return busy;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end; a run that takes longer is killed and is an error. */
    Ended end(Duration longest) throws IOException, InterruptedException {
        if (!process.waitFor(longest.toMillis(), MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + longest + ":\n" + err());
        }
        Duration took = Duration.ofSeconds(NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
        return new Ended(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), err(), took);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
