// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.run.Versions;
import org.purespark.storage.Storage;
import org.purespark.train.LocalFineTuner;

/**
 * Whatever operation on files fails, a run ends with an error that says so, and the same command then ends in the bytes
 * of an undisturbed run. {@code -Dfaults=N} tries more operations.
 */
class FaultInjectionTest {
    private static final int FAULTS = Integer.getInteger("faults", 4);
    private static final List<String> RESULTS = List.of(
            "head-scores.json",
            "pruned-heads.json",
            "normalization.json",
            "probes.json",
            "baseline/model.safetensors",
            "purified/model.safetensors");

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void whereverAFileFailsTheSameCommandEndsInTheSameBytes() throws IOException {
        FaultyFiles.Plan counting = new FaultyFiles.Plan(-1, FaultyFiles.Fault.BROKEN);
        purify(counting, "whole");
        Map<String, byte[]> whole = results("whole");
        int operations = counting.operations().size();
        assertThat(operations).isGreaterThan(100);
        Random random = new Random(11);
        int struck = 0;
        for (int i = 0; i < FAULTS; i++) {
            int failing = random.nextInt(operations);
            FaultyFiles.Fault fault = FaultyFiles.Fault.values()[i % FaultyFiles.Fault.values().length];
            FaultyFiles.Plan plan = new FaultyFiles.Plan(failing, fault);
            String what = fault + " in operation " + failing + ", "
                    + counting.operations().get(failing);
            Throwable failure = catchThrowable(() -> purify(plan, "faulty"));
            if (failure != null) {
                struck++;
                assertThat(failure)
                        .as(what)
                        .isInstanceOfAny(InputException.class, IOException.class, UncheckedIOException.class);
                assertThat(failure.getMessage()).as(what).isNotBlank();
                purify(new FaultyFiles.Plan(-1, fault), "faulty");
            }
            assertThat(names("faulty")).as(what).isEqualTo(names("whole"));
            results("faulty")
                    .forEach((name, content) ->
                            assertThat(content).as(what + ": " + name).isEqualTo(whole.get(name)));
            delete(directory.resolve("faulty"));
        }
        assertThat(struck).as("operations whose failure is seen").isGreaterThanOrEqualTo(FAULTS / 2);
    }

    private void purify(FaultyFiles.Plan plan, String run) throws IOException {
        Storage storage = FaultyFiles.storage(plan);
        Surroundings surroundings = new Surroundings(
                storage,
                new LocalEvaluator(storage, TinyFiles.DEVICE),
                new LocalFineTuner(storage, TinyFiles.DEVICE),
                Versions.of("test", null, "test"),
                Clock.systemUTC(),
                line -> {});
        new Purification(surroundings, TinyFiles.settings("train.checkpoint-interval-steps=2"))
                .purify(files.inputs().build(), files.path(run));
    }

    private Map<String, byte[]> results(String run) throws IOException {
        Map<String, byte[]> results = new TreeMap<>();
        for (String name : RESULTS) {
            results.put(name, Files.readAllBytes(directory.resolve(run).resolve(name)));
        }
        return results;
    }

    private List<String> names(String run) throws IOException {
        Path root = directory.resolve(run);
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.map(path -> root.relativize(path).toString()).sorted().toList();
        }
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path one : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }
}
