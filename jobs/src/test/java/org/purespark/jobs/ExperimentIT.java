// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;

class ExperimentIT {
    private static final String FILE =
            """
            name = small
            models = [{name = tiny, address = model}]
            data {train = train.tsv, validation = validation.tsv, test = test.tsv}
            attacks = [{name = badnet, target = 1}]
            defences = [pure, ft]
            seeds = [1]
            poison-set {text.max-length = 48, train.epochs = 1, train.micro-batch = 8}
            set {text.max-length = 48, train {epochs = 1, micro-batch = 8}, prune.group-size = 3, probe.battery = none}
            """;

    @TempDir
    private Path directory;

    private TinyCase tiny;

    @BeforeEach
    void tinyCase() throws IOException {
        tiny = TinyCase.in(directory);
        tiny.write("e.conf", FILE);
    }

    @Test
    void itMakesEachSuspectOnceAndGoesOnFromTheRowsThatAreThere() throws IOException {
        TinyCase.Ended first = run("out");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).startsWith("2 repairs made, 0 known before, 0 failed, 0 left");
        assertThat(first.err()).containsOnlyOnce("poison: fine-tuning on poisoned texts:");
        assertThat(first.err()).containsOnlyOnce("baseline: fine-tuning:");
        List<String> rows = Files.readAllLines(directory.resolve("out/rows.jsonl"));
        assertThat(rows).hasSize(2);
        assertThat(directory.resolve("out/runs").toFile().list()).isNullOrEmpty();
        assertThat(Files.readString(directory.resolve("out/small.md"))).contains("| tiny | badnet |  | pure | 1 |");
        assertThat(directory.resolve("out/small.csv")).exists();
        assertThat(directory.resolve("out/small.tex")).exists();

