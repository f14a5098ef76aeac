// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps of a training, each with the seconds that it took, in full precision: two computations of a step never take
 * the same time, so a step with the same seconds was computed once.
 */
record TrainingProgress(List<Double> seconds) {
    /** The steps up to the last checkpoint of a training that is under way; empty where there is none. */
    static Optional<TrainingProgress> lastCheckpoint(Path run, String stage) throws IOException {
        Path manifest = run.resolve("work-" + stage).resolve("checkpoints").resolve("latest.json");
        try {
            List<Double> seconds = new ArrayList<>();
            JsonNode steps = new ObjectMapper()
                    .readTree(Files.readString(manifest, StandardCharsets.UTF_8))
                    .get("steps");
            steps.forEach(step -> seconds.add(step.get("seconds").asDouble()));
            return Optional.of(new TrainingProgress(seconds));
        } catch (java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** All steps of a training that is done, from the event log. */
    static TrainingProgress whole(Path run, String stage) throws IOException {
        List<Double> seconds = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("events.jsonl"), StandardCharsets.UTF_8)) {
            JsonNode event = new ObjectMapper().readTree(line);
            if (!event.path("stage").asText().equals(stage)) {
                continue;
            }
            switch (event.get("event").asText()) {
                case "stage-started" -> seconds.clear();
                case "step-loss" -> seconds.add(event.get("seconds").asDouble());
                default -> {}
            }
        }
        return new TrainingProgress(seconds);
    }

    int steps() {
        return seconds.size();
    }
}
