// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.purespark.report.Conclusion;
import org.purespark.report.ReportFile;
import org.purespark.report.RunDirectoryReader;
import org.purespark.report.RunReport;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.RepairFile;
import org.purespark.storage.Storage;

/** The report, made only from the run directory's files. */
record ReportStage(Storage storage, RunDirectory directory) implements Stage {
    @Override
    public StageNeeds needs() {
        StageNeeds needs = examined();
        return choosesHeads() ? needs : needs.withUpstream(StageName.BASELINE, StageName.NORMALIZE, StageName.EVALUATE);
    }

    /** Made anew with another examination of the suspect. */
    private StageNeeds examined() {
        StageNeeds needs = StageNeeds.of(StageName.REPORT);
        try {
            return SuspectVet.of(storage, directory)
                    .map(report -> needs.withOption(RunDirectory.VET, SuspectVet.digest(report)))
                    .orElse(needs);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory.file(RunDirectory.VET), e);
        }
    }

    /** Whether the purified model is made by a defence that scores and prunes heads. */
    private boolean choosesHeads() {
        try {
            return !storage.exists(directory.file(RunDirectory.REPAIR))
                    || directory
                            .read(RunDirectory.REPAIR, RepairFile.class, RepairFile.SCHEMA)
                            .usesHeadSearch();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory.file(RunDirectory.REPAIR), e);
        }
    }

    @Override
    public void run() throws IOException {
        Conclusion conclusion = RunConclusion.of(storage, directory);
        RunReport.write(storage, directory.address(), conclusion, directory.output(RunDirectory.REPORT));
        directory.write(
                RunDirectory.REPORT_JSON,
                ReportFile.of(new RunDirectoryReader(storage).read(directory.address()), conclusion));
    }
}
