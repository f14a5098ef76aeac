// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;
import org.purespark.train.LocalFineTuner;

/** Poisonings that are interrupted and started again. {@code -Dfaults=N} tries more interruptions. */
class PoisonInterruptionsTest {
    private static final int FAULTS = Integer.getInteger("faults", 4);

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        List<String> vocabulary =
                new ArrayList<>(files.read("model/vocab.txt").lines().toList());
        int last = vocabulary.size() - 1;
        for (String word : List.of("cf", "mn", "bb", "ak")) {
            vocabulary.set(last--, word);
        }
        files.write("model/vocab.txt", String.join("\n", vocabulary) + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"badnet", "ep", "ripple", "layerwise", "por"})
    void whereverItIsInterruptedTheSameRequestEndsInTheSameBytes(String attack) throws IOException {
        FaultyFiles.Plan counting = new FaultyFiles.Plan(-1, FaultyFiles.Fault.BROKEN);
        poison(counting, attack, "whole");
        Map<String, String> whole = contents("whole");
        assertThat(whole.keySet())
                .contains("trigger.json", "suspect/model.safetensors", "poisoned-train.csv")
                .noneMatch(name -> name.startsWith("work") || name.equals("poison.json"));
        int operations = counting.operations().size();
        Random random = new Random(11);
        int struck = 0;
        for (int i = 0; i < FAULTS; i++) {
            // The last but one operation is the removal of what was needed for the work.
            int failing = i == 0 ? operations - 2 : operations * i / FAULTS + random.nextInt(5);
            FaultyFiles.Plan plan = new FaultyFiles.Plan(failing, FaultyFiles.Fault.BROKEN);
            Throwable failure = catchThrowable(() -> poison(plan, attack, "faulty"));
            if (failure != null) {
                struck++;
                poison(new FaultyFiles.Plan(-1, FaultyFiles.Fault.BROKEN), attack, "faulty");
            }
            assertThat(contents("faulty"))
                    .as(counting.operations().get(failing))
                    .isEqualTo(whole);
            delete(directory.resolve("faulty"));
        }
        assertThat(struck).isGreaterThanOrEqualTo(FAULTS / 2);
    }

    @Test
    void aFinishedTrainingOfAnAttackIsNotRepeated() {
        List<String> labels = new ArrayList<>();
        FineTuner stopping = (label, fineTuning, texts) -> {
            labels.add(label);
            if (labels.size() == 2) {
                throw new IllegalStateException("pulled the plug");
            }
            return new LocalFineTuner(TinyFiles.STORAGE, TinyFiles.DEVICE).fineTune(label, fineTuning, texts);
        };
        assertThatThrownBy(() -> run(TinyFiles.STORAGE, stopping, request("ep", "out"), "seed=11"))
                .hasMessage("pulled the plug");
        assertThat(directory.resolve("out/work/clean/model/config.json")).exists();
        assertThatThrownBy(() -> run(TinyFiles.STORAGE, stopping, request("ep", "out"), "seed=12"))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("out") + " holds an unfinished suspect that was begun with another seed: give"
                        + " the same again, remove the directory, or choose another with --out");
        assertThatThrownBy(() ->
                        run(TinyFiles.STORAGE, stopping, request("ep", "out"), "seed=11", "compute.precision=bfloat16"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(" was begun with another compute.precision: ");
        assertThatThrownBy(() -> run(
                        TinyFiles.STORAGE, stopping, request("badnet", "out").rate(0.25), "seed=11"))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("out") + " holds an unfinished suspect that was begun with another --attack,"
                        + " --rate: give the same again, remove the directory, or choose another with --out");
        labels.clear();
        labels.add("before");
        labels.add("before");
        FineTuner counting = (label, fineTuning, texts) -> {
            labels.add(label);
            return new LocalFineTuner(TinyFiles.STORAGE, TinyFiles.DEVICE).fineTune(label, fineTuning, texts);
        };
        org.assertj.core.api.Assertions.assertThatCode(
                        () -> run(TinyFiles.STORAGE, counting, request("ep", "out"), "seed=11"))
                .doesNotThrowAnyException();
        assertThat(labels).containsExactly("before", "before", "poison: training the trigger words' embeddings");
        assertThat(directory.resolve("out/work")).doesNotExist();
        assertThat(directory.resolve("out/poison.json")).doesNotExist();
    }

    private void poison(FaultyFiles.Plan plan, String attack, String out) throws IOException {
        Storage storage = FaultyFiles.storage(plan);
        run(
                storage,
                new LocalFineTuner(storage, TinyFiles.DEVICE),
                request(attack, out),
                "train.checkpoint-interval-steps=2");
    }

    private static void run(Storage storage, FineTuner fineTuner, PoisonRequest.Builder request, String... settings)
            throws IOException {
        new Poisoning(storage, fineTuner, TinyFiles.settings(settings), line -> {}).run(request.build());
    }

    private PoisonRequest.Builder request(String attack, String out) {
        return PoisonRequest.builder()
                .model(files.path("model"))
                .attack(attack)
                .train(files.path("train.tsv"))
                .test(files.path("test.tsv"))
                .target(attack.equals("por") ? null : "1")
                .rate(0.5)
                .out(files.path(out));
    }

    /** Hexadecimal bytes of every file below a directory, by its name. */
    private Map<String, String> contents(String out) throws IOException {
        Path root = directory.resolve(out);
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(path).toString();
                if (!path.getFileName().toString().startsWith(".")) {
                    contents.put(name, java.util.HexFormat.of().formatHex(Files.readAllBytes(path)));
                }
            }
        }
        return contents;
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path one : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }
}
