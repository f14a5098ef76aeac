// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import org.purespark.Shown;
import org.purespark.purify.RunVerdict;
import org.purespark.report.RunDirectoryReader;
import org.purespark.report.RunSummary;
import org.purespark.run.RunDirectory;
import org.purespark.storage.Storage;

/** The result of a run directory, as a table on standard output. */
final class RunResult {
    private RunResult() {}

    static void print(Storage storage, String run, PrintWriter out) throws IOException {
        RunDirectory directory = RunDirectory.inspect(storage, run, Clock.systemUTC());
        String verdict = storage.exists(directory.file(RunDirectory.METRICS))
                ? RunVerdict.of(directory).words()
                : "No verdict yet: the stage evaluate has not been run.";
        out.println(RunSummary.of(new RunDirectoryReader(storage).read(run), Shown.oneLine(verdict)));
        out.flush();
    }
}
