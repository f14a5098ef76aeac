// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Locale;
import org.purespark.config.Settings;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.vet.VetReport;
import org.purespark.vet.Vetting;

/** Examines the suspect without a known trigger. The purification goes on, whatever the verdict. */
record VetStage(Inputs given, Settings settings, Surroundings surroundings, RunDirectory directory) implements Stage {
    @Override
    public StageNeeds needs() {
        StageNeeds needs = Needs.ofSuspect(StageNeeds.of(StageName.VET), given).withInputs(SuspectVet.texts(given));
        if (given.address(Inputs.CLEAN_MODEL).isPresent()) {
            needs = needs.withInputs(Inputs.CLEAN_MODEL);
        }
        return settings.purify().vetCalibration() == null ? needs : needs.withInputs(Inputs.VET_CALIBRATION);
    }

    @Override
    public void run() throws IOException {
        String calibration = settings.purify().vetCalibration();
        VetReport report = SuspectVet.vetting(settings, surroundings)
                .run(
                        SuspectVet.target(given),
                        calibration == null ? null : Vetting.Known.read(surroundings.storage(), calibration));
        directory.write(RunDirectory.VET, report);
        surroundings
                .messages()
                .accept(String.format(
                        Locale.ROOT,
                        "vet: the suspect is %s: %s",
                        report.verdict().spelling(),
                        report.reason()));
    }
}
