// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.time.Clock;
import org.purespark.metrics.Verdict;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;

/** What run directories of {@link TinyFiles} hold. */
final class TinyRuns {
    private TinyRuns() {}

    static MetricsFile metrics(String run) throws IOException {
        return directory(run).read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
    }

    static Verdict verdict(String run) throws IOException {
        return RunVerdict.of(directory(run));
    }

    private static RunDirectory directory(String run) {
        return RunDirectory.inspect(TinyFiles.STORAGE, run, Clock.systemUTC());
    }
}
