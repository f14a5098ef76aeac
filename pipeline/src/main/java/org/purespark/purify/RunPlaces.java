// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.purespark.config.Settings;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;

/** What stages write in a run directory. It must not be, lie in or hold an input. */
public record RunPlaces(OutputPlaces places) {
    /** What {@code purify} writes. */
    public static RunPlaces ofAllStages(String run) {
        return of(Arrays.asList(StageName.values()), run);
    }

    /** What one stage writes. */
    public static RunPlaces of(StageName stage, String run) {
        return of(List.of(stage), run);
    }

    private static RunPlaces of(List<StageName> stages, String run) {
        List<String> names = new ArrayList<>(RunDirectory.OWN_FILES);
        for (StageName stage : stages) {
            names.addAll(stage.outputs());
            names.add(RunDirectory.workName(stage));
        }
        return new RunPlaces(OutputPlaces.inDirectory("--run", run, names));
    }

    /** @throws org.purespark.InputException naming the output, the input and the way out */
    public void requireApart(Storage storage, Settings settings, Inputs inputs) throws IOException {
        Map<String, String> addresses = new TreeMap<>();
        inputs.given().forEach((name, address) -> addresses.put("--" + name, address));
        addresses.put("probe.battery-file", settings.probe().batteryFile());
        addresses.put("purify.vet-calibration", settings.purify().vetCalibration());
        addresses.put("export.signing-key", settings.export().signingKey());
        places.requireApart(storage, addresses);
    }
}
