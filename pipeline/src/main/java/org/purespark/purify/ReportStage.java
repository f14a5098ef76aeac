// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import org.purespark.report.RunReport;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.storage.Storage;

/** The report, made only from the run directory's files. */
record ReportStage(Storage storage, RunDirectory directory) implements Stage {
    @Override
    public StageNeeds needs() {
        return StageNeeds.of(StageName.REPORT);
    }

    @Override
    public void run() throws IOException {
        String verdict = RunVerdict.of(directory).words();
        RunReport.write(storage, directory.address(), verdict, directory.output(RunDirectory.REPORT));
    }
}
