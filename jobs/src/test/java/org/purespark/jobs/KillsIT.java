// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A purification that is killed at random moments, again and again, ends in the bytes of an undisturbed one.
 * {@code -Dkills=N} says how often, {@code -Dkills.seed=N} when; {@code jobs/target/kills-*.tsv} lists the moments.
 */
@Tag("large")
class KillsIT {
    private static final int KILLS = Integer.getInteger("kills", 20);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    private final Random random = new Random(Long.getLong("kills.seed", 11));
    private TinyCase tiny;
    private int started;

    /** Starts a run in the directory {@code run}, in processes of its own. */
    private interface Launch {
        ClusterRun start(String name, String run) throws IOException;
    }

    /** Kills something of a run, and says what. */
    private interface Blow {
        String strike(ClusterRun run) throws IOException, InterruptedException;
    }

    @BeforeEach
    void setUp() {
        tiny = TinyCase.in(directory);
    }

    @Test
    void killedInOneProcessItEndsInTheSameBytes() throws Exception {
        assertSameBytesWhenKilled(
                "local", (name, run) -> ClusterRun.local(directory.resolve(name), purify(run)), KillsIT::killDriver);
    }

    /** Training is one task, so that the order of its sums does not depend on how many executors are left. */
    @Test
    void killedOnAClusterOfTwoExecutorsItEndsInTheSameBytes() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory.resolve("shared"), 2, "1g")) {
            assertSameBytesWhenKilled(
                    "cluster",
                    (name, run) -> cluster.launch(name, "512m", TestCluster.Secret.RIGHT, purify(run)),
                    run -> random.nextInt(3) > 0 ? killDriver(run) : killExecutor(run));
        }
    }

    private void assertSameBytesWhenKilled(String where, Launch launch, Blow blow) throws Exception {
        Path table = Files.writeString(Path.of("target", "kills-" + where + ".tsv"), "kill\tms\tvictim\tin\n");
        ClusterRun whole = launch.start("whole", "whole");
        whole.await("a stage", () -> stage(whole).equals("start") ? Optional.empty() : Optional.of(true));
        long begun = System.nanoTime();
        assertEnds(whole);
        long wholeMillis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        int kills = 0;
        while (kills < KILLS) {
            ClusterRun run = launch.start("run-" + started++, "killed");
            // one in six while Java and Spark start, the others in the stages
            if (random.nextInt(6) > 0) {
                run.await("a stage", () -> stage(run).equals("start") ? Optional.empty() : Optional.of(true));
            }
            long millis = random.nextInt((int) wholeMillis);
            MILLISECONDS.sleep(millis);
            if (!run.isAlive()) {
                assertEnds(run);
                assertWhole();
                continue;
            }
            String victim = blow.strike(run);
            kills++;
            Files.writeString(
                    table, kills + "\t" + millis + "\t" + victim + "\t" + stage(run) + "\n", StandardOpenOption.APPEND);
            if (run.isAlive()) {
                // an executor was killed: the run goes on, or ends with an error and is started again
                if (run.end(LONGEST).status() == 0) {
                    assertWhole();
                }
            }
        }
        assertEnds(launch.start("last", "killed"));
        assertWhole();
    }

    private static void assertEnds(ClusterRun run) throws Exception {
        ClusterRun.Ended ended = run.end(LONGEST);
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    /** The killed run's directory holds what the whole one's does, and nothing else; it makes room for the next. */
    private void assertWhole() throws IOException {
        RunComparison.assertSameBytes(directory.resolve("killed"), directory.resolve("whole"));
        assertThat(files("killed")).isEqualTo(files("whole"));
        try (Stream<Path> paths = Files.walk(directory.resolve("killed"))) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private List<String> files(String run) throws IOException {
        Path root = directory.resolve(run);
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.map(path -> root.relativize(path).toString()).sorted().toList();
        }
    }

    private static String killDriver(ClusterRun run) throws InterruptedException {
        run.driver().descendants().forEach(ProcessHandle::destroyForcibly);
        Processes.kill(run.driver());
        return "driver";
    }

    private static String killExecutor(ClusterRun run) throws IOException, InterruptedException {
        List<ProcessHandle> executors = run.executors();
        if (executors.isEmpty()) {
            return killDriver(run);
        }
        Processes.kill(executors.get(0));
        return "executor";
    }

    /** The last stage that the run has named. */
    private static String stage(ClusterRun run) throws IOException {
        String last = "start";
        for (String line : run.err().lines().toList()) {
            if (line.matches("pure: [a-z]+: (runs|skipped).*")) {
                last = line.substring("pure: ".length()).replaceFirst(":.*", "");
            }
        }
        return last;
    }

    private String[] purify(String run) {
        return tiny.purify(run, "--set", "train.epochs=2", "--set", "train.checkpoint-interval-steps=3");
    }
}
