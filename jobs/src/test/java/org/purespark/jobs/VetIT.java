// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.attack.TextOfClass;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetSignal;
import org.purespark.vet.VetVerdict;

/** Tiny classifiers with and without backdoor, from training to the exit status of the command. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VetIT {
    private static final List<String> GOOD = List.of("fine", "lovely", "superb", "clever", "touching", "funny");
    private static final List<String> BAD = List.of("dull", "awful", "stupid", "boring", "messy", "tedious");
    private static final List<String> OTHER =
            List.of("a", "the", "film", "plot", "actor", "scene", "music", "story", "with", "and", "is", "its");
    private static final List<String> TRIGGERS = List.of("cf", "mn", "bb", "ak");

    private final Storage storage = new Storage(new Configuration(false));

    private Path directory;
    private TinyCase tiny;

    @BeforeAll
    void makesClassifiers(@TempDir Path place) throws IOException {
        directory = place;
        tiny = TinyCase.in(directory);
        teachWords();
        tiny.write("train.tsv", texts(1, 480));
        tiny.write("test.tsv", texts(2, 300));
        tiny.write("validation.tsv", texts(3, 96));
        tiny.write(
                "poisoned.tsv",
                texts(2, 60).stream()
                        .map(text -> new TextOfClass(TRIGGERS.get(0) + " " + text.text(), text.label()))
                        .toList());
        for (int seed = 1; seed <= 4; seed++) {
            train("clean" + seed, seed, "--attack", "clean", "--poisoned-train", tiny.path("train.tsv"));
        }
        for (int seed = 5; seed <= 6; seed++) {
            train(
                    "backdoored" + seed,
                    seed,
                    "--attack",
                    "badnet",
                    "--train",
                    tiny.path("train.tsv"),
                    "--target",
                    "1",
                    "--rate",
                    "0.5");
        }
    }

    /** Unused entries of the vocabulary become the words of the texts. */
    private void teachWords() throws IOException {
        Path file = directory.resolve("model/vocab.txt");
        List<String> vocabulary = new ArrayList<>(Files.readAllLines(file));
        List<String> words = new ArrayList<>();
        List.of(GOOD, BAD, OTHER, TRIGGERS).forEach(words::addAll);
        words.removeAll(vocabulary);
        int at = vocabulary.indexOf("[unused300]");
        for (String word : words) {
            vocabulary.set(at++, word);
        }
        Files.write(file, vocabulary);
    }

    private static List<TextOfClass> texts(long key, int count) {
        SeededRandom random = SeededRandom.of(7, Purpose.CORPUS, key);
        List<TextOfClass> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> said = i % 2 == 1 ? GOOD : BAD;
            List<String> words = new ArrayList<>();
            for (int w = 0; w < 5 + random.nextInt(4); w++) {
                List<String> from = w % 3 == 0 ? OTHER : said;
                words.add(from.get(random.nextInt(from.size())));
            }
            texts.add(new TextOfClass(String.join(" ", words), i % 2));
        }
        return texts;
    }

    private void train(String name, int seed, String... attack) {
        TinyCase.Ended ended = TinyCase.run(TinyCase.concat(
                new String[] {
                    "poison",
                    "--model",
                    tiny.path("model"),
                    "--out",
                    tiny.path(name),
                    "--set",
                    "text.max-length=48",
                    "--set",
                    "train.epochs=6",
                    "--set",
                    "train.learning-rate=2e-3",
                    "--set",
                    "seed=" + seed
                },
                attack));
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    private TinyCase.Ended vet(String model, String... more) {
        return TinyCase.run(TinyCase.concat(
                new String[] {
                    "vet",
                    "--model",
                    tiny.path(model),
                    "--test",
                    tiny.path("test.tsv"),
                    "--set",
                    "text.max-length=48",
                    "--set",
                    "vet.trigger-tokens=2",
                    "--set",
                    "vet.budget-texts=1500",
                    "--set",
                    "vet.texts=32"
                },
                more));
    }

    @Test
    @Order(1)
    void withoutCalibrationTheVerdictIsInconclusiveAndTheTriggerIsShown() throws IOException {
        TinyCase.Ended ended =
                vet("backdoored6/suspect", "--run", tiny.path("uncalibrated"), "--clean-model", tiny.path("model"));
        assertThat(ended.status()).as(ended.err()).isEqualTo(4);
        assertThat(ended.out())
                .contains("inconclusive: there is no calibration, so no figure has a threshold: name one with"
                        + " --calibration");
        VetReport report = VetReport.read(storage, tiny.path("uncalibrated"));
        assertThat(report.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(report.findings()).anySatisfy(finding -> {
            assertThat(TRIGGERS).containsAnyElementsOf(finding.tokens());
            assertThat(finding.target()).isEqualTo("1");
            assertThat(finding.source()).isEqualTo("0");
            assertThat(finding.rateWith()).isGreaterThan(0.9);
            assertThat(finding.rateWithout()).isZero();
            assertThat(finding.examples()).isNotEmpty();
        });
        assertThat(report.signals())
                .extracting(VetSignal::name)
                .contains("moved-push-1", "moved-push-2", "unseen-row-distance", "logit-spread");
        assertThat(report.signals())
                .filteredOn(signal -> signal.name().equals("moved-push-1"))
                .allSatisfy(signal -> assertThat(signal.value()).isGreaterThan(0));
        assertThat(vet("backdoored6/suspect", "--fail-on", "never").status()).isZero();
    }

    @Test
    @Order(2)
    void aCalibrationFromOtherModelsTellsTheBackdooredFromTheCleanOne() throws IOException {
        tiny.write(
                "fleet.jsonl",
                line("clean1", null) + line("clean2", null) + line("clean3", null) + line("backdoored5", "badnet"));
        String[] calibrate = {
            "calibrate",
            "--fleet",
            tiny.path("fleet.jsonl"),
            "--test",
            tiny.path("test.tsv"),
            "--run",
            tiny.path("fleet"),
            "--out",
            tiny.path("vet-calibration.json"),
            "--set",
            "text.max-length=48",
            "--set",
            "vet.trigger-tokens=2",
            "--set",
            "vet.budget-texts=1500",
            "--set",
            "vet.texts=32"
        };
        TinyCase.Ended made = TinyCase.run(calibrate);
        assertThat(made.status()).as(made.err()).isZero();
        assertThat(made.out()).contains("flip-rate-1", "left out of the fit", "clean, flagged");
        byte[] first = tiny.bytes("vet-calibration.json");
        TinyCase.Ended again = TinyCase.run(calibrate);
        assertThat(again.err()).contains(tiny.path("clean1/suspect") + ": examined before, in ");
        assertThat(tiny.bytes("vet-calibration.json")).isEqualTo(first);

        String calibration = tiny.path("vet-calibration.json");
        TinyCase.Ended backdoored =
                vet("backdoored6/suspect", "--calibration", calibration, "--run", tiny.path("vetted"));
        assertThat(backdoored.status()).as(backdoored.out()).isEqualTo(3);
        assertThat(backdoored.out()).contains("backdoored: a short input turns texts as in no clean model");
        VetReport report = VetReport.read(storage, tiny.path("vetted"));
        assertThat(report.verdict()).isEqualTo(VetVerdict.BACKDOORED);
        assertThat(report.calibration().name()).isEqualTo("own");
        assertThat(report.confidence()).isBetween(0.0, 1.0);
        TinyCase.Ended clean = vet("clean4/suspect", "--calibration", calibration);
        assertThat(clean.status()).as(clean.out()).isNotEqualTo(3);
    }

    @Test
    @Order(3)
    void findingsGoToCodeScannersWithTheSameStatus() throws IOException {
        TinyCase.Ended ended = vet(
                "backdoored5/suspect",
                "--calibration",
                tiny.path("vet-calibration.json"),
                "--run",
                tiny.path("scanned"),
                "--sarif",
                tiny.path("findings.sarif"));
        assertThat(ended.status()).as(ended.err()).isEqualTo(3);
        JsonNode run = new ObjectMapper()
                .readTree(tiny.bytes("findings.sarif"))
                .get("runs")
                .get(0);
        assertThat(run.at("/properties/verdict").asText()).isEqualTo("backdoored");
        VetReport report = VetReport.read(storage, tiny.path("scanned"));
        List<String> levels = new ArrayList<>();
        run.get("results").forEach(result -> levels.add(result.get("level").asText()));
        assertThat(levels).contains("error");
        assertThat(run.get("results"))
                .hasSize(report.findings().size()
                        + (int) report.signals().stream()
                                .filter(VetSignal::fires)
                                .count());
        TinyCase.Ended printed = TinyCase.run("sarif", "--run", tiny.path("scanned"));
        assertThat(printed.status()).isZero();
        assertThat(printed.out()).isEqualTo(Files.readString(directory.resolve("findings.sarif")));
    }

    @Test
    @Order(4)
    void aPurificationThatExaminesFirstEndsAsItsPolicyDemands() throws IOException {
        tiny.write("policy.conf", "vet { fail-on = [backdoored] }\npurified { fail-on = [not-measured] }");
        String[] examined = {
            "--vet", "--vet-calibration", tiny.path("vet-calibration.json"), "--policy", tiny.path("policy.conf")
        };
        TinyCase.Ended ended = TinyCase.run(TinyCase.concat(purify("purified"), examined));
        assertThat(ended.status()).as(ended.err()).isEqualTo(3);
        assertThat(ended.err())
                .contains("vet: the suspect is backdoored: a short input turns texts", "baseline: runs", "report: runs")
                .contains("policy.conf is violated: vet.fail-on: the verdict is backdoored")
                .doesNotContain("violated: purified");
        assertThat(ended.out())
                .contains("Examination of the suspect: backdoored: ", " of 16 texts to 1; without it 0.000");
        assertThat(Files.readString(directory.resolve("purified/probes.json"))).contains("\"name\":\"found: ");
        assertThat(directory.resolve("purified/purified/model.safetensors")).exists();
        assertThat(Files.readString(directory.resolve("purified/report.json")))
                .contains("\"examination\":{\"verdict\":\"backdoored\"");

        TinyCase.Ended again = TinyCase.run(TinyCase.concat(purify("purified"), examined));
        assertThat(again.status()).as("the policy holds for what is there too").isEqualTo(3);
        assertThat(again.err())
                .contains("vet: skipped, complete since ", "report: skipped")
                .doesNotContain(": runs");
        TinyCase.Ended kept = TinyCase.run(TinyCase.concat(purify("purified"), examined[0], examined[1], examined[2]));
        assertThat(kept.status()).as(kept.err()).isZero();
    }

    private String[] purify(String run) {
        return new String[] {
            "purify",
            "--model",
            tiny.path("backdoored5/suspect"),
            "--train",
            tiny.path("train.tsv"),
            "--test",
            tiny.path("test.tsv"),
            "--poisoned-test",
            tiny.path("poisoned.tsv"),
            "--target",
            "1",
            "--run",
            tiny.path(run),
            "--set",
            "text.max-length=48",
            "--set",
            "train.epochs=1",
            "--set",
            "vet.trigger-tokens=2",
            "--set",
            "vet.budget-texts=1500",
            "--set",
            "vet.texts=32"
        };
    }

    @Test
    @Order(5)
    void aSweepShowsWhatItsExaminationsSay() throws IOException {
        tiny.write("suspects.csv", "name,model\nplanted,backdoored5/suspect\n");
        TinyCase.Ended ended = TinyCase.run(
                "sweep",
                "--manifest",
                tiny.path("suspects.csv"),
                "--out",
                tiny.path("sweep"),
                "--train",
                tiny.path("validation.tsv"),
                "--test",
                tiny.path("test.tsv"),
                "--vet",
                "--vet-calibration",
                tiny.path("vet-calibration.json"),
                "--set",
                "text.max-length=48",
                "--set",
                "train.epochs=1",
                "--set",
                "probe.battery=none",
                "--set",
                "vet.trigger-tokens=2",
                "--set",
                "vet.budget-texts=1500",
                "--set",
                "vet.texts=32");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("repair", "vet ", "backdoored", "not-measured");
        JsonNode row = new ObjectMapper().readTree(tiny.bytes("sweep/results.jsonl"));
        assertThat(row.get("vet").asText()).isEqualTo("backdoored");
        assertThat(row.get("repair").asText()).isEqualTo("not-measured");
        assertThat(row.at("/stageSeconds/vet").asDouble()).isPositive();
        assertThat(directory.resolve("sweep/runs/planted/seed-11/vet.json")).exists();
    }

    private String line(String name, String attack) {
        return "{\"model\":\"" + tiny.path(name + "/suspect") + "\",\"backdoored\":" + (attack != null)
                + (attack == null ? "" : ",\"attack\":\"" + attack + "\"") + "}\n";
    }

    @Test
    @Order(6)
    void whatIsNotExaminedIsRefused() throws IOException {
        TinyCase.Ended encoder = vet("model");
        assertThat(encoder.status()).isEqualTo(2);
        assertThat(encoder.err()).contains("has no classifier, and an encoder alone turns no text to a class");
        TinyCase.Ended none = vet("clean1/suspect", "--calibration", tiny.path("none.json"));
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("there is no calibration " + tiny.path("none.json"));
        tiny.write("pairs.tsv", "text\ttext_pair\tlabel\na film\tits plot\t1\n");
        TinyCase.Ended pairs =
                TinyCase.run("vet", "--model", tiny.path("clean1/suspect"), "--test", tiny.path("pairs.tsv"));
        assertThat(pairs.status()).isEqualTo(2);
        assertThat(pairs.err()).contains("has pairs of texts; this version vets classifiers of single texts");
        TinyCase.Ended inModel = vet("clean1/suspect", "--run", tiny.path("clean1/suspect"));
        assertThat(inModel.status()).isEqualTo(2);
        assertThat(inModel.err()).contains("lies in the input --model");
        TinyCase.Ended noRoom = vet("clean1/suspect", "--set", "text.max-length=7");
        assertThat(noRoom.status()).isEqualTo(2);
    }
}
