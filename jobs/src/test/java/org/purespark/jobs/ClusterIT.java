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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.demo.ReviewCorpus;

/**
 * {@code purify} on a standalone cluster of one master and two workers with one core each, in JVMs of their own, with
 * authentication and encryption. {@link ClusterLossIT} kills processes under it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterIT {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final String BASELINE_TRAINING = "baseline: fine-tuning";

    private Path directory;
    private TinyCase tiny;
    private Tape tape;
    private final Map<String, SortedSet<Integer>> portsOpen = new HashMap<>();
    private final Map<String, SortedSet<Integer>> portsOfSpark = new HashMap<>();

    @BeforeAll
    void runInOneJvmAndOnTheCluster(@TempDir Path scratch) throws Exception {
        directory = scratch;
        tiny = TinyCase.in(directory);
        tiny.write("validation.tsv", ReviewCorpus.generate(5, 200));
        TinyCase.Ended local = TinyCase.run(purify("local"));
        assertThat(local.status()).as(local.err()).isZero();
        try (TestCluster cluster = TestCluster.start(directory.resolve("shared"), 2, "1g")) {
            ClusterRun run = cluster.launch("run", "512m", TestCluster.Secret.RIGHT, purify("distributed"));
            watchPorts(run);
            ClusterRun.Ended ended = run.end(LONGEST);
            assertThat(ended.status()).as(ended.err()).isZero();
            tape = run.tape();
        }
    }

    @Test
    void givesWhatOneJvmGives() throws Exception {
        RunComparison.assertSameResult(directory.resolve("distributed"), directory.resolve("local"));
        assertThat(tape.who(Tape.Kind.TASK_START, BASELINE_TRAINING)).containsExactlyInAnyOrder("0", "1");
        assertThat(tasksOfSteps("distributed")).containsOnly(2);
        assertThat(tasksOfSteps("local")).isEmpty();
    }

    @Test
    void opensNoPortThatSparkDidNotOpen() {
        assertThat(portsOfSpark).containsKeys("driver", "0", "1");
        assertThat(portsOpen).isEqualTo(portsOfSpark);
    }

    /** The number of tasks in each step of the baseline's training in which there were several. */
    private List<Integer> tasksOfSteps(String run) throws IOException {
        List<Integer> tasks = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(run).resolve("events.jsonl"))) {
            JsonNode event = new ObjectMapper().readTree(line);
            if ("step-exchange".equals(event.path("event").asText())
                    && "baseline".equals(event.get("stage").asText())) {
                tasks.add(event.get("tasks").asInt());
            }
        }
        return tasks;
    }

    /** Trained long enough for heads to be pruned, on both slots. */
    private String[] purify(String run) {
        return tiny.purify(
                run,
                "--set",
                "train.micro-batches-per-step=4",
                "--set",
                "train.epochs=4",
                "--set",
                "evaluate.batch-texts=32",
                "--set",
                "probe.texts=8");
    }

    /** Looks again and again at what driver and executors listen on, until the run ends. */
    private void watchPorts(ClusterRun run) throws Exception {
        while (run.isAlive()) {
            see("driver", run.driver());
            for (String executor : run.tape().who(Tape.Kind.EXECUTOR_ADDED, "")) {
                run.executor(executor).ifPresent(process -> see(executor, process));
            }
            Thread.sleep(250);
        }
        for (Tape.Entry entry : run.tape().entries()) {
            if (entry.kind() == Tape.Kind.PORT) {
                portsOfSpark
                        .computeIfAbsent(entry.who(), who -> new TreeSet<>())
                        .add(Integer.valueOf(entry.what()));
            }
        }
    }

    private void see(String who, ProcessHandle process) {
        portsOpen.computeIfAbsent(who, name -> new TreeSet<>()).addAll(ListeningPorts.of(process));
    }
}
