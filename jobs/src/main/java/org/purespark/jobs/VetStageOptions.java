// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.purespark.storage.Storage;
import picocli.CommandLine.Option;

/** Whether suspects are examined before they are purified. */
final class VetStageOptions {
    @Option(
            names = "--vet",
            description =
                    "Examine the suspect first, as bin/pure vet does: vet.json, shown in the report; found triggers"
                            + " are tried before and after. The purification goes on, whatever the verdict. The same as"
                            + " --set purify.vet=suspect.")
    private boolean vet;

    @Option(
            names = "--vet-calibration",
            paramLabel = "FILE",
            description = "With --vet: what models of known truth show, from bin/pure calibrate. Without it the"
                    + " examination is inconclusive.")
    private String calibration;

    /**
     * The settings that the options stand for, each {@code key=value}; addresses mean the same on every machine.
     *
     * @param storage makes addresses absolute
     */
    List<String> settings(Storage storage) throws IOException {
        List<String> settings = new ArrayList<>();
        if (vet) {
            settings.add("purify.vet=suspect");
        }
        if (calibration != null) {
            settings.add("purify.vet-calibration=" + storage.qualified(calibration));
        }
        return settings;
    }
}
