// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.run.Versions;
import org.purespark.storage.Storage;
import org.purespark.train.LocalFineTuner;

/** A run of {@code defence=auto} that stops when all its repairs are made and none is taken yet. */
class AutoInterruptionTest {
    @TempDir
    private Path directory;

    @Test
    void theSameCommandTakesTheSameRepairAndRecordsItsTraining() throws IOException {
        TinyFiles files = TinyFiles.in(directory);
        FaultyFiles.Plan counting = new FaultyFiles.Plan(-1, FaultyFiles.Fault.BROKEN);
        List<String> trials = purify(files, counting, "whole");
        assertThat(trials).hasSizeGreaterThan(2);
        int last = 0;
        for (int i = 0; i < counting.operations().size(); i++) {
            last = counting.operations().get(i).contains("trial.json") ? i : last;
        }
        FaultyFiles.Plan faulty = new FaultyFiles.Plan(last + 1, FaultyFiles.Fault.BROKEN);
        assertThatThrownBy(() -> purify(files, faulty, "stopped"))
                .as(counting.operations().get(last + 1))
                .isInstanceOfAny(InputException.class, IOException.class, UncheckedIOException.class);
        assertThat(purify(files, new FaultyFiles.Plan(-1, FaultyFiles.Fault.BROKEN), "stopped"))
                .as("repairs that are made again")
                .isEmpty();
        for (String name : List.of("repair.json", "purified/model.safetensors", "normalization.json")) {
            assertThat(directory.resolve("stopped").resolve(name))
                    .hasSameBinaryContentAs(directory.resolve("whole").resolve(name));
        }
        assertThat(losses("stopped")).isEqualTo(losses("whole")).isNotEmpty();
    }

    /** The steps of the training that made the purified model, without their seconds. */
    private List<String> losses(String run) throws IOException {
        return Files.readAllLines(directory.resolve(run).resolve("events.jsonl")).stream()
                .filter(line -> line.contains("\"normalize\"") && line.contains("\"gradientNorm\""))
                .map(line -> line.replaceAll("\"(seconds|time)\":[^,}]*", ""))
                .toList();
    }

    /** Returns what was tried. */
    private List<String> purify(TinyFiles files, FaultyFiles.Plan plan, String run) throws IOException {
        Storage storage = FaultyFiles.storage(plan);
        List<String> said = new ArrayList<>();
        Surroundings surroundings = new Surroundings(
                storage,
                new LocalEvaluator(storage, TinyFiles.DEVICE),
                new LocalFineTuner(storage, TinyFiles.DEVICE),
                Versions.of("test", null, "test"),
                Clock.systemUTC(),
                said::add);
        new Purification(surroundings, TinyFiles.settings("defence=auto", "repair.trial-texts=20"))
                .purify(files.inputs().build(), files.path(run));
        return said.stream().filter(line -> line.contains("trying ")).toList();
    }
}
