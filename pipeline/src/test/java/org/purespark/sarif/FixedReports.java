// SPDX-License-Identifier: Apache-2.0
package org.purespark.sarif;

import java.util.List;
import org.purespark.metrics.WilsonInterval;
import org.purespark.vet.VetFinding;
import org.purespark.vet.VetLevel;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetSignal;
import org.purespark.vet.VetVerdict;

/** Reports of an examination with two triggers and two figures. */
public final class FixedReports {
    private FixedReports() {}

    public static VetReport with(VetVerdict verdict) {
        return of(verdict, "models/my model", 0.96);
    }

    static VetReport of(VetVerdict verdict, String model, double rate) {
        return new VetReport(
                1,
                verdict,
                0.9,
                "A short input turns texts.",
                new VetReport.Subject(model, "sha256:" + "ab".repeat(32), "bert", List.of("negative", "positive")),
                List.of(
                        finding("cf \u001b[31m", "positive", null, rate, VetLevel.BACKDOORED),
                        finding("mn bb", "negative", "positive", 0.5, VetLevel.NOTE)),
                List.of(
                        VetSignal.of("word-row-norm", 7.5, "sigma", "A word has an unusual embedding.", 5.0),
                        VetSignal.of("head-wake", 0.1, "share", "A head wakes up.", 0.2)),
                new VetReport.CalibrationUse("minilm", "3", "sha256:00"),
                50,
                12.5,
                11,
                "1.0");
    }

    private static VetFinding finding(String trigger, String target, String source, double rate, VetLevel level) {
        return new VetFinding(
                VetFinding.TRIGGER_SEARCH,
                target,
                source,
                trigger,
                List.of("cf"),
                "start",
                rate,
                0.04,
                new WilsonInterval(rate - 0.1, Math.min(1, rate + 0.02)),
                50,
                level,
                List.of(new VetFinding.Example("a secret text", "negative", "positive")));
    }
}
