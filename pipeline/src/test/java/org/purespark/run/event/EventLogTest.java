// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.run.StageName;
import org.purespark.run.TickingClock;
import org.purespark.storage.Storage;

class EventLogTest {
    @TempDir
    Path directory;

    private final Storage storage = new Storage(new Configuration());
    private final TickingClock clock = new TickingClock();
    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("events.jsonl");
    }

    @Test
    void writesOneLineAnEventAfterTheSchema() throws IOException {
        try (EventLog log = log()) {
            log.log(new Event.StageStarted(StageName.BASELINE, 2, List.of("train.epochs is 5, was 3")));
            clock.move(1500);
            log.log(new Event.StepLoss(StageName.BASELINE, 1, 7, 0.75, 0.7, 0.05, 1.25, 2e-5, 0.5));
            log.log(new Event.EpochFinished(StageName.BASELINE, 1, 0.5, null, 9.0));
            log.log(new Event.Warning(null, "12 texts were cut"));
        }
        assertThat(Files.readString(file))
                .isEqualTo(
                        """
                        {"schema":1}
                        {"time":"2026-01-02T03:04:05Z","event":"stage-started","stage":"baseline","attempt":2,\
                        "reasons":["train.epochs is 5, was 3"]}
                        {"time":"2026-01-02T03:04:06.500Z","event":"step-loss","stage":"baseline","epoch":1,"step":7,\
                        "loss":0.75,"crossEntropy":0.7,"penalty":0.05,"gradientNorm":1.25,"learningRate":2.0E-5,\
                        "seconds":0.5}
                        {"time":"2026-01-02T03:04:06.500Z","event":"epoch-finished","stage":"baseline","epoch":1,\
                        "loss":0.5,"validationAccuracy":null,"seconds":9.0}
                        {"time":"2026-01-02T03:04:06.500Z","event":"warning","stage":null,\
                        "message":"12 texts were cut"}
                        """);
    }

    @Test
    void everyKindOfEventIsReadBack() throws IOException {
        List<Event> events = List.of(
                new Event.StageStarted(StageName.SCORE, 1, List.of()),
                new Event.StageFinished(StageName.SCORE, 1.5),
                new Event.StageSkipped(StageName.PRUNE),
                new Event.StageFailed(StageName.REPORT),
                new Event.StepLoss(StageName.NORMALIZE, 3, 648, 0.1, 0.2, 0.3, 0.4, 0, 0.6),
                new Event.EpochFinished(StageName.NORMALIZE, 3, 0.25, 0.875, 60),
                new Event.Warning(StageName.EVALUATE, "two\nlines and a \"quote\""));
        try (EventLog log = log()) {
            events.forEach(log::log);
        }
        assertThat(EventLog.read(storage, file.toString()))
                .extracting(TimedEvent::event)
                .containsExactlyElementsOf(events);
        assertThat(EventLog.read(storage, file.toString()))
                .extracting(TimedEvent::time)
                .containsOnly(clock.instant());
    }

    @Test
    void keepsWhatEarlierRunsLeft() throws IOException {
        try (EventLog log = log()) {
            log.log(new Event.StageFinished(StageName.BASELINE, 1));
        }
        try (EventLog log = log()) {
            log.log(new Event.StageSkipped(StageName.BASELINE));
        }
        assertThat(Files.readAllLines(file)).hasSize(3).startsWith("{\"schema\":1}");
    }

    @Test
    void writesOnFlushAndEveryFewSeconds() throws IOException {
        EventLog log = log();
        log.log(new Event.StageSkipped(StageName.BASELINE));
        assertThat(file).doesNotExist();
        log.flush();
        assertThat(Files.readAllLines(file)).hasSize(2);
        log.log(new Event.StageSkipped(StageName.SCORE));
        assertThat(Files.readAllLines(file)).hasSize(2);
        clock.move(5000);
        log.log(new Event.StageSkipped(StageName.PRUNE));
        assertThat(Files.readAllLines(file)).hasSize(4);
    }

    @Test
    void nothingLoggedLeavesNoFile() throws IOException {
        log().close();
        assertThat(file).doesNotExist();
        assertThat(EventLog.read(storage, file.toString())).isEmpty();
    }

    @Test
    void lineThatIsNoEventIsNamed() throws IOException {
        for (String line : List.of(
                "{\"time\":",
                "[]",
                "{\"event\":\"warning\"}",
                "{\"time\":\"2026-01-02T03:04:05Z\"," + "\"event\":\"sunrise\"}",
                "{\"time\":\"noon\",\"event\":\"warning\"}")) {
            Files.writeString(file, "{\"schema\":1}\n" + line + "\n");
            assertThatThrownBy(() -> EventLog.read(storage, file.toString()))
                    .isInstanceOf(InputException.class)
                    .hasMessage(file + ", line 2 is not an event that this version knows: remove the line, or name"
                            + " another run directory");
        }
    }

    @Test
    void otherSchemaIsRefused() throws IOException {
        Files.writeString(file, "{\"schema\":2}\n");
        assertThatThrownBy(() -> EventLog.read(storage, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ", line 1: expected {\"schema\":1}, found {\"schema\":2}");
    }

    private EventLog log() {
        return new EventLog(storage, file.toString(), clock);
    }
}