        // Another experiment with one of these repairs under another name: names are not part of a row's key.
        tiny.write(
                "e.conf",
                FILE.replace("name = small", "name = further")
                        .replace("[pure, ft]", "[{name = repaired, set {defence = pure}}, fth]"));
        Files.copy(directory.resolve("out/rows.jsonl"), directory.resolve("kept.jsonl"));
        TinyCase.Ended planned = run("other", "--rows", tiny.path("kept.jsonl"), "--dry-run");
        assertThat(planned.out())
                .startsWith("1 suspects, 2 repairs, 1 of them known\ntiny-badnet-1: repaired (known), fth\n");
        TinyCase.Ended elsewhere = run("other", "--rows", tiny.path("kept.jsonl"));
        assertThat(elsewhere.status()).as(elsewhere.err()).isZero();
        assertThat(elsewhere.out()).startsWith("1 repairs made, 1 known before, 0 failed, 0 left");
        assertThat(Files.readAllLines(directory.resolve("other/rows.jsonl"))).hasSize(3);
        assertThat(Files.readString(directory.resolve("other/further.md")))
                .contains("| tiny | badnet |  | repaired | 1 |", "| tiny | badnet |  | fth | 1 |")
                .doesNotContain("| ft |", "| pure |");
    }

    @Test
    void dryRunSaysWhatWouldBeMadeAndMakesNothing() {
        TinyCase.Ended ended = run("out", "--dry-run");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out())
                .startsWith("1 suspects, 2 repairs, 0 of them known\ntiny-badnet-1: pure, ft\n"
                        + "training of tiny: this process needs up to ")
                .containsPattern("training of tiny: fits with: -- --driver-memory \\d+g\n$");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void repairThatFailsIsARowAndTheOthersGoOn() throws IOException {
        tiny.write(
                "e.conf",
                FILE.replace("[pure, ft]", "[{name = deep, set {defence = re-init, repair.new-layers = 99}}, ft]"));
        TinyCase.Ended ended = run("out");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).startsWith("1 repairs made, 0 known before, 1 failed, 0 left");
        assertThat(ended.err()).contains("experiment: failed: repair.new-layers=99");
    }

    @Test
    void anAttackFromAllClassesToAllIsMeasuredByTheNextClassOfEachText() throws IOException {
        tiny.write(
                "e.conf",
                FILE.replace("[pure, ft]", "[ft]")
                        .replace("{name = badnet, target = 1}", "{name = badnet, aim = all-to-all}"));
        TinyCase.Ended ended = run("out");
        assertThat(ended.status()).as(ended.err()).isZero();
        JsonNode row = row("out", "ft");
        assertThat(row.get("target").asText()).isEqualTo("next class");
        // Of two classes the next one is the wrong one: without trigger the rate is that of all errors.
        JsonNode suspect = row.get("suspect");
        assertThat(suspect.get("control").asDouble())
                .isEqualTo(1 - suspect.get("accuracy").asDouble(), within(1e-12));

        // A row with the rate to one class is not this repair's.
        String rows = Files.readString(directory.resolve("out/rows.jsonl"));
        tiny.write("other.jsonl", rows.replace("\"target\":\"next class\"", "\"target\":\"1\""));
        assertThat(run("new", "--rows", tiny.path("other.jsonl"), "--dry-run").out())
                .startsWith("1 suspects, 1 repairs, 0 of them known\n");
        assertThat(run("out", "--dry-run").out()).startsWith("1 suspects, 1 repairs, 1 of them known\n");
    }

    @Test
    void autoTriesSeveralDefencesAndSaysWhyItTakesOne() throws IOException {
        tiny.write(
                "e.conf",
                FILE.replace("[pure, ft]", "[auto]")
                        .replace("probe.battery = none", "probe {battery = default, texts = 20}"));
        TinyCase.Ended ended = run("out");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err())
                .contains("normalize: trying fine-mixing", "normalize: trying pure", "normalize: trying fine-pruning")
                .contains("normalize: trying clean-start")
                .containsPattern("normalize: [0-9] of 6 repairs keep the quality within 0.050 of the best one");
        assertThat(Files.readString(directory.resolve("out/rows.jsonl"))).contains("\"defence\":\"auto\"");
    }

    /** Its own repairs, and those of the other rows, are the same. */
    @Test
    @Tag("slow")
    void autoTakesFromTheRowsWhatItTakesByItself() throws IOException {
        String file = FILE.replace("probe.battery = none", "probe {battery = default, texts = 20}");
        String alone = "{name = alone, models = none, set {defence = auto}}";
        tiny.write("e.conf", file.replace("[pure, ft]", "[auto, " + alone + "]"));
        TinyCase.Ended played = run("played");
        assertThat(played.status()).as(played.err()).isZero();
        assertThat(played.err()).contains("normalize: trying pure").doesNotContain("from the rows");
        String all = "[fine-mixing, clean-start, pure, fth, re-init, fine-pruning, auto, " + alone + "]";
        tiny.write("e.conf", file.replace("[pure, ft]", all));
        TinyCase.Ended read = run("read");
        assertThat(read.status()).as(read.err()).isZero();
        assertThat(read.err())
                .contains("experiment: from the rows: ", "of 6 repairs keep", "of 4 repairs keep")
                .doesNotContain("normalize: trying");
        for (String name : List.of("auto", "alone")) {
            JsonNode own = row("played", name);
            JsonNode known = row("read", name);
            for (String field : List.of("key", "suspect", "baseline", "purified", "prunedHeads", "taken")) {
                assertThat(known.get(field)).as(name + " " + field).isEqualTo(own.get(field));
            }
            assertThat(known.get("taken").asText()).isNotEqualTo("null");
            assertThat(known.get("seconds").get("normalize").asDouble())
                    .isGreaterThan(
                            row("read", "pure").get("seconds").get("normalize").asDouble());
        }
    }

    private JsonNode row(String out, String defence) throws IOException {
        for (String line : Files.readAllLines(directory.resolve(out + "/rows.jsonl"))) {
            JsonNode row = new ObjectMapper().readTree(line);
            if (row.get("defence").asText().equals(defence)) {
                return row;
            }
        }
        throw new AssertionError("no row of " + defence);
    }

    @Test
    void defenceWhoseModelIsNotNamedIsRefusedBeforeAnySuspectIsMade() throws IOException {
        tiny.write("e.conf", FILE.replace("[pure, ft]", "[wag, ft]"));
        TinyCase.Ended ended = run("out");
        assertThat(ended.status()).isEqualTo(2);
        tiny.write("e.conf", FILE.replace("[pure, ft]", "[{name = fine-mixing, models = none}, ft]"));
        TinyCase.Ended without = run("out");
        assertThat(without.status()).isEqualTo(2);
        assertThat(without.err())
                .contains("defence fine-mixing needs the clean pre-trained model that the suspect was made from: leave"
                        + " out models = none");
        tiny.write("e.conf", FILE.replace("[pure, ft]", "[{name = ft, models = some}]"));
        assertThat(run("out").err()).contains("defences.ft.models", "'some' is neither all nor none");
        assertThat(ended.err())
                .contains("defence wag needs another model of the same architecture, from another source: give model"
                        + " tiny an other-model");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void directoryThatAnotherProcessUsesIsRefused() throws IOException {
        try (RunLease lease = RunLease.acquire(
                new Storage(new Configuration()),
                LeasedDirectory.ofExperiment(tiny.path("out")),
                LeaseTimes.OF_COMMANDS,
                Clock.systemUTC(),
                line -> {})) {
            TinyCase.Ended ended = run("out");
            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err())
                    .contains("the experiment's directory " + tiny.path("out") + " is in use since")
                    .contains("name another directory with --out");
            lease.ensureOwn();
        }
    }

    private TinyCase.Ended run(String out, String... more) {
        return TinyCase.run(
                TinyCase.concat(new String[] {"experiment", tiny.path("e.conf"), "--out", tiny.path(out)}, more));
    }
}
