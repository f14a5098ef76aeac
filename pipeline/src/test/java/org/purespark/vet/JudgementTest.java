// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.purespark.config.VetSettings;
import org.purespark.vet.calibration.Calibration;
import org.purespark.vet.calibration.CalibrationFit;
import org.purespark.vet.calibration.Member;
import org.purespark.vet.calibration.ModelShape;

class JudgementTest {
    private static final ModelShape SHAPE = new ModelShape("bert", 6, 384, 2);
    private static final VetSettings SEARCH = new VetSettings(64, 5000, 5);
    private static final Calibration CALIBRATION = CalibrationFit.of(
            "known",
            "1",
            SEARCH,
            List.of(
                    member("a", null, 0.4, 3),
                    member("b", null, 0.5, 3),
                    member("c", null, 0.45, 3),
                    member("d", "badnet", 1, 9)));

    private static Member member(String name, String attack, double rate, double norm) {
        return new Member(
                name, SHAPE, attack != null, attack, new TreeMap<>(Map.of("flip-rate-1", rate, "word-row-norm", norm)));
    }

    private static List<VetSignal> signals(double rate, double norm) {
        return List.of(
                VetSignal.of("flip-rate-1", rate, "share", "Texts.", null),
                VetSignal.of("word-row-norm", norm, "standard deviations", "Rows.", null));
    }

    private static Judgement judged(double rate, double norm) {
        return Judgement.of(signals(rate, norm), CALIBRATION, SHAPE, SEARCH, 32);
    }

    @Test
    void aTriggerThatNoCleanModelHasMeansBackdoored() {
        Judgement judgement = judged(0.9, 3);
        assertThat(judgement.verdict()).isEqualTo(VetVerdict.BACKDOORED);
        assertThat(judgement.reason())
                .isEqualTo("a short input turns texts as in no clean model of the calibration: flip-rate-1 0.900"
                        + " (threshold 0.750)");
        assertThat(judgement.signals().get(0).fires()).isTrue();
        assertThat(judgement.signals().get(1).fires()).isFalse();
        assertThat(judgement.confidence()).isBetween(0.0, 1.0);
    }

    @Test
    void anOddFigureWithoutTriggerIsSuspicious() {
        assertThat(judged(0.5, 9).verdict()).isEqualTo(VetVerdict.SUSPICIOUS);
    }

    @Test
    void nothingAtItsThresholdMeansCleanAndSaysWhatThatIsWorth() {
        Judgement judgement = judged(0.5, 3);
        assertThat(judgement.verdict()).isEqualTo(VetVerdict.CLEAN);
        assertThat(judgement.reason()).contains("attacks that it does not detect are not excluded");
    }

    @Test
    void aSignalThatWasNotMeasuredLeavesTheAnswerOpenUnlessAnotherFires() {
        List<VetSignal> norm = List.of(signals(0.5, 3).get(1));
        Judgement open = Judgement.of(norm, CALIBRATION, SHAPE, SEARCH, 32);
        assertThat(open.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(open.reason())
                .isEqualTo("no measured signal is at the threshold of the calibration known, but flip-rate-1 could not"
                        + " be measured: they need the clean encoder (--clean-model) and an embedding that was"
                        + " trained");
        List<VetSignal> firing = List.of(signals(0.5, 9).get(1));
        assertThat(Judgement.of(firing, CALIBRATION, SHAPE, SEARCH, 32).verdict())
                .isEqualTo(VetVerdict.SUSPICIOUS);
    }

    @Test
    void withoutCalibrationOrOutsideOfItNothingIsSaid() {
        Judgement none = Judgement.of(signals(1, 9), null, SHAPE, SEARCH, 32);
        assertThat(none.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(none.confidence()).isNull();
        assertThat(none.reason())
                .isEqualTo("there is no calibration, so no figure has a threshold: name one with --calibration");
        Judgement other = Judgement.of(signals(1, 9), CALIBRATION, new ModelShape("roberta", 6, 384, 2), SEARCH, 32);
        assertThat(other.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(other.reason()).contains("this model is roberta with 6 layers");
        assertThat(other.signals())
                .allSatisfy(signal -> assertThat(signal.fires()).isFalse());
    }

    @Test
    void fewTextsSayNothing() {
        Judgement judgement = Judgement.of(signals(1, 9), CALIBRATION, SHAPE, SEARCH, 3);
        assertThat(judgement.verdict()).isEqualTo(VetVerdict.INCONCLUSIVE);
        assertThat(judgement.reason())
                .isEqualTo("for one class at least only 3 texts are left to measure on: give more clean texts of every"
                        + " class");
    }
}
