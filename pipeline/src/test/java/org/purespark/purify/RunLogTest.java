// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.run.StageName;
import org.purespark.run.event.EventLog;
import org.purespark.train.OptimizerStep;
import org.purespark.train.Trainer;

class RunLogTest {
    @TempDir
    private Path directory;

    private final List<String> said = new ArrayList<>();

    @Test
    void everyEpochHasItsMean() throws IOException {
        List<JsonNode> events = logged(log -> log.steps(
                StageName.NORMALIZE, List.of(step(1, 1, 4, null), step(1, 2, 2, null), step(2, 3, 1, null)), 0.5));
        assertThat(events)
                .extracting(event -> event.get("event").textValue())
                .containsExactly("step-loss", "step-loss", "epoch-finished", "step-loss", "epoch-finished");
        assertThat(events.get(2).get("loss").doubleValue()).isEqualTo(3);
        assertThat(events.get(2).get("seconds").doubleValue()).isEqualTo(1);
        assertThat(events.get(4).get("epoch").intValue()).isEqualTo(2);
        assertThat(events.get(4).get("loss").doubleValue()).isEqualTo(1);
    }

    @Test
    void thePenaltyIsToldWithoutItsWeight() throws IOException {
        List<JsonNode> weighted = logged(log -> log.steps(StageName.NORMALIZE, List.of(step(1, 1, 4, null)), 0.5));
        assertThat(weighted.get(0).get("penalty").doubleValue()).isEqualTo(0.5);
        List<JsonNode> plain = logged(log -> log.steps(StageName.BASELINE, List.of(step(1, 1, 4, null)), 0));
        assertThat(plain.get(0).get("penalty").doubleValue()).isZero();
    }

    @Test
    void theExchangeOfAStepFollowsIt() throws IOException {
        var exchange = new Trainer.ExchangeReport(2, 100, 10, 0.25, 0.125);
        List<JsonNode> events = logged(log -> log.steps(StageName.BASELINE, List.of(step(1, 1, 4, exchange)), 0));
        assertThat(events.get(1).get("event").textValue()).isEqualTo("step-exchange");
        assertThat(events.get(1).get("tasks").intValue()).isEqualTo(2);
        assertThat(events.get(1).get("denseBytes").longValue()).isEqualTo(100);
        assertThat(events.get(1).get("waitingSeconds").doubleValue()).isEqualTo(0.125);
    }

    @Test
    void aWarningIsSaidAndKeptWhatIsSaidIsNot() throws IOException {
        List<JsonNode> events = logged(log -> {
            log.say("by the way");
            log.warn(StageName.PRUNE, "look out");
        });
        assertThat(said).containsExactly("by the way", "look out");
        assertThat(events).hasSize(1);
        assertThat(events.get(0).get("stage").textValue()).isEqualTo("prune");
        assertThat(events.get(0).get("message").textValue()).isEqualTo("look out");
    }

    private interface Logging {
        void with(RunLog log);
    }

    private List<JsonNode> logged(Logging logging) throws IOException {
        Path file = directory.resolve("events-" + System.nanoTime() + ".jsonl");
        try (EventLog events = new EventLog(TinyFiles.STORAGE, file.toString(), Clock.systemUTC())) {
            logging.with(new RunLog(events, said::add));
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines.subList(1, lines.size());
    }

    private static Trainer.StepReport step(int epoch, int step, double loss, Trainer.ExchangeReport exchange) {
        return new Trainer.StepReport(
                epoch, step, new OptimizerStep.Result(loss - 0.25, 0.25, 1.5), 1e-5, 0.5, exchange);
    }
}
