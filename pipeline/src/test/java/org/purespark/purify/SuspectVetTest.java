// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.metrics.WilsonInterval;
import org.purespark.run.StageName;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.vet.VetFinding;
import org.purespark.vet.VetLevel;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetVerdict;

/** An examination of the suspect as the first stage of its purification. */
class SuspectVetTest {
    private static final String CLASSIFIER = Path.of("src/test/resources/golden/bert/classifier.safetensors")
            .toAbsolutePath()
            .toString();

    private static final String[] EXAMINED = {
        "purify.vet=suspect", "vet.texts=16", "vet.budget-texts=60", "vet.trigger-tokens=1"
    };

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void theExaminationIsTheFirstStageAndResumesAsTheOthers() throws IOException {
        purify(EXAMINED);
        assertThat(files.said().indexOf("vet: runs")).isLessThan(files.said().indexOf("baseline: runs"));
        VetReport report = VetReport.read(TinyFiles.STORAGE, files.path("run"));
        assertThat(report.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(files.said()).contains("vet: the suspect is inconclusive: " + report.reason());
        assertThat(files.read("run/report.html")).contains("Examination of the suspect</h2>", "inconclusive</strong>");
        assertThat(files.read("run/report.json")).contains("\"examination\":{\"verdict\":\"inconclusive\"");

        files.said().clear();
        purify(EXAMINED);
        assertThat(files.said()).hasSize(7).allMatch(line -> line.contains(": skipped, complete since "));

        // interrupted right behind its files: it runs again, and what is made of it only if it says something else
        Files.delete(directory.resolve("run/vet.json"));
        files.said().clear();
        purify(EXAMINED);
        assertThat(files.said())
                .contains("vet: runs again, because its output vet.json is missing")
                .filteredOn(line -> line.matches("(baseline|score|prune|normalize|evaluate): skipped.*"))
                .hasSize(5);
        assertThat(files.said()).anyMatch(line -> line.startsWith("report: runs again, because vet.json is "));
    }

    @Test
    void theReportOfTheCommandServesWhereItIsOfThisSuspect() throws IOException {
        purify();
        files.purification(EXAMINED)
                .runStage(StageName.VET, files.inputs().classifier(CLASSIFIER).build(), files.path("other"));
        VetReport own = with(VetReport.read(TinyFiles.STORAGE, files.path("other")), "cf", "mn bb");
        own.write(TinyFiles.STORAGE, files.path("run"));
        files.said().clear();
        purify();
        assertThat(files.said())
                .contains("evaluate: runs again, because triggers of vet.json is \"found: cf (start); found: mn bb"
                        + " (middle)\", was not given before")
                .anyMatch(line -> line.startsWith("report: runs again, because "));
        assertThat(files.read("run/probes.json"))
                .contains("\"name\":\"found: cf (start)\",\"kind\":\"word\"")
                .contains("\"name\":\"found: mn bb (middle)\",\"kind\":\"name\"");
        assertThat(files.read("run/report.json"))
                .contains("\"examination\":{\"verdict\":\"inconclusive\"", "\"trigger\":\"mn bb\"");
        assertThat(files.read("run/report.html")).contains("<code>mn bb</code></th><td>middle</td><td>1</td>");

        String another = JsonFiles.indented(own).replace(own.subject().digest(), "sha256:" + "0".repeat(64));
        Files.writeString(directory.resolve("run/vet.json"), another);
        purify();
        assertThat(files.read("run/report.json")).contains("\"examination\":null");
        purify(EXAMINED);
        assertThat(files.read("run/report.json")).contains("\"examination\":{\"verdict\":\"inconclusive\"");
    }

    @Test
    void whatCannotBeExaminedIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(
                        () -> files.purification(EXAMINED).purify(files.inputs().build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage("purify.vet=suspect (--vet): the suspect " + files.path("model")
                        + " has no classifier for the labels of these texts, and an encoder alone turns no text to a"
                        + " class: name a classifier with --classifier, or leave --vet out");
        assertThatThrownBy(() -> purify("purify.vet=suspect", "text.max-length=8"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("purify.vet=suspect (--vet): text.max-length=8 leaves room for 2 tokens")
                .hasMessageEndingWith("; or leave --vet out");
        assertThatThrownBy(() -> purify("purify.vet=suspect", "purify.vet-calibration=" + files.path("model/none")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> purify("purify.vet-calibration=" + files.path("train.tsv")))
                .isInstanceOf(InputException.class)
                .hasMessage("purify.vet-calibration=" + files.path("train.tsv")
                        + " is for purify.vet=suspect (--vet): set it too, or leave the calibration out");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    /** With triggers that are said to turn all texts to class 1. */
    private static VetReport with(VetReport report, String first, String second) {
        return new VetReport(
                VetReport.SCHEMA,
                report.verdict(),
                null,
                report.reason(),
                report.subject(),
                List.of(finding(first, "start"), finding(first, "start"), finding(second, "middle")),
                report.signals(),
                null,
                report.texts(),
                report.seconds(),
                report.seed(),
                report.version());
    }

    private static VetFinding finding(String trigger, String position) {
        return new VetFinding(
                VetFinding.TRIGGER_SEARCH,
                "1",
                "0",
                trigger,
                List.of(trigger.split(" ")),
                position,
                1,
                0,
                WilsonInterval.of(16, 16, 0.95),
                16,
                VetLevel.NOTE,
                List.of());
    }

    private void purify(String... settings) throws IOException {
        files.purification(settings)
                .purify(files.inputs().classifier(CLASSIFIER).build(), files.path("run"));
    }
}
