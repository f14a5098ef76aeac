// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.lineage.Lineage;
import org.purespark.run.RunDirectory;

/**
 * What is told of the lineage of one purification.
 *
 * @param lineage empty if nobody is told
 */
record RunLineage(Optional<Lineage> lineage, CheckedInputs inputs, RunDirectory run) {
    void start() throws IOException {
        if (lineage.isPresent()) {
            lineage.get().start(data());
        }
    }

    void complete() throws IOException {
        if (lineage.isPresent()) {
            lineage.get().complete(data());
        }
    }

    /** @param failure gets what goes wrong in telling of it */
    void fail(Throwable failure) {
        if (lineage.isEmpty()) {
            return;
        }
        try {
            String message = failure.getMessage();
            lineage.get().fail(data(), message == null ? failure.getClass().getName() : message);
        } catch (IOException | RuntimeException again) {
            failure.addSuppressed(again);
        }
    }

    private Lineage.Data data() {
        SortedMap<String, String> addresses = new TreeMap<>();
        SortedMap<String, String> digests = new TreeMap<>();
        inputs.fingerprints().forEach((name, input) -> {
            addresses.put(name, input.address());
            digests.put(name, "sha256:" + input.digest());
        });
        return new Lineage.Data(
                run.address(),
                addresses,
                digests,
                Map.of(
                        RunDirectory.PURIFIED, run.file(RunDirectory.PURIFIED),
                        RunDirectory.METRICS, run.file(RunDirectory.METRICS),
                        RunDirectory.REPORT_JSON, run.file(RunDirectory.REPORT_JSON)));
    }
}
