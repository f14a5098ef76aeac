// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.demo.ReviewCorpus;

/**
 * {@code purify} on a standalone cluster of one master and workers with one core each, in JVMs of their own, with
 * authentication and encryption: processes are killed under it, and each run ends with what an undisturbed one gives.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterLossIT {
    private static final int CHECKPOINT_INTERVAL = 5;
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final String BASELINE_TRAINING = "baseline: fine-tuning";
    private static final String NORMALIZED_TRAINING = "normalize: fine-tuning";

    private Path directory;
    private TinyCase tiny;
    private TestCluster cluster;
    private ClusterRun refused;

    @BeforeAll
    void runUndisturbed(@TempDir Path scratch) throws Exception {
        directory = scratch;
        tiny = TinyCase.in(directory);
        // Enough to be in the middle of scoring and of the prune search for a while.
        tiny.write("validation.tsv", ReviewCorpus.generate(5, 800));
        cluster = TestCluster.start(directory.resolve("shared"), 2, "1g");
        // Spark takes a minute to give up; the other runs need not wait for that.
        refused = cluster.launch("refused", "512m", TestCluster.Secret.WRONG, purify("refused"));
        TinyCase.Ended undisturbed = TinyCase.run(purify("undisturbed"));
        assertThat(undisturbed.status()).as(undisturbed.err()).isZero();
    }

    @AfterAll
    void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void endsInTheSameResultWhenExecutorsAreLostInTrainingScoringAndPruneSearch() throws Exception {
        ClusterRun run = launch(cluster, "executors-lost");
        awaitCheckpoint(run, "executors-lost", "baseline");
        String inTraining = run.killExecutorIn(BASELINE_TRAINING);
        TrainingProgress kept = checkpoint("executors-lost", "baseline").orElseThrow();
        String inScoring = run.killExecutorIn("score:");
        String inSearch = run.killExecutorIn("prune:");
        done(run);
        assertThat(run.tape().who(Tape.Kind.TASK_LOST, BASELINE_TRAINING)).contains(inTraining);
        assertThat(run.tape().who(Tape.Kind.TASK_LOST, "score:")).contains(inScoring);
        assertThat(run.tape().who(Tape.Kind.TASK_LOST, "prune:")).contains(inSearch);
        assertContinuedFrom(kept, "executors-lost", "baseline");
        assertSameAsUndisturbed("executors-lost");
    }

    @Test
    void goesOnWithTwoOfThreeWorkersWhenOneIsLostForGood() throws Exception {
        try (TestCluster shrinking = TestCluster.start(directory.resolve("shrinking"), 3, "1g")) {
            ClusterRun run = launch(shrinking, "worker-lost");
            awaitCheckpoint(run, "worker-lost", "baseline");
            String executor = run.await("a training task", () -> run.tape().busy(BASELINE_TRAINING));
            ProcessHandle worker =
                    run.executor(executor).flatMap(ProcessHandle::parent).orElseThrow();
            assertThat(shrinking.workers()).hasSize(3).contains(worker);
            Processes.kill(worker);
            TrainingProgress kept = checkpoint("worker-lost", "baseline").orElseThrow();
            done(run);
            assertThat(shrinking.workers()).hasSize(2);
            assertThat(run.tape().who(Tape.Kind.TASK_LOST, BASELINE_TRAINING)).contains(executor);
            assertContinuedFrom(kept, "worker-lost", "baseline");
            // Four micro-batches a step: 2, 1 and 1, then 2 and 2.
            assertThat(tasksOfSteps("worker-lost", "baseline")).startsWith(3).endsWith(2);
            assertSameAsUndisturbed("worker-lost");
        }
    }

    @Test
    void continuesFromTheCheckpointWhenTheDriverIsLostAndTheCommandGivenAgain() throws Exception {
        copyWithoutPurifiedModel("undisturbed", "driver-lost");
        ClusterRun lost = launch(cluster, "driver-lost");
        awaitCheckpoint(lost, "driver-lost", "normalize");
        Processes.kill(lost.driver());
        TrainingProgress kept = checkpoint("driver-lost", "normalize").orElseThrow();

        ClusterRun again = cluster.launch("driver-again", "512m", TestCluster.Secret.RIGHT, purify("driver-lost"));
        ClusterRun.Ended ended = done(again);
        assertThat(ended.err()).contains("pure: baseline: skipped", "pure: score: skipped", "pure: prune: skipped");
        assertThat(again.tape().who(Tape.Kind.TASK_START, BASELINE_TRAINING)).isEmpty();
        assertThat(again.tape().who(Tape.Kind.TASK_START, NORMALIZED_TRAINING)).isNotEmpty();
        assertContinuedFrom(kept, "driver-lost", "normalize");
        assertSameAsUndisturbed("driver-lost");
    }

    @Test
    void isRefusedWithTheWrongSecret() throws Exception {
        ClusterRun.Ended ended = refused.end(LONGEST);
        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
        assertThat(ended.err())
                .contains("pure: Spark has ended this application")
                .contains("spark.authenticate.secret");
        assertThat(ended.out()).isEmpty();
        // Spark gives even a refused driver an application's id, of its own making.
        assertThat(refused.tape().who(Tape.Kind.EXECUTOR_ADDED, ""))
                .as("executors")
                .isEmpty();
    }

    /** The number of tasks in each step in which there were several. */
    private List<Integer> tasksOfSteps(String run, String stage) throws IOException {
        List<Integer> tasks = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(run).resolve("events.jsonl"))) {
            JsonNode event = new ObjectMapper().readTree(line);
            if ("step-exchange".equals(event.path("event").asText())
                    && stage.equals(event.get("stage").asText())) {
                tasks.add(event.get("tasks").asInt());
            }
        }
        return tasks;
    }

    private String[] purify(String run) {
        return tiny.purify(
                run,
                "--set",
                "train.micro-batches-per-step=4",
                "--set",
                "train.epochs=14",
                "--set",
                "train.checkpoint-interval-steps=" + CHECKPOINT_INTERVAL,
                "--set",
                "evaluate.batch-texts=8");
    }

    private ClusterRun launch(TestCluster on, String run) throws IOException {
        return on.launch(run, "512m", TestCluster.Secret.RIGHT, purify(run));
    }

    private static ClusterRun.Ended done(ClusterRun run) throws Exception {
        ClusterRun.Ended ended = run.end(LONGEST);
        assertThat(ended.status()).as(ended.err()).isZero();
        return ended;
    }

    private Optional<TrainingProgress> checkpoint(String run, String stage) throws IOException {
        return TrainingProgress.lastCheckpoint(directory.resolve(run), stage);
    }

    /** A run directory in which all is done but the normalized fine-tuning and what follows from it. */
    private void copyWithoutPurifiedModel(String from, String to) throws IOException {
        Path source = directory.resolve(from);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                if (!file.startsWith(source.resolve("purified"))) {
                    Files.copy(file, directory.resolve(to).resolve(source.relativize(file)));
                }
            }
        }
    }

    /** Until a training is in its middle: past its second checkpoint, with most of its steps ahead. */
    private void awaitCheckpoint(ClusterRun running, String run, String stage) throws Exception {
        running.await("the second checkpoint of " + stage, () -> checkpoint(run, stage)
                .filter(progress -> progress.steps() >= 2 * CHECKPOINT_INTERVAL));
    }

    /**
     * No step of the last checkpoint was computed again. What came after that checkpoint were fewer steps than an
     * interval: else there would be a later checkpoint.
     */
    private void assertContinuedFrom(TrainingProgress kept, String run, String stage) throws IOException {
        TrainingProgress whole = TrainingProgress.whole(directory.resolve(run), stage);
        TrainingProgress undisturbed = TrainingProgress.whole(directory.resolve("undisturbed"), stage);
        assertThat(whole.steps()).isEqualTo(undisturbed.steps()).isGreaterThan(kept.steps());
        assertThat(kept.steps()).isGreaterThanOrEqualTo(2 * CHECKPOINT_INTERVAL);
        assertThat(whole.seconds().subList(0, kept.steps())).isEqualTo(kept.seconds());
    }

    private void assertSameAsUndisturbed(String run) throws IOException {
        RunComparison.assertSameResult(directory.resolve(run), directory.resolve("undisturbed"));
    }
}
