// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.io.IOException;
import java.util.List;
import org.purespark.InputException;
import org.purespark.fuzz.FuzzedReader;
import org.purespark.run.RunDirectory;

/** The same content as each file of a run directory in turn. */
class RunFilesFuzzTest extends FuzzedReader {
    private static final List<String> NAMES = List.of(
            RunDirectory.HEAD_SCORES,
            RunDirectory.PRUNED_HEADS,
            RunDirectory.NORMALIZATION,
            RunDirectory.METRICS,
            RunDirectory.PROBES,
            RunDirectory.PURIFIED + "/config.json");

    @Override
    protected void read(byte[] file) throws IOException {
        InputException refusal = null;
        int read = 0;
        for (String name : NAMES) {
            files().clear();
            String address = put("/run/" + name, file);
            try {
                ReportModel model =
                        new RunDirectoryReader(storage).read(address.substring(0, address.length() - name.length()));
                read += model.labels().isEmpty() && name.endsWith("/config.json") ? 0 : 1;
            } catch (InputException e) {
                refusal = e;
            }
        }
        if (read == 0 && refusal != null) {
            throw refusal;
        }
    }
}
