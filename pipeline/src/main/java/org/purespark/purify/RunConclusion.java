// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Optional;
import org.purespark.report.Conclusion;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;

/** What the files of a run directory say in words. */
public final class RunConclusion {
    private RunConclusion() {}

    /** @throws org.purespark.InputException if a file is there and not valid */
    public static Conclusion of(Storage storage, RunDirectory run) throws IOException {
        return new Conclusion(judged(storage, run), SuspectVet.of(storage, run).map(RunConclusion::examination));
    }

    private static Optional<Conclusion.Judged> judged(Storage storage, RunDirectory run) throws IOException {
        if (!storage.exists(run.file(RunDirectory.METRICS))) {
            return Optional.empty();
        }
        MetricsFile metrics = run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
        return Optional.of(new Conclusion.Judged(RunVerdict.repair(metrics), RunVerdict.of(metrics)));
    }

    private static Conclusion.Examination examination(VetReport report) {
        return new Conclusion.Examination(
                report.verdict().spelling(),
                report.reason(),
                report.confidence(),
                report.findings().stream()
                        .map(finding -> new Conclusion.FoundTrigger(
                                finding.trigger(),
                                finding.target(),
                                finding.position(),
                                finding.rateWith(),
                                finding.rateWithout(),
                                finding.texts(),
                                finding.level().spelling()))
                        .toList());
    }
}
