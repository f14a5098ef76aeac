// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.purespark.metrics.RepairVerdict.Outcome;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.run.RunRecord;
import org.purespark.run.Versions;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.task.Measure;

/**
 * {@code report.json}: what the page of a run says, for programs, as {@code docs/report.schema.json} has it. Absent
 * values are null.
 *
 * @param schema 1
 * @param model address of the suspect, or null
 * @param seed of the run, or null
 * @param verdict on the purified model; null if the models have not been evaluated
 * @param target of the attack by its name, or null
 * @param measure what the field {@code accuracy} of each model holds
 * @param suspect its figures, each null if unknown
 * @param baseline its figures, each null if unknown
 * @param purified its figures, each null if unknown
 * @param defence that made the purified model, or null
 * @param heads that are pruned; null if the defence chooses none
 * @param probes known triggers; null if none were tried
 * @param examination of the suspect by {@code vet}; null if it was not examined
 * @param warnings for the reader
 * @param seconds by stage
 * @param versions of the programs, or null
 */
public record ReportFile(
        int schema,
        String model,
        Long seed,
        Verdict verdict,
        String target,
        Measure measure,
        Figures suspect,
        Figures baseline,
        Figures purified,
        String defence,
        Heads heads,
        Probes probes,
        Conclusion.Examination examination,
        List<String> warnings,
        Map<String, Double> seconds,
        Versions versions) {
    public static final int SCHEMA = 1;

    /** The verdicts, as names and in words. */
    public record Verdict(Outcome repair, String repairInWords, AttackState attack, String attackInWords) {}

    /** Numbers of heads; {@code all} is null if it is not known. */
    public record Heads(int pruned, Long all) {}

    /**
     * Results of known triggers.
     *
     * @param tried number of triggers
     * @param texts number of clean texts
     * @param standOut those that flip more than the control
     */
    public record Probes(int tried, int texts, List<StandingOut> standOut) {}

    /**
     * A known trigger that flips more texts than the control.
     *
     * @param target by its name
     * @param texts number of texts
     * @param before label-flip rate before purification, 0 to 1
     * @param controlBefore the same without the trigger
     * @param after label-flip rate after purification, 0 to 1
     * @param controlAfter the same without the trigger
     */
    public record StandingOut(
            String probe,
            String target,
            int texts,
            double before,
            double controlBefore,
            double after,
            double controlAfter) {}

    public ReportFile {
        warnings = List.copyOf(warnings);
    }

    /** The content of a run directory and what it says. */
    public static ReportFile of(ReportModel run, Conclusion conclusion) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        run.stageTimes().forEach(time -> seconds.put(time.stage(), time.seconds()));
        return new ReportFile(
                SCHEMA,
                run.suspect().orElse(null),
                run.metrics().map(MetricsFile::seed).orElse(null),
                conclusion.judged().map(ReportFile::verdict).orElse(null),
                run.targetName().orElse(null),
                run.measure(),
                run.metrics().map(MetricsFile::suspect).orElse(Figures.ABSENT),
                run.metrics().map(MetricsFile::baseline).orElse(Figures.ABSENT),
                run.metrics()
                        .map(MetricsFile::purified)
                        .map(figures ->
                                new Figures(figures.accuracy(), figures.labelFlipRate(), figures.untriggeredFlipRate()))
                        .orElse(Figures.ABSENT),
                run.repair().map(RepairFile::defence).orElse(null),
                heads(run),
                run.probes()
                        .filter(file -> !file.probes().isEmpty())
                        .map(file -> probes(file, run))
                        .orElse(null),
                conclusion.examination().orElse(null),
                run.warnings(),
                seconds,
                run.run().map(RunRecord::versions).orElse(null));
    }

    private static Verdict verdict(Conclusion.Judged judged) {
        return new Verdict(
                judged.repair().outcome(),
                judged.repair().words(),
                judged.attack().kind(),
                judged.attack().words());
    }

    private static Heads heads(ReportModel run) {
        if (run.prunedHeads().isEmpty()) {
            return null;
        }
        Long all = run.totalHeads().isPresent() ? Long.valueOf(run.totalHeads().getAsLong()) : null;
        return new Heads(run.pruned().size(), all);
    }

    private static Probes probes(ProbesFile file, ReportModel run) {
        List<StandingOut> standOut = new ArrayList<>();
        file.findings().stream().filter(ProbesFile.Finding::standsOut).forEach(finding -> {
            ProbesFile.Target target = finding.target();
            standOut.add(new StandingOut(
                    finding.probe().name(),
                    run.targetName(target.target()),
                    target.texts(),
                    target.before().rate(),
                    target.before().controlRate(),
                    target.after().rate(),
                    target.after().controlRate()));
        });
        return new Probes(file.probes().size(), file.texts(), List.copyOf(standOut));
    }
}
