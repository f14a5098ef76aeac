package org.purespark.purify;

import java.io.IOException;
import org.purespark.report.RunReport;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;

/** The page that shows it all, from the run directory's files alone. */
record ReportStage(Surroundings surroundings, RunDirectory directory) implements Stage {
    @Override
    public StageNeeds needs() {
        return StageNeeds.of(StageName.REPORT);
    }

    @Override
    public void run() throws IOException {
        String verdict = RunVerdict.of(surroundings.storage(), directory).words();
        RunReport.write(surroundings.storage(), directory.address(), verdict);
    }
}
