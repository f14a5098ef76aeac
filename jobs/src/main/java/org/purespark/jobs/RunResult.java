// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import org.purespark.purify.RunConclusion;
import org.purespark.report.RunDirectoryReader;
import org.purespark.report.RunSummary;
import org.purespark.run.RunDirectory;
import org.purespark.storage.Storage;

/** The result of a run directory, as a table on standard output. */
final class RunResult {
    private RunResult() {}

    static void print(Storage storage, String run, PrintWriter out) throws IOException {
        RunDirectory directory = RunDirectory.inspect(storage, run, Clock.systemUTC());
        out.println(RunSummary.of(new RunDirectoryReader(storage).read(run), RunConclusion.of(storage, directory)));
        out.flush();
    }
}
