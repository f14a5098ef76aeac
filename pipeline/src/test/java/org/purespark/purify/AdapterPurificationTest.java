// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.sweep.SurveyedRun;
import org.purespark.sweep.Suspect;
import org.purespark.sweep.SuspectRuns;
import org.purespark.sweep.SweepSurvey;

/** A LoRA adapter as the suspect. */
class AdapterPurificationTest {
    private static final Path ADAPTERS = Path.of("src/test/resources/adapters");

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        copy("bert-plain", "models/adapter");
        copy("bert-base", "models/bert-base");
    }

    @Test
    void anAdapterIsPurifiedAsTheModelItMakes() throws IOException {
        files.purification().purify(inputs().build(), files.path("run"));
        RunDirectory run = RunDirectory.inspect(TinyFiles.STORAGE, files.path("run"), Clock.systemUTC());
        assertThat(run.record().orElseThrow().inputs()).containsKeys(Inputs.MODEL, Inputs.BASE_MODEL);
        assertThat(run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA)
                        .suspect()
                        .accuracy())
                .isNotNull();
        Checkpoint purified = new CheckpointReader(TinyFiles.STORAGE).read(files.path("run/purified"));
        assertThat(purified.labels()).containsExactly("LABEL_0", "LABEL_1");
        assertThat(purified.tokenizerFiles()).containsKey("tokenizer.json");
        files.said().clear();
        files.purification().purify(inputs().build(), files.path("run"));
        assertThat(files.said()).filteredOn(line -> line.contains(": skipped")).hasSize(6);
    }

    @Test
    void aChangedBaseModelRunsTheStagesAgain() throws IOException {
        files.purification().runStage(StageName.BASELINE, inputs().build(), files.path("run"));
        files.said().clear();
        // A key that nothing reads.
        files.edit("models/bert-base/config.json", "\"model_type\"", "\"note\": 1, \"model_type\"");
        // Its inputs' addresses, the base model's too, are in the run directory.
        files.purification().runStage(StageName.BASELINE, Inputs.builder().build(), files.path("run"));
        assertThat(files.said()).anyMatch(line -> line.contains("baseline: runs again, because input base-model"));
    }

    @Test
    void anAdapterWhoseBaseIsNotKnownIsRefusedBeforeAnythingIsWritten() throws IOException {
        files.edit("models/adapter/adapter_config.json", "../bert-base", "bert-base-uncased");
        assertThatThrownBy(() -> files.purification().purify(inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read model " + files.path("models/adapter") + ": it is an adapter of"
                        + " \"bert-base-uncased\"; name the directory of its base model with --base-model");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void anAdapterIsPoisoned() throws IOException {
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), TinyFiles.settings(), files.said()::add)
                .run(PoisonRequest.builder()
                        .model(files.path("models/adapter"))
                        .baseModel(files.path("models/bert-base"))
                        .attack("badnet")
                        .train(files.path("train.tsv"))
                        .target("1")
                        .rate(0.5)
                        .out(files.path("out"))
                        .build());
        assertThat(new CheckpointReader(TinyFiles.STORAGE)
                        .read(files.path("out/suspect"))
                        .labels())
                .containsExactly("0", "1");
    }

    @Test
    void aSweepSeesThatABaseModelHasChanged() throws IOException {
        String before = surveyed().key().fingerprint();
        assertThat(surveyed().key().fingerprint()).isEqualTo(before);
        assertThat(surveyed().run().inputs().baseModel().orElseThrow()).endsWith(files.path("models/bert-base"));
        files.edit("models/bert-base/config.json", "\"model_type\"", "\"note\": 1, \"model_type\"");
        assertThat(surveyed().key().fingerprint()).isNotEqualTo(before);
    }

    private SurveyedRun surveyed() throws IOException {
        Suspect suspect = new Suspect("a row", "one", inputs().build(), new java.util.TreeMap<>(), List.of());
        return new SweepSurvey(TinyFiles.STORAGE)
                .of(new SuspectRuns(
                                TinyFiles.STORAGE,
                                null,
                                List.of("text.max-length=48"),
                                Inputs.builder().build(),
                                files.path("sweep"))
                        .of(List.of(suspect)))
                .get(0);
    }

    private Inputs.Builder inputs() {
        return files.inputs().model(files.path("models/adapter"));
    }

    private void copy(String resource, String to) throws IOException {
        Path target = Files.createDirectories(directory.resolve(to));
        try (Stream<Path> all = Files.list(ADAPTERS.resolve(resource))) {
            for (Path file : all.toList()) {
                Files.copy(file, target.resolve(file.getFileName().toString()));
            }
        }
    }
}
