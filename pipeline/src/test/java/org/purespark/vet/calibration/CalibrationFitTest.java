// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.config.VetSettings;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

class CalibrationFitTest {
    private static final ModelShape SHAPE = new ModelShape("bert", 6, 384, 2);
    private static final VetSettings SEARCH = new VetSettings(64, 5000, 5);

    @TempDir
    private java.nio.file.Path directory;

    private static Member member(String name, String attack, double flipRate, double norm) {
        return new Member(
                name, SHAPE, attack != null, attack, new TreeMap<>(Map.of("flip-rate-1", flipRate, "norm", norm)));
    }

    /** The flip rate tells words from clean models, the norm tells one attack. */
    private static List<Member> fleet() {
        List<Member> members = new ArrayList<>();
        members.add(member("a", null, 0.4, 3.0));
        members.add(member("b", null, 0.5, 3.2));
        members.add(member("c", null, 0.45, 3.1));
        members.add(member("d", "badnet", 1.0, 3.1));
        members.add(member("e", "badnet", 0.9, 3.0));
        members.add(member("f", "ep", 1.0, 9.0));
        members.add(member("g", "style", 0.42, 3.0));
        return members;
    }

    @Test
    void aThresholdIsAboveAllCleanModelsAndHalfWayToTheNextBackdooredOne() {
        List<Threshold> thresholds = CalibrationFit.thresholds(fleet());
        assertThat(thresholds).extracting(Threshold::signal).containsExactly("flip-rate-1", "norm");
        Threshold rate = thresholds.get(0);
        assertThat(rate.value()).isCloseTo(0.7, within(1e-12));
        assertThat(rate.largestClean()).isEqualTo(0.5);
        assertThat(rate.detected()).isEqualTo(3);
        assertThat(rate.backdoored()).isEqualTo(4);
        assertThat(thresholds.get(1).value()).isCloseTo(6.1, within(1e-12));
    }

    @Test
    void aSignalThatTellsNothingApartHasNoThreshold() {
        List<Member> members = new ArrayList<>(fleet());
        members.add(member("h", null, 1.0, 3.0));
        assertThat(CalibrationFit.thresholds(members))
                .extracting(Threshold::signal)
                .containsExactly("norm");
    }

    @Test
    void ratesAreOfModelsThatTheFitHasNotSeen() {
        LeftOut leftOut = CalibrationFit.of("x", "1", SEARCH, fleet()).leftOut();
        assertThat(leftOut.attacks())
                .containsExactly(
                        new LeftOut.OfAttack("badnet", 2, 2),
                        new LeftOut.OfAttack("ep", 1, 1),
                        new LeftOut.OfAttack("style", 1, 0));
        assertThat(leftOut.clean()).isEqualTo(3);
        assertThat(leftOut.flagged()).isZero();
        assertThat(leftOut.rate()).isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
    }

    @Test
    void aCleanModelOutOfLineIsFlaggedWhenItIsLeftOut() {
        List<Member> members = new ArrayList<>(fleet());
        members.add(member("h", null, 0.75, 3.0));
        LeftOut leftOut = CalibrationFit.of("x", "1", SEARCH, members).leftOut();
        assertThat(leftOut.flagged()).isEqualTo(1);
        assertThat(leftOut.clean()).isEqualTo(4);
    }

    @Test
    void tooFewModelsAreRefused() {
        assertThatThrownBy(() -> CalibrationFit.of("x", "1", SEARCH, fleet().subList(1, 7)))
                .isInstanceOf(InputException.class)
                .hasMessage("a calibration needs three clean models at least and a backdoored one, so that each clean"
                        + " one can be judged by thresholds of two others; there are 2 clean and 4 backdoored"
                        + " models");
        assertThatThrownBy(() -> CalibrationFit.of("x", "1", SEARCH, fleet().subList(0, 3)))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith("there are 3 clean and 0 backdoored models");
    }

    @Test
    void otherModelsAndSettingsDoNotMatch() {
        Calibration calibration = CalibrationFit.of("x", "1", SEARCH, fleet());
        assertThat(calibration.mismatch(SHAPE, SEARCH)).isEmpty();
        assertThat(calibration.mismatch(new ModelShape("bert", 12, 768, 2), SEARCH))
                .contains("the calibration x was made with bert with 6 layers of width 384 and 2 classes, and this"
                        + " model is bert with 12 layers of width 768 and 2 classes");
        assertThat(calibration.mismatch(SHAPE, new VetSettings(64, 100, 5)))
                .contains("the calibration x was made with vet.texts=64, vet.budget-texts=5000 and"
                        + " vet.trigger-tokens=5, and this search has other settings");
    }

    @Test
    void isReadAsItIsWrittenAndRefusedIfAFieldIsWrong() throws Exception {
        Storage storage = new Storage(new Configuration(false));
        Calibration calibration = CalibrationFit.of("x", "1", SEARCH, fleet());
        String file = directory.resolve("vet-calibration.json").toString();
        storage.replace(file, JsonFiles.indented(calibration));
        assertThat(CalibrationReader.read(storage, file).calibration()).isEqualTo(calibration);

        String wrong = JsonFiles.indented(calibration).replace("\"largestClean\" : 0.5", "\"largestClean\" : 2");
        storage.replace(file, wrong);
        assertThatThrownBy(() -> CalibrationReader.read(storage, file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("thresholds.largestClean of flip-rate-1 is 2.0, expected less than the value");
        assertThatThrownBy(() -> CalibrationReader.read(storage, file + ".not"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no calibration " + file + ".not");
    }

    @Test
    void linesOfAFleetAreChecked() throws Exception {
        Storage storage = new Storage(new Configuration(false));
        String file = directory.resolve("fleet.jsonl").toString();
        storage.replace(
                file,
                "{\"model\":\"a\",\"backdoored\":false}\n\n"
                        + "{\"model\":\"b\",\"backdoored\":true,\"attack\":\"ep\",\"test\":\"t.tsv\"}\n");
        assertThat(FleetLine.read(storage, file))
                .containsExactly(new FleetLine("a", false, null, null), new FleetLine("b", true, "ep", "t.tsv"));
        for (String line : List.of(
                "{\"model\":\"a\"}",
                "{\"model\":\"a\",\"backdoored\":true}",
                "{\"model\":\"a\",\"backdoored\":false,\"attack\":\"ep\"}",
                "{\"model\":\"a\",\"backdoored\":\"yes\"}",
                "{\"model\":\"a\",\"backdoored\":false,\"trigger\":\"cf\"}",
                "model")) {
            storage.replace(file, line);
            assertThatThrownBy(() -> FleetLine.read(storage, file))
                    .as(line)
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(file + ", line 1: ");
        }
    }
}
